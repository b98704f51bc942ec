"""Words the advertising law forbids, found in text however they are typed. Pure: no database, no Django.

广告法 §9(3) names 国家级、最高级、最佳 "and the like"; which words those are is a list that staff keep (models/advertising.py),
what is no claim at all (最后、第一步、最快3天) is said by its exceptions. After 市场监管总局公告 2023-6 a wish, an order in
time and a title that was really given are none either.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from marketplace.safety.folding import Folded, fold

_CLAUSE_ENDS = '。！？；，、：.!?;,:\n()（）【】「」《》“”"[]'
_NUMBER = r"[0-9零一二两三四五六七八九十百千万几半]+(?:\.[0-9]+)?"
_ASCII_WORD = re.compile(r"[a-z0-9]")


@dataclass(frozen=True)
class ForbiddenWord:
    """A word with all its spellings, what to say instead, and the harmless phrases that contain it.

    In an exception `#` stands for a number and a leading `^` for the beginning of a clause.
    """

    spellings: tuple[str, ...]
    reason: str
    law: str
    suggestion: str = ""
    exceptions: tuple[str, ...] = ()
    is_blocking: bool = False


@dataclass(frozen=True)
class Hit:
    """A forbidden word in a text; `start` and `end` count characters of the text as it was typed."""

    start: int
    end: int
    found: str
    word: ForbiddenWord

    def replaced_in(self, text: str) -> str:
        """`text` with the suggestion in the place of the word."""
        return text[: self.start] + self.word.suggestion + text[self.end :]


def _fold(text: str) -> Folded:
    folded = fold(text)
    # The number as it is written on cheques too. 第1 is 第一, 第10 is not.
    return Folded(re.sub(r"(?<=第)1(?![0-9])", "一", folded.text.replace("壹", "一")), folded.places)


@lru_cache(maxsize=2_000)
def _exception(pattern: str) -> re.Pattern[str]:
    at_beginning = pattern.startswith("^")
    # Piece by piece: folding would drop the signs that mean something here.
    pieces = [re.escape(_fold(piece).text) for piece in pattern.removeprefix("^").split("#")]
    beginning = f"(?:^|(?<=[{re.escape(_CLAUSE_ENDS)}]))" if at_beginning else ""
    return re.compile(beginning + _NUMBER.join(pieces))


@lru_cache(maxsize=2_000)
def _spelling(spelling: str) -> str:
    return _fold(spelling).text


def _occurrences(folded: Folded, spelling: str) -> Iterable[tuple[int, int]]:
    start = folded.text.find(spelling) if spelling else -1
    while start >= 0:
        end = start + len(spelling)
        if _stands_alone(folded, start, end):
            yield start, end
        start = folded.text.find(spelling, start + 1)


def _stands_alone(folded: Folded, start: int, end: int) -> bool:
    """Chinese words need no edge; `top1` is none in `top10` or `laptop1`."""
    text = folded.text
    runs_on_before = (
        start > 0
        and _ASCII_WORD.match(text[start])
        and _ASCII_WORD.match(text[start - 1])
        and not folded.is_edge(start)
    )
    runs_on_after = (
        end < len(text)
        and _ASCII_WORD.match(text[end - 1])
        and _ASCII_WORD.match(text[end])
        and not folded.is_edge(end)
    )
    return not (runs_on_before or runs_on_after)


def _is_harmless(folded: Folded, word: ForbiddenWord, start: int, end: int) -> bool:
    return any(
        match.start() <= start and end <= match.end()
        for pattern in word.exceptions
        for match in _exception(pattern).finditer(folded.text)
    )


def find(text: str, words: Sequence[ForbiddenWord]) -> list[Hit]:
    """The forbidden words of `text` from left to right, the longest where several begin or overlap."""
    folded = _fold(text)
    candidates = [
        (start, end, word)
        for word in words
        for spelling in word.spellings
        for start, end in _occurrences(folded, _spelling(spelling))
        if not _is_harmless(folded, word, start, end)
    ]
    hits: list[Hit] = []
    taken = 0
    for start, end, word in sorted(candidates, key=lambda candidate: (candidate[0], -candidate[1])):
        if start < taken:
            continue
        taken = end
        first, last = folded.span(start, end)
        hits.append(Hit(first, last, text[first:last], word))
    return hits
