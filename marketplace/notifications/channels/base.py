"""What a way out of the house must be able to do, and how it may fail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.notifications.models import Dispatch, OutboundMessage
from marketplace.notifications.reach import Reach


class ChannelError(Exception):
    """It did not leave. The text is for staff: no address of a person, no secret."""


class Unreachable(ChannelError):
    """Not now: the other side asks for patience, or was not reached. Nothing left."""


class Away(Unreachable):
    """Not now, and whatever is next would wait as long: the whole way is closed."""


class Later(ChannelError):
    """Not before `at`, which is no failure: nothing was tried."""

    def __init__(self, problem: str, *, at: datetime) -> None:
        super().__init__(problem)
        self.at = at


class Refused(ChannelError):
    """Never like this: somebody has to look at it."""


class Unknown(ChannelError):
    """Nobody knows whether it left. It is asked again only while the other side knows a copy (dispatching.COPIES_KNOWN_FOR)."""


class Gone(ChannelError):
    """There is nobody to be reached by this way any more, which is nobody's fault."""


@dataclass(frozen=True)
class Outcome:
    """What is kept of one that left."""

    text_message: OutboundMessage | None = None


class ChannelSender(Protocol):
    """One of CHANNELS."""

    def send(self, rows: Sequence[Dispatch], reach: Reach) -> Outcome:
        """Send these (several only as a summary by mail) to this person. Raises a ChannelError."""
        ...
