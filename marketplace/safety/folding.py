"""Text as it is searched: one width, one case, simplified, without what only hides; and where each character stood.

Pure: no database, no Django. Used for the advertising law (gigs/superlatives.py), contact details and forbidden words.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc

# Put between the characters of a word to hide it. Commas and full stops are not among them: they end a thought.
FILLERS = frozenset("·•・*_-~`'’‘|/\\+^")
# Cf: zero width; Mn, Me: the frame of a keycap, the form of an emoji, accents piled on a letter.
_UNSEEN = frozenset({"Cf", "Mn", "Me"})
_SIGNS_AT_MOST = 20_000  # that are kept folded


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


class _Signs(dict[str, str]):
    """What becomes of each character; "" for one that is left out. Filled as characters come."""

    def __init__(self, skip: Callable[[str], bool]) -> None:
        super().__init__()
        self._skip = skip

    def __missing__(self, original: str) -> str:
        if len(self) >= _SIGNS_AT_MOST:
            self.clear()
        self[original] = folded = "" if self._skip(original) else plain(original)
        return folded


@cache
def _signs(skip: Callable[[str], bool]) -> _Signs:
    return _Signs(skip)


def fold(text: str, *, skip: Callable[[str], bool] = is_filler) -> Folded:
    """`text` without the characters that `skip` names, each of the others as `plain` has it.

    `skip` is a function of a module: what it says of a character is kept.
    """
    signs = _signs(skip)
    parts = [signs[original] for original in text]
    folded = "".join(parts)
    if len(folded) == len(text) and all(parts):  # nearly always: each character is one again
        return Folded(folded, tuple(range(len(text))))
    return Folded(folded, tuple(place for place, part in enumerate(parts) for _ in part))
