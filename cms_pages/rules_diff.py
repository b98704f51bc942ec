"""What differs between two texts, as people read it: whole lines, and in a changed line the words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from html import unescape

from django.utils.html import strip_tags

from marketplace.discovery.language.tokens import Segmenter

# What begins a new line on the page.
_LINE = re.compile(r"</?(?:p|li|h[1-6]|dt|dd|div|summary|ul|ol|details|section|aside|br)\b[^>]*>")
_WORDS = re.compile(r"\s+|[A-Za-z0-9]+|[^\w\s]|[^\sA-Za-z0-9]+?")
# Less alike than this, a line was not changed but replaced.
_ALIKE = 0.4
# So many unchanged lines stand around a change.
_AROUND = 1


@dataclass(frozen=True)
class Piece:
    """A part of a line: "same", "gone" or "new"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """A line with what happened to it: "same", "gone", "new", "changed" or "skipped" (unchanged ones left out)."""

    kind: str
    pieces: tuple[Piece, ...] = ()


def lines_of(html: str) -> list[str]:
    """The text of a page, a line for each paragraph, step, heading and figure."""
    lines = (unescape(strip_tags(part)).split() for part in _LINE.split(html))
    return [" ".join(words) for words in lines if words]


def changed_lines(old_html: str, new_html: str) -> list[Line]:
    """The lines of both texts in order, what did not change cut down to a line around each change."""
    old, new = lines_of(old_html), lines_of(new_html)
    found: list[Line] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Line("same", (Piece("same", line),)) for line in old[old_from:old_to]]
        else:
            found += _replaced(old[old_from:old_to], new[new_from:new_to])
    return _shortened(found)


def _replaced(old: list[str], new: list[str]) -> Iterator[Line]:
    for number in range(max(len(old), len(new))):
        before, after = old[number : number + 1], new[number : number + 1]
        if before and after and _are_alike(before[0], after[0]):
            yield Line("changed", tuple(_pieces(before[0], after[0])))
            continue
        if before:
            yield Line("gone", (Piece("gone", before[0]),))
        if after:
            yield Line("new", (Piece("new", after[0]),))


def _are_alike(old: str, new: str) -> bool:
    """Whether one is the other, changed. What its letters alone rule out is not compared."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = _words(old), _words(new)
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(before[old_from:old_to]))
            continue
        if old_to > old_from:
            yield Piece("gone", "".join(before[old_from:old_to]))
        if new_to > new_from:
            yield Piece("new", "".join(after[new_from:new_to]))


@cache
def _segmenter() -> Segmenter:
    """One for the process: its dictionary takes a tenth of a second to read."""
    return Segmenter()


def _words(line: str) -> list[str]:
    """Chinese words, Latin words and numbers, signs and blanks: together they are the line again."""
    words: list[str] = []
    position = 0
    for word in _segmenter().cut(line):
        start = line.find(word, position)
        if start < 0:
            continue
        words += _WORDS.findall(line[position:start])
        words.append(word)
        position = start + len(word)
    return words + _WORDS.findall(line[position:])


def _shortened(lines: list[Line]) -> list[Line]:
    near = {
        place + step for place, line in enumerate(lines) if line.kind != "same" for step in range(-_AROUND, _AROUND + 1)
    }
    found: list[Line] = []
    for place, line in enumerate(lines):
        if place in near:
            found.append(line)
        elif not found or found[-1].kind != "skipped":
            found.append(Line("skipped"))
    return found
