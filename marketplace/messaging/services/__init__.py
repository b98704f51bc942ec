"""Writes of conversations. One module a subject."""

from marketplace.messaging.services.changing import edit_message, withdraw_message
from marketplace.messaging.services.files import FILE_MEGABYTES, FILES_PER_MESSAGE
from marketplace.messaging.services.flag_decisions import clear_flag, uphold_flag
from marketplace.messaging.services.own_list import archive, mute, unarchive, unmute
from marketplace.messaging.services.receipts import mark_delivered, mark_read
from marketplace.messaging.services.sending import MESSAGE_LENGTH, send_message, show_offer
from marketplace.messaging.services.starting import open_conversation, order_conversation, start_conversation
from marketplace.messaging.services.support import let_support_in, let_support_out, say_as_support, start_support

__all__ = [
    "FILES_PER_MESSAGE",
    "FILE_MEGABYTES",
    "MESSAGE_LENGTH",
    "archive",
    "clear_flag",
    "edit_message",
    "let_support_in",
    "let_support_out",
    "mark_delivered",
    "mark_read",
    "mute",
    "open_conversation",
    "order_conversation",
    "say_as_support",
    "send_message",
    "show_offer",
    "start_conversation",
    "start_support",
    "unarchive",
    "unmute",
    "uphold_flag",
    "withdraw_message",
]
