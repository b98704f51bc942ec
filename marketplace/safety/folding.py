"""Text as it is searched: one width, one case, simplified, without what only hides; and where each character stood.

Pure: no database, no Django. Used for the advertising law (gigs/superlatives.py), contact details and forbidden words.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import opencc

# Put between the characters of a word to hide it. Commas and full stops are not among them: they end a thought.
FILLERS = frozenset("·•・*_-~`'’‘|/\\+^")
# Cf: zero width; Mn, Me: the frame of a keycap, the form of an emoji, accents piled on a letter.
_UNSEEN = frozenset({"Cf", "Mn", "Me"})


@dataclass(frozen=True)
class Folded:
    """The text as it is searched, and where each of its characters stood."""

    text: str
    places: tuple[int, ...]

    def is_edge(self, position: int) -> bool:
        """Whether something was left out right before `position`, such as a blank between two English words."""
        if position <= 0 or position >= len(self.text):
            return True
        return self.places[position] - self.places[position - 1] > 1

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text as it was typed the characters from `start` to `end` stood."""
        return self.places[start], self.places[end - 1] + 1


@lru_cache(maxsize=1)
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=20_000)
def plain(character: str) -> str:
    """One character: full width to half width, small, simplified. Several where it was one sign for several (㏂, ⑿)."""
    return str(_simplifier().convert(unicodedata.normalize("NFKC", character).lower()))


@lru_cache(maxsize=20_000)
def is_unseen(character: str) -> bool:
    """Whether nobody sees this character where it stands."""
    return unicodedata.category(character) in _UNSEEN


def is_filler(character: str) -> bool:
    """Whether a word goes on behind this character, for who reads."""
    return character in FILLERS or is_unseen(character) or (character != "\n" and character.isspace())


def fold(text: str, *, skip: Callable[[str], bool] = is_filler) -> Folded:
    """`text` without the characters that `skip` names, each of the others as `plain` has it."""
    characters: list[str] = []
    places: list[int] = []
    for place, original in enumerate(text):
        if skip(original):
            continue
        for character in plain(original):
            characters.append(character)
            places.append(place)
    return Folded("".join(characters), tuple(places))
