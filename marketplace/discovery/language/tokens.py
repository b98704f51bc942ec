"""Cutting of Chinese text into words: the same for documents and queries, and the same for every engine.

Facts and measurements: facts/search.md, section 1.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import ahocorasick
import rjieba

from marketplace.discovery.language.normalise import CJK

# A run of Latin letters and digits keeps what names are made of: c++, c#, node.js, t-shirt.
LATIN = re.compile(r"[a-z0-9]+(?:[.\-][a-z0-9]+)*[+#]*")
RUN = re.compile(f"(?P<latin>{LATIN.pattern})|(?P<cjk>{CJK.pattern})")
# Three and four characters need this much, or the dictionary's shorter words win (小/程序/开发).
DOMAIN_FREQUENCY = 50_000
WORD_LENGTHS = range(2, 9)


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """The Latin and Chinese runs of normalised text in order, each with whether it is Latin. Punctuation falls out."""
    for match in RUN.finditer(text):
        yield match.group(), match.lastgroup == "latin"


def is_latin(word: str) -> bool:
    """Whether a token has no Chinese in it."""
    return word.isascii()


@lru_cache(maxsize=1)
def _general_dictionary() -> rjieba.Jieba:
    """The language's words without ours. Never added to."""
    return rjieba.Jieba()


@lru_cache(maxsize=10_000)
def is_verb(word: str) -> bool:
    """Whether the language's dictionary has the word as a verb and nothing else (预约, 安装)."""
    tagged = _general_dictionary().tag(word, False)
    return len(tagged) == 1 and tagged[0][1].startswith("v")


class Segmenter:
    """A cutter with the catalogue's own words. Never changed after it is made: another thread may be cutting.

    A long word would hide the shorter ones in it (公众号排版: who looks for 公众号 does not find it). So words that two
    shorter ones make up are compounds: cut in two, and found beside that by `compounds_in`.
    """

    def __init__(self, domain_words: Iterable[str] = ()) -> None:
        words = frozenset(domain_words)
        chinese = sorted(word for word in words if len(word) in WORD_LENGTHS and CJK.search(word))
        compounds = [word for word in chinese if _is_compound(word, words)]
        cutter = rjieba.Jieba()
        # In sorted order, so that the same words always give the same cuts. Latin-only words would tear pinyin apart.
        for word in sorted(set(chinese) - set(compounds)):
            cutter.add_word(word, DOMAIN_FREQUENCY, None)
        # Words with both scripts (b站, t恤) the dictionary cannot cut out of a Latin run: found before the runs are.
        mixed = sorted((word for word in words if _is_mixed(word)), key=lambda word: (-len(word), word))
        self._mixed = re.compile("|".join(map(re.escape, mixed))) if mixed else None
        self._cutter = cutter
        self._compounds = ahocorasick.Automaton()
        for word in compounds:
            self._compounds.add_word(word, word)
        if compounds:
            self._compounds.make_automaton()
        self._has_compounds = bool(compounds)

    def cut(self, text: str) -> list[str]:
        """The words of normalised text, in order."""
        words: list[str] = []
        position = 0
        for match in self._mixed.finditer(text) if self._mixed else ():
            words += self._cut_runs(text[position : match.start()])
            words.append(match.group())
            position = match.end()
        return words + self._cut_runs(text[position:])

    def compounds_in(self, text: str) -> list[str]:
        """The catalogue's compounds that stand in normalised text, each once, in order."""
        if not self._has_compounds:
            return []
        return list(dict.fromkeys(word for _end, word in self._compounds.iter(text)))

    def is_word(self, text: str) -> bool:
        """Whether the general dictionary, or the catalogue's own, has the text as one word (nothing is guessed)."""
        return len(self._cutter.cut(text, False)) == 1

    def sub_words(self, word: str) -> list[str]:
        """Known words inside a Chinese word of three or more characters, without itself."""
        if len(word) < 3 or is_latin(word):
            return []
        return [part for part in self._cutter.cut_for_search(word, True) if part != word and len(part) > 1]

    def _cut_runs(self, text: str) -> list[str]:
        words: list[str] = []
        for run, latin in runs(text):
            words += [run] if latin else [word for word in self._cutter.cut(run, True) if word.strip()]
        return words


def _is_compound(word: str, words: frozenset[str]) -> bool:
    # One half at least is a word of ours, the other one of the language's: 代理 + 记账, logo + 设计.
    general = _general_dictionary()
    for middle in range(2, len(word) - 1):
        halves = word[:middle], word[middle:]
        if any(half in words for half in halves) and all(
            half in words or general.cut(half, False) == [half] for half in halves
        ):
            return True
    return False


def _is_mixed(word: str) -> bool:
    # Only a tight mix of a letter and a character or two; longer ones are better cut in two.
    return 2 <= len(word) <= 3 and bool(CJK.search(word)) and bool(LATIN.search(word))
