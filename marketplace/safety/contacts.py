"""Contact details and ways around the platform in what people write. A hint for who decides: never a verdict. Pure.

The patterns and how people hide things are in contact_patterns.py; how well it finds them is measured over two hundred labelled
messages (tests/safety/messages.tsv).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from marketplace.safety.contact_patterns import (
    MATERIAL,
    OTHER_NUMBER,
    PATTERNS,
    REFUSED_AFTER,
    REFUSED_BEFORE,
    SAID,
    ContactKind,
    ContactPattern,
    View,
)
from marketplace.safety.folding import Folded, fold, is_filler, is_unseen
from marketplace.safety.numerals import with_digits

# A heart is read 心 (微❤), a plus is read 加 (+V); before either is taken for a filler.
_READ_AS = str.maketrans("❤♥♡💗💓💕➕", "心心心心心心加")
_PLUS = re.compile(r"\+(?=\s*(?:我|个|一下)?\s*(?:[vq微薇威维扣抠]|wx|wechat))", re.IGNORECASE)
_PRINTABLE = frozenset({ContactKind.PHONE, ContactKind.EMAIL, ContactKind.LINK})
_SENTENCE_ENDS = re.compile(r"[。！？!?\n]")
# What may be the account itself: WeChat's rule for names is a letter, then 5 to 19 letters, digits, _ or -.
_ACCOUNT = re.compile(r"[\s:：]{0,3}[A-Za-z][A-Za-z0-9_-]{5,19}(?![A-Za-z0-9_-])")
# Digits sent in pieces, one message after the other, are read as one.
_PIECE = re.compile(r"^\D{0,4}\d[\d\s-]{1,9}\D{0,3}$")


@dataclass(frozen=True)
class ContactHint:
    """The place in the text, as positions of characters."""

    start: int
    end: int
    text: str
    kind: ContactKind


def find_contacts(text: str, *, with_links: bool = True) -> list[ContactHint]:
    """Contact details, invitations to other places and to pay elsewhere, in order; none overlaps.

    `with_links`: addresses of the web too, which are none by themselves.
    """
    views = _views(text)
    spans = sorted(
        (*views[pattern.view].span(*match.span(pattern.group)), pattern.kind)
        for pattern in PATTERNS
        if with_links or pattern.kind is not ContactKind.LINK
        for match in pattern.expression.finditer(views[pattern.view].text)
        if _counts(pattern, views[pattern.view].text, *match.span(pattern.group))
    )
    found: list[ContactHint] = []
    for start, end, kind in spans:
        if not found or start >= found[-1].end:
            found.append(ContactHint(start, end, text[start:end], kind))
        elif end > found[-1].end:  # the question for the account and the account itself: 加我微信 + 微信 moyan
            begun = found.pop()
            found.append(ContactHint(begun.start, end, text[begun.start : end], begun.kind))
    limits = [*(hint.start for hint in found[1:]), len(text)]
    return [_with_account(hint, text, limit) for hint, limit in zip(found, limits, strict=False)]


def _with_account(hint: ContactHint, text: str, limit: int) -> ContactHint:
    """What asks for an account together with the account that follows it before `limit`: whoever decides sees both."""
    account = _ACCOUNT.match(text, hint.end, limit) if hint.kind is ContactKind.WECHAT else None
    return replace(hint, end=account.end(), text=text[hint.start : account.end()]) if account else hint


def is_piece(text: str) -> bool:
    """Whether a message may be a part of a number: some digits, and next to nothing else."""
    return bool(_PIECE.match(with_digits(_loose(text)).text))


def find_contacts_in_pieces(text: str, before: Sequence[str]) -> list[ContactHint]:
    """A number that `text` ends, its first digits being in the messages `before`, oldest first: 138, 5712, 3460.

    Positions are those of the pieces with line breaks between. Nothing for a message that holds more than a piece.
    """
    pieces = [text]
    if not is_piece(text):
        return []
    for earlier in reversed(before):
        if not is_piece(earlier):
            break
        pieces.insert(0, earlier)
    if len(pieces) == 1:
        return []
    joined = "\n".join(pieces)
    return [hint for hint in find_contacts(joined, with_links=False) if hint.kind is ContactKind.PHONE]


def _views(text: str) -> dict[View, Folded]:
    loose = _loose(text)
    return {
        View.LOOSE: loose,
        View.TIGHT: fold(_spoken(text), skip=is_filler),
        View.DIGITS: with_digits(loose),
    }


def _loose(text: str) -> Folded:
    return fold(_spoken(text), skip=is_unseen)


def _spoken(text: str) -> str:
    """Signs that are read as a word, each in the place of one character."""
    return _PLUS.sub("加", text.translate(_READ_AS))


def _counts(pattern: ContactPattern, text: str, start: int, end: int) -> bool:
    sentence_start = max((match.end() for match in _SENTENCE_ENDS.finditer(text, 0, start)), default=0)
    before = text[sentence_start:start]
    if pattern.kind is ContactKind.PHONE and OTHER_NUMBER.search(before):
        return False
    if pattern.kind in _PRINTABLE and MATERIAL.search(before) and not SAID.search(text):
        return False
    return not (pattern.is_asking and (REFUSED_BEFORE.search(before) or REFUSED_AFTER.search(text[end : end + 20])))
