"""An e-mail backend that keeps mails as rows, which the demo shows at /dev/outbox/."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from marketplace.notifications.models import OutboundChannel, OutboundMessage


class OutboxEmailBackend(BaseEmailBackend):
    """Writes each mail of each recipient to the outbox table."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        rows = [
            OutboundMessage(
                channel=OutboundChannel.EMAIL, recipient=recipient, subject=str(message.subject), body=str(message.body)
            )
            for message in email_messages
            for recipient in message.recipients()
        ]
        OutboundMessage.objects.bulk_create(rows)
        return len(email_messages)
