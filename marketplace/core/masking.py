"""What reaches a person, taken out of words that more people read than the database: logs, failed jobs."""

import re

from stdnum import luhn

_MAIL = re.compile(r"(?<![\w.+%-])([\w.+%-])[\w.+%-]*@([\w-]+\.[\w.-]*\w)")
# With what people and addresses put between the digits; a run of digits that goes on is another number.
_MOBILE = re.compile(r"(?<!\d)((?:\+|%2B)?86[ -]?)?(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)", re.ASCII)
# The address in a mail by which somebody stops mails of a kind, without a log-in.
_STOP = re.compile(r"(/unsubscribe/)[^/\s\"']+")

# An identity number of the mainland: a place, a day of birth, three digits and a check, which is not asked: a slip is nearly one.
_IDENTITY = re.compile(
    r"(?<!\d)([1-8]\d)\d{4}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{2}(\d[\dXx])(?![\dA-Za-z])",
    re.ASCII,
)
# A bank card, as banks print it too; by its check digit, because orders have long numbers as well.
_CARD = re.compile(r"(?<!\d)[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3,4}(?:[ -]?\d{1,3})?(?!\d)", re.ASCII)
# What opens something: in an address, a form, JSON, the words of a dict, a header.
_OPENS = (
    r"access_token|refresh_token|csrfmiddlewaretoken|csrftoken|token|(?:client_|app_?)?secret|api_?key|password"
    r"|session(?:id|_key)?|openid|unionid|signature|sign"
)
_SECRET = re.compile(rf"""(?i)\b({_OPENS})(["']?\s*(?:=|["']\s*:)\s*["']?)[^\s"'&,;)}}\]]+""")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")
# The address by which somebody chooses a new password.
_RESET = re.compile(r"(/reset/key/)[^/\s\"']+")


def masked(text: str) -> str:
    """The text without mail addresses, Chinese mobile, identity and card numbers, tokens and signed addresses of mails."""
    text = _MAIL.sub(r"\1***@\2", text)
    text = _IDENTITY.sub(r"\1************\2", text)
    text = _MOBILE.sub(r"\1\2****\3", text)
    text = _CARD.sub(_without_card, text)
    text = _SECRET.sub(r"\1\2***", text)
    text = _BEARER.sub(r"\1 ***", text)
    return _RESET.sub(r"\1***", _STOP.sub(r"\1***", text))


def _without_card(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found.group())
    return f"****{digits[-4:]}" if luhn.is_valid(digits) else found.group()
