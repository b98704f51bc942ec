"""Two texts beside each other, with what went, what came, and what somebody should look at.

Wagtail's own comparison cuts at spaces: a Chinese paragraph would be one word.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL)
# A single character that stayed between two changes is noise for whoever reads.
_SHORTEST_KEPT = 2
Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True)
class Mark:
    """A place to look at, as positions of characters, and why."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Piece:
    """A run of text of one kind; `label` says why it is framed, empty where it is not."""

    text: str
    kind: Kind = "same"
    label: str = ""


@dataclass(frozen=True)
class TextDiff:
    """Both sides, and how many places differ."""

    before: list[Piece]
    after: list[Piece]
    changes: int


def diff_texts(before: str, after: str, marks: Iterable[Mark] = ()) -> TextDiff:
    """Compare by characters of Chinese and by words and numbers of everything else; `marks` lie in `after`."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    blocks = _merged(SequenceMatcher(None, old, new, autojunk=False).get_opcodes(), old)
    left: list[tuple[str, Kind]] = []
    right: list[tuple[str, Kind]] = []
    for is_same, i1, i2, j1, j2 in blocks:
        left.append(("".join(old[i1:i2]), "same" if is_same else "gone"))
        right.append(("".join(new[j1:j2]), "same" if is_same else "new"))
    changes = sum(not is_same for is_same, *_rest in blocks)
    return TextDiff(_pieces(left, ()), _pieces(right, list(marks)), changes)


def plain_text(text: str, marks: Iterable[Mark] = ()) -> list[Piece]:
    """A text with nothing to compare it with."""
    return _pieces([(text, "same")], list(marks))


def _merged(
    opcodes: Sequence[tuple[str, int, int, int, int]], old: Sequence[str]
) -> list[tuple[bool, int, int, int, int]]:
    """The blocks of difflib; what stayed between two changes and is too short to read belongs to them."""
    merged: list[tuple[bool, int, int, int, int]] = []
    last = len(opcodes) - 1
    for place, (kind, i1, i2, j1, j2) in enumerate(opcodes):
        is_between = 0 < place < last and len("".join(old[i1:i2])) < _SHORTEST_KEPT
        is_same = kind == "equal" and not is_between
        if merged and not is_same and not merged[-1][0]:
            _same, start, _i, other, _j = merged[-1]
            merged[-1] = (False, start, i2, other, j2)
        else:
            merged.append((is_same, i1, i2, j1, j2))
    return merged


def _pieces(runs: Iterable[tuple[str, Kind]], marks: Sequence[Mark]) -> list[Piece]:
    """Runs cut where a mark begins or ends."""
    letters = [(letter, kind) for text, kind in runs for letter in text]
    labels = [""] * len(letters)
    for mark in marks:
        for place in range(mark.start, min(mark.end, len(labels))):
            labels[place] = mark.label
    described = [(letter, kind, label) for (letter, kind), label in zip(letters, labels, strict=True)]
    return [
        Piece("".join(letter for letter, *_rest in group), kind, label)
        for (kind, label), group in groupby(described, key=lambda each: each[1:])
    ]
