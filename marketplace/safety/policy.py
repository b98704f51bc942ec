"""What becomes of a message: what was found in it, and the level that the platform's settings give that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from marketplace.core.config import get_configs
from marketplace.safety.contact_patterns import ContactKind
from marketplace.safety.contacts import ContactHint, find_contacts, find_contacts_in_pieces, is_piece
from marketplace.safety.models import Level
from marketplace.safety.pictures import CodeHint, find_codes
from marketplace.safety.words import WordHit, word_finder

_CONTACTS, _IN_ORDERS = "safety.contacts_level", "safety.contacts_level_in_orders"
_PAYMENTS, _WORDS = "safety.payments_level", "safety.words_level_most"


@dataclass(frozen=True)
class Finding:
    """What is in a message, and what becomes of it. Falsy when nothing does."""

    level: Level = Level.NOTHING
    contacts: Sequence[ContactHint] = ()
    codes: Sequence[CodeHint] = ()
    words: Sequence[WordHit] = ()

    def __bool__(self) -> bool:
        return self.level > Level.NOTHING

    @property
    def excerpts(self) -> list[str]:
        """What the writer is shown: their own words, each once, shortened."""
        texts = [hint.text.strip() for hint in self.contacts] + [hit.text.strip() for hit in self.words]
        return [text[:40] for text in dict.fromkeys(texts)]

    def as_json(self) -> list[dict[str, Any]]:
        """For the row that moderators read: kind, the words, and where they stand."""
        return [
            *(
                {"kind": hint.kind, "text": hint.text[:200], "start": hint.start, "end": hint.end}
                for hint in self.contacts
            ),
            *({"kind": f"code_{hint.kind}", "text": hint.text[:200]} for hint in self.codes),
            *(
                {"kind": f"word_{hit.word.topic}", "text": hit.text[:200], "start": hit.start, "end": hit.end}
                for hit in self.words
            ),
        ]


def clean_among(texts: Sequence[str]) -> set[str]:
    """Those of several texts in which `look_at` finds nothing, whatever was said before and whatever the settings are."""
    words = word_finder()
    return {text for text in texts if not (is_piece(text) or find_contacts(text, with_links=False) or words.find(text))}


def look_at(
    text: str, *, is_in_order: bool, before: Sequence[str] = (), pictures: Iterable[Image.Image] = ()
) -> Finding:
    """Search a message. `before` are the writer's newest messages there, oldest first; `pictures` what goes with it.

    Where people have an order contact details count for less (`safety.contacts_level_in_orders`): things are sent by post and
    meetings held. Asking for money past the platform never does.
    """
    contacts = find_contacts(text, with_links=False) or find_contacts_in_pieces(text, before)
    codes = [code for picture in pictures for code in find_codes(picture)]
    words = word_finder().find(text)
    if not (contacts or codes or words):
        return Finding()
    kinds = [hint.kind for hint in contacts] + [code.kind for code in codes]
    levels = get_configs([_CONTACTS, _IN_ORDERS, _PAYMENTS, _WORDS])
    counted = [
        *(_level_of(kind, levels, is_in_order=is_in_order) for kind in kinds),
        *(min(hit.word.level, levels[_WORDS]) for hit in words),
    ]
    return Finding(Level(max(counted)), contacts, codes, words)


def _level_of(kind: ContactKind, levels: dict[str, int], *, is_in_order: bool) -> int:
    if kind is ContactKind.PAYMENT:
        return levels[_PAYMENTS]
    return levels[_IN_ORDERS if is_in_order else _CONTACTS]
