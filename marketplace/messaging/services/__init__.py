"""Writes of conversations. One module a subject."""

from marketplace.messaging.sent_files import FILE_MEGABYTES, FILES_PER_MESSAGE
from marketplace.messaging.services.changing import edit_message, withdraw_message
from marketplace.messaging.services.emptying import empty_conversation
from marketplace.messaging.services.flag_decisions import (
    clear_flag,
    note_flag_reading,
    restore_message,
    take_down_message,
    uphold_flag,
)
from marketplace.messaging.services.own_list import archive, mute, unarchive, unmute
from marketplace.messaging.services.receipts import mark_delivered, mark_read
from marketplace.messaging.services.replies import (
    AWAY_HOURS,
    answer_for_the_absent,
    delete_template,
    save_template,
    set_away_reply,
)
from marketplace.messaging.services.sending import send_message, show_offer
from marketplace.messaging.services.starting import open_conversation, order_conversation, start_conversation
from marketplace.messaging.services.support import (
    ask_support,
    follow_dispute,
    let_support_in,
    let_support_out,
    note_file_reading,
    say_as_support,
    say_solved,
    start_support,
)
from marketplace.messaging.services.writing import MESSAGE_LENGTH

__all__ = [
    "AWAY_HOURS",
    "FILES_PER_MESSAGE",
    "FILE_MEGABYTES",
    "MESSAGE_LENGTH",
    "answer_for_the_absent",
    "archive",
    "ask_support",
    "clear_flag",
    "delete_template",
    "edit_message",
    "empty_conversation",
    "follow_dispute",
    "let_support_in",
    "let_support_out",
    "mark_delivered",
    "mark_read",
    "mute",
    "note_file_reading",
    "note_flag_reading",
    "open_conversation",
    "order_conversation",
    "restore_message",
    "save_template",
    "say_as_support",
    "say_solved",
    "send_message",
    "set_away_reply",
    "show_offer",
    "start_conversation",
    "start_support",
    "take_down_message",
    "unarchive",
    "unmute",
    "uphold_flag",
    "withdraw_message",
]
