"""Text messages: what they say, how they leave, who carries them."""

from marketplace.notifications.sms.backends import (
    OutboxSmsBackend,
    SmsBackend,
    SmsRefused,
    SmsUnknown,
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
    "SmsUnknown",
    "SmsUnreachable",
    "TextMessage",
    "deliver_sms",
    "forget_old_messages",
    "send_sms",
    "waiting_sms",
]
