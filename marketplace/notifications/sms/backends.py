"""Who carries text messages: the setting SMS_BACKEND names one of these."""

from dataclasses import dataclass
from typing import Protocol

from marketplace.notifications.sms.templates import SmsTemplate


@dataclass(frozen=True)
class TextMessage:
    """A text on its way to `recipient` (E.164); `reference` is ours, the same for each attempt."""

    recipient: str
    template: SmsTemplate
    parameters: dict[str, str]
    reference: str


class SmsRefused(Exception):
    """The provider answered, and will not send it: asking again is useless."""


class SmsUnreachable(Exception):
    """The provider was not reached, or asks for patience: nothing left."""


class SmsUnknown(Exception):
    """The provider gave no usable answer. The text may have left; it is paid for and read twice if it is sent again."""


class SmsBackend(Protocol):
    """Somebody who can send a text message."""

    keeps: bool
    """Whether messages stay in our table instead of being sent (development, the demo)."""

    def send(self, message: TextMessage) -> str:
        """Send it; returns the provider's number for it. Raises SmsRefused, SmsUnreachable and SmsUnknown."""


class OutboxSmsBackend:
    """Keeps text messages as rows, which the demo shows at /dev/outbox/."""

    keeps = True

    def send(self, message: TextMessage) -> str:
        """Nothing ever leaves."""
        raise SmsRefused("the outbox keeps its messages")
