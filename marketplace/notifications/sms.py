"""Text messages. The backend is a setting: rows of the outbox here, a provider's API in production."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from marketplace.notifications.models import OutboundChannel, OutboundMessage


class SmsBackend(Protocol):
    """Somebody who can send a text message."""

    def send(self, *, recipient: str, text: str) -> None:
        """Send `text` to `recipient` (E.164)."""


class OutboxSmsBackend:
    """Keeps text messages as rows, which the demo shows at /dev/outbox/."""

    def send(self, *, recipient: str, text: str) -> None:
        OutboundMessage.objects.create(channel=OutboundChannel.SMS, recipient=recipient, body=text)


def send_sms(*, recipient: str, text: str) -> None:
    """Send a text message through the configured backend. `recipient` is in E.164."""
    backend: SmsBackend = import_string(settings.SMS_BACKEND)()
    backend.send(recipient=recipient, text=text)
