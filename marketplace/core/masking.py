"""What reaches a person, taken out of words that more people read than the database: logs, failed jobs."""

import re

_MAIL = re.compile(r"(?<![\w.+%-])([\w.+%-])[\w.+%-]*@([\w-]+\.[\w.-]*\w)")
# With what people and addresses put between the digits; a run of digits that goes on is another number.
_MOBILE = re.compile(r"(?<!\d)((?:\+|%2B)?86[ -]?)?(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)", re.ASCII)
# The address in a mail by which somebody stops mails of a kind, without a log-in.
_STOP = re.compile(r"(/unsubscribe/)[^/\s\"']+")


def masked(text: str) -> str:
    """The text without mail addresses, Chinese mobile numbers and signed addresses of mails."""
    text = _MAIL.sub(r"\1***@\2", text)
    text = _MOBILE.sub(r"\1\2****\3", text)
    return _STOP.sub(r"\1***", text)
