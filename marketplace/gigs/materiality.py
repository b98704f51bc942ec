"""Which edits of a published gig a person must read. Pure: values in, reasons out; thresholds are the platform's constants.

Whatever is not allowed here by name is material, so that a new field of GigContent is read by a person until somebody
decides otherwise.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.gigs.content import FaqContent, GigContent, PackageContent
from marketplace.safety.contacts import find_contacts

# A small edit that turns a promise into its opposite: not, without, free of charge.
_TURNING = re.compile(r"[不没无非未勿别免送赠]|\b(?:no|not|non|never|without|free)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+|[〇零一二两三四五六七八九十百千万亿半]+")


class Matter(StrEnum):
    """Why an edit has to be read."""

    NEW = "new"
    SENT_BACK = "sent_back"
    TEXT = "text"
    NUMBERS = "numbers"
    TURNED = "turned"
    CONTACT = "contact"
    FORBIDDEN = "forbidden"
    PACKAGES = "packages"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    LESS_FOR_BUYERS = "less_for_buyers"
    CONTENT = "content"


MATTER_LABELS: dict[Matter, Promise] = {
    Matter.NEW: _("new service"),
    Matter.SENT_BACK: _("was sent back before"),
    Matter.TEXT: _("text"),
    Matter.NUMBERS: _("numbers in the text"),
    Matter.TURNED: _("a word that turns the meaning"),
    Matter.CONTACT: _("contact details"),
    Matter.FORBIDDEN: _("forbidden words"),
    Matter.PACKAGES: _("packages"),
    Matter.PRICE_UP: _("a higher price"),
    Matter.PRICE_DOWN: _("a much lower price"),
    Matter.LESS_FOR_BUYERS: _("shorter time or fewer revisions"),
    Matter.CONTENT: _("category, pictures, tags or other content"),
}


# A typo in a short text is a character or two; ten characters of a title are another service (product decision).
_SHARE_PERCENT, _FEWEST_CHARACTERS = 30, 1
# A dearer tier is how services grow; one that costs ten times the dearest so far is another business (product decision).
_OUT_OF_PROPORTION = 10


@dataclass(frozen=True)
class Limits:
    """How much may change unread: characters of each text, and percent that a price may fall."""

    characters: int
    price_drop_percent: int

    def characters_of(self, text: str) -> int:
        """How many characters of this text may change: in a short one a share of it, whatever the limit is."""
        share = max(_FEWEST_CHARACTERS, len(text) * _SHARE_PERCENT // 100)
        return min(self.characters, share)


def materiality(
    live: GigContent, proposed: GigContent, *, limits: Limits, forbidden: Callable[[str], Collection[object]]
) -> list[Matter]:
    """Why somebody has to read `proposed` before it replaces `live`: none for an edit that may go out at once.

    Small corrections of title, description and questions pass, more days and revisions, and a price that falls a little.
    """
    found: set[Matter] = set()
    for before, after in _texts(live, proposed):
        found |= _text_matters(before, after, limits, forbidden)
    if len(live.faqs) != len(proposed.faqs):
        found.add(Matter.TEXT)
    found |= _package_matters(live.packages, proposed.packages, limits)
    for name in (field.name for field in fields(GigContent)):
        if name not in _LOOKED_AT and getattr(live, name) != getattr(proposed, name):
            found.add(Matter.CONTENT)
    return [matter for matter in Matter if matter in found]


_LOOKED_AT = frozenset({"title", "description", "faqs", "packages"})


def _texts(live: GigContent, proposed: GigContent) -> list[tuple[str, str]]:
    pairs = [(live.title, proposed.title), (live.description, proposed.description)]
    for before, after in zip(live.faqs, proposed.faqs, strict=False):
        pairs += _faq_pairs(before, after)
    return pairs


def _faq_pairs(before: FaqContent, after: FaqContent) -> list[tuple[str, str]]:
    return [(before.question, after.question), (before.answer, after.answer)]


def _text_matters(
    before: str, after: str, limits: Limits, forbidden: Callable[[str], Collection[object]]
) -> set[Matter]:
    if before == after:
        return set()
    found = set()
    if changed_characters(before, after) > limits.characters_of(before):
        found.add(Matter.TEXT)
    if _found(_NUMBER, before) != _found(_NUMBER, after):
        found.add(Matter.NUMBERS)
    if _found(_TURNING, before) != _found(_TURNING, after):
        found.add(Matter.TURNED)
    if find_contacts(after):
        found.add(Matter.CONTACT)
    if forbidden(after):
        found.add(Matter.FORBIDDEN)
    return found


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return pattern.findall(unicodedata.normalize("NFKC", text))


def changed_characters(before: str, after: str) -> int:
    """How many characters were put in, taken out or replaced: never less than the edit distance."""
    if abs(len(before) - len(after)) > 500:
        return abs(len(before) - len(after))
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for kind, i1, i2, j1, j2 in blocks if kind != "equal")


def _package_matters(
    live: tuple[PackageContent, ...], proposed: tuple[PackageContent, ...], limits: Limits
) -> set[Matter]:
    before = {package.tier: package for package in live}
    after = {package.tier: package for package in proposed}
    found = {Matter.PACKAGES} if before.keys() != after.keys() else set()
    for tier in before.keys() & after.keys():
        old, new = before[tier], after[tier]
        if (old.title, old.description) != (new.title, new.description):
            found.add(Matter.PACKAGES)
        if new.price_fen > old.price_fen:
            found.add(Matter.PRICE_UP)
        # Whole fen on both sides: no percentage is rounded in anybody's favour.
        if new.price_fen * 100 < old.price_fen * (100 - limits.price_drop_percent):
            found.add(Matter.PRICE_DOWN)
        if new.delivery_days < old.delivery_days or new.revisions < old.revisions:
            found.add(Matter.LESS_FOR_BUYERS)
    return found


def steepest_change(live: GigContent, proposed: GigContent) -> int | None:
    """The largest change of a price against the live one in percent, away from zero; None without a change.

    Packages and add-ons count alike: a buyer pays both. What is new has no price of its own to be compared with, so that it
    counts only where it is out of all proportion to the dearest live price, against that.
    """
    before, after = _prices(live), _prices(proposed)
    dearest = max(before.values(), default=0)
    changes = [percent_change(before[name], fen) for name, fen in after.items() if before.get(name, fen) != fen]
    changes += [
        percent_change(dearest, fen)
        for name, fen in after.items()
        if name not in before and dearest and fen > dearest * _OUT_OF_PROPORTION
    ]
    return max(changes, key=abs, default=None)


def _prices(content: GigContent) -> dict[tuple[str, int], int]:
    """Every price in fen by what it is for; of two add-ons with one title each keeps its place."""
    prices = {(package.tier, 0): package.price_fen for package in content.packages}
    seen: Counter[str] = Counter()
    for extra in content.extras:
        title = f"+{extra.title}"
        prices[title, seen[title]] = extra.price_fen
        seen[title] += 1
    return prices


def percent_change(before_fen: int, after_fen: int) -> int:
    """From one price to another in whole percent that were reached: 49.9 is 49, so that a threshold compares exactly."""
    size = abs(after_fen - before_fen) * 100 // before_fen
    return size if after_fen >= before_fen else -size
