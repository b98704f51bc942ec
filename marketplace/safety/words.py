"""Watched words in a text, all of them in one pass (Aho and Corasick 1975), however they are spaced or dressed up."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import ahocorasick
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import get_random_string
from redis.exceptions import RedisError

from marketplace.safety.folding import Folded, fold
from marketplace.safety.models import Level, SensitiveWord, WordTopic

logger = logging.getLogger(__name__)

_VERSION_KEY = "safety:words_version"
# Without a change in the admin the list is looked up anew after this long: it may have been changed by other means.
_SECONDS = 300


class WatchedWord(NamedTuple):
    """One row of the list as it is searched with."""

    word: str
    spellings: tuple[str, ...]
    exceptions: tuple[str, ...]
    topic: WordTopic
    level: Level


@dataclass(frozen=True)
class WordHit:
    """The place in the text as it was typed, as positions of characters."""

    start: int
    end: int
    text: str
    word: WatchedWord


class WordFinder:
    """A list of words, ready to be searched with: built once, asked for every message."""

    def __init__(self, words: Iterable[WatchedWord]) -> None:
        # A phrase goes into the same automaton as the words, with None: where it stands, a word inside it counts for nothing.
        entries: dict[str, tuple[int, WatchedWord | None]] = {}
        for word in words:
            for spelling in (word.word, *word.spellings):
                if folded := fold(spelling).text:
                    entries[folded] = (len(folded), word)
            for phrase in word.exceptions:
                if folded := fold(phrase).text:
                    entries.setdefault(folded, (len(folded), None))
        self._automaton = ahocorasick.Automaton()
        for folded, entry in entries.items():
            self._automaton.add_word(folded, entry)
        if entries:
            self._automaton.make_automaton()
        self._is_empty = not entries

    def find(self, text: str) -> list[WordHit]:
        """The words of `text` from left to right, the longest where several begin or overlap."""
        if self._is_empty:
            return []
        folded = fold(text)
        found = sorted(
            (
                (last - length + 1, last + 1, word)
                for last, (length, word) in self._automaton.iter(folded.text)
                if _stands_alone(folded, last - length + 1, last + 1)
            ),
            key=lambda place: (place[0], -place[1]),
        )
        hits: list[WordHit] = []
        taken = 0
        for start, end, word in found:
            if start < taken:
                continue
            taken = end
            if word is not None:
                first, last = folded.span(start, end)
                hits.append(WordHit(first, last, text[first:last], word))
        return hits


def _stands_alone(folded: Folded, start: int, end: int) -> bool:
    """Chinese words need no edge; a Latin one does: `gun` is not in `begun`."""
    text = folded.text
    runs_on_before = start > 0 and _is_latin(text[start]) and _is_latin(text[start - 1]) and not folded.is_edge(start)
    runs_on_after = end < len(text) and _is_latin(text[end - 1]) and _is_latin(text[end]) and not folded.is_edge(end)
    return not (runs_on_before or runs_on_after)


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


# The finder of this process, the version of the list it was built from, and until when nobody asks for a newer one.
_finder: tuple[object, WordFinder] | None = None
_holds_until = 0.0
_ASK_EVERY_SECONDS = 1.0


def word_finder() -> WordFinder:
    """The list in force. Built anew in every process a second after `forget_words` at the latest, or after five minutes.

    As long as the cache does not answer, each process keeps the list that it has.
    """
    global _finder, _holds_until
    if _finder is not None and time.monotonic() < _holds_until:
        return _finder[1]
    try:
        version = cache.get_or_set(_VERSION_KEY, _new_version, timeout=_SECONDS)
    except RedisError as error:
        logger.warning("The list of watched words may be an old one: %s", error)
        version = _finder[0] if _finder else None
    if _finder is None or _finder[0] != version:
        _finder = (version, WordFinder(_active_words()))
    _holds_until = time.monotonic() + _ASK_EVERY_SECONDS
    return _finder[1]


def forget_words() -> None:
    """Let every process read the list anew: after a change of it. Never fails: the change is there by then."""
    global _holds_until
    _holds_until = 0.0
    try:
        cache.delete(_VERSION_KEY)
    except RedisError as error:
        logger.warning("Other processes hear of a watched word within five minutes: %s", error)


def forget_words_after_commit() -> None:
    """The same for a change that is not there yet: who reads before the commit would keep the old list as the new one."""
    transaction.on_commit(forget_words)


def _new_version() -> str:
    return get_random_string(12)


def words_in_use() -> QuerySet[SensitiveWord]:
    """The rows that are searched for."""
    return SensitiveWord.objects.filter(is_active=True, level__gt=Level.NOTHING)


def as_searched(row: SensitiveWord) -> WatchedWord:
    """A row as it is searched with."""
    return WatchedWord(
        word=row.word,
        spellings=tuple(row.spellings.split()),
        exceptions=tuple(row.exceptions.split()),
        topic=WordTopic(row.topic),
        level=Level(row.level),
    )


def _active_words() -> list[WatchedWord]:
    return [as_searched(row) for row in words_in_use()]
