"""What a notice is: the one place that says about whom, what, in which words, by which ways, and whether it can be muted."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils.functional import Promise

from marketplace.notifications.models import Channel, NotificationKind

# A text message costs money and rings at the dinner table: only where a clock or money is at stake.
URGENT = (Channel.EMAIL, Channel.SMS, Channel.WECHAT, Channel.PUSH)
USUAL = (Channel.EMAIL, Channel.WECHAT, Channel.PUSH)
# The `time_left` of who may be losing the account just now.
AT_ONCE = timedelta(0)
BELL_ONLY: tuple[Channel, ...] = ()


class Who(StrEnum):
    """Whom a notice is for."""

    BUYER = "buyer"
    SELLER = "seller"
    EITHER = "either"  # the other side of what happened
    PERSON = "person"  # the owner of the account
    STAFF = "staff"


@dataclass(frozen=True)
class Notice:
    """One thing that people are told.

    `title` and `body` take named words, as `notify` gives them; without a `body` the line says what it is about (the
    title of the order, what somebody wrote). `channels` are the ways out of the house that it may take. One that is not
    `mutable` reaches everybody outside the house too: by mail, or by text message where there is no address. `patience`
    waits before mails and WeChat: who has read the line meanwhile is left alone. `has_own_letter`: mail and text message are
    written by its room, with more in them than a line has. `time_left` is what its reader has at least to do something
    about it: where that ends before their quiet hours do, it rings all the same.
    """

    key: str
    kind: NotificationKind
    who: Who
    title: Promise | str
    body: Promise | str = ""
    channels: tuple[Channel, ...] = USUAL
    mutable: bool = True
    patience: timedelta = timedelta(0)
    has_own_letter: bool = False
    time_left: timedelta | None = None

    def __post_init__(self) -> None:
        if self.key in _KNOWN:
            raise ValueError(f"two notices are called {self.key}")
        _KNOWN[self.key] = self

    def __str__(self) -> str:
        return self.key

    @property
    def wants(self) -> frozenset[str]:
        """The names of the words that whoever tells it gives."""
        return frozenset(re.findall(r"%\((\w+)\)s", f"{self.title} {self.body}"))

    @property
    def example(self) -> str:
        """The title in the language of now, with dots where its words come."""
        return re.sub(r"%\(\w+\)s", "…", str(self.title))


_KNOWN: dict[str, Notice] = {}


def notice_of(key: str) -> Notice | None:
    """The notice with this key; None for one that a former release knew."""
    return _KNOWN.get(key)


def all_notices() -> tuple[Notice, ...]:
    """The whole catalogue, in its order."""
    return tuple(_KNOWN.values())
