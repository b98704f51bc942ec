"""What was found in a message, in words and as marks in its text."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.messaging.models import MessageFlag
from marketplace.safety.models import WordTopic

_KINDS: dict[str, str | Promise] = {
    "phone": _("Telephone number"),
    "email": _("E-mail address"),
    "wechat": _("WeChat"),
    "qq": _("QQ"),
    "messenger": _("Another messenger or platform"),
    "payment": _("Payment past the platform"),
    "invitation": _("Invitation to talk elsewhere"),
    "link": _("Link"),
}


def found_in(flag: MessageFlag) -> list[tuple[str, str]]:
    """Kind and words of each finding."""
    return found_words(flag.findings)


def found_words(findings: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The same of findings that no row keeps (`Finding.as_json`)."""
    return [(kind_label(found["kind"]), found["text"]) for found in findings]


def marked(flag: MessageFlag) -> list[tuple[str, bool]]:
    """The message in pieces: text, and whether it was found. Findings without a place, such as codes, are in none."""
    spans = sorted((found["start"], found["end"]) for found in flag.findings if "start" in found)
    pieces: list[tuple[str, bool]] = []
    position = 0
    for start, end in spans:
        if start < position or end > len(flag.words):
            continue
        pieces += [(flag.words[position:start], False), (flag.words[start:end], True)]
        position = end
    pieces.append((flag.words[position:], False))
    return [piece for piece in pieces if piece[0]]


def kind_label(kind: str) -> str:
    """A kind of finding in words."""
    if kind.startswith("word_"):
        return str(WordTopic(kind.removeprefix("word_")).label)
    if kind.startswith("code_"):
        return str(_("Code in a picture: %(kind)s") % {"kind": kind_label(kind.removeprefix("code_"))})
    return str(_KINDS.get(kind, kind))
