"""Text messages: what they say, how they leave, who carries them."""

from marketplace.notifications.sms.backends import (
    OutboxSmsBackend,
    SmsBackend,
    SmsRefused,
    SmsUnreachable,
    TextMessage,
)
from marketplace.notifications.sms.sending import deliver_sms, forget_old_messages, send_sms, waiting_sms
from marketplace.notifications.sms.templates import SmsTemplate

__all__ = [
    "OutboxSmsBackend",
    "SmsBackend",
    "SmsRefused",
    "SmsTemplate",
    "SmsUnreachable",
    "TextMessage",
    "deliver_sms",
    "forget_old_messages",
    "send_sms",
    "waiting_sms",
]
