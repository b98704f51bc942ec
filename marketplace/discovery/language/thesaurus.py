"""Words that stand for one another, with how nearly: read from the table that staff edit, kept in the process.

An empty table (a database that was emptied by a test) means the words we ship.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from marketplace.discovery.language.normalise import normalise
from marketplace.discovery.migrations import _first_words as first_words
from marketplace.discovery.migrations import _more_words as more_words
from marketplace.discovery.migrations._regional_words import REGIONAL
from marketplace.discovery.models import ThesaurusEntry, ThesaurusKind

# What a word is worth that says no weight of its own (`口译:60`), in hundredths of the word that was typed.
SAME, NARROWER, BROADER, NEAR = 80, 75, 40, 40
MOST = 100


@dataclass(frozen=True)
class Thesaurus:
    """All entries at one moment, by word. Weights lie between 0 and 1."""

    others: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    last_resort: Mapping[str, frozenset[str]] = field(default_factory=dict)  # near word → what it was said to be near
    taiwan: Mapping[str, str] = field(default_factory=dict)
    generic: frozenset[str] = frozenset()

    @property
    def words(self) -> frozenset[str]:
        """Every word there is in it: what the dictionary for cutting takes."""
        return frozenset(self.others) | frozenset(self.last_resort) | {*self.taiwan, *self.taiwan.values()}

    def of(self, word: str) -> Mapping[str, float]:
        """The words that a search for `word` finds too, with their weights."""
        return self.others.get(word, {})


@dataclass(frozen=True)
class Entry:
    """A row: words for the same thing, kinds of it, words that come near it."""

    kind: str
    words: Sequence[str]
    narrower: Sequence[str] = ()
    near: Sequence[str] = ()


def read_thesaurus() -> Thesaurus:
    """The thesaurus as staff have it now: one query."""
    rows = ThesaurusEntry.objects.filter(is_active=True).order_by("pk").values_list("kind", "words", "narrower", "near")
    entries = [Entry(kind, *(normalise(text).split() for text in texts)) for kind, *texts in rows]
    return make_thesaurus(entries or first_entries())


def first_entries() -> list[Entry]:
    """The words we ship."""
    return [
        *_entries(first_words.GROUPS, first_words.TAIWAN, first_words.GENERIC),
        *_entries(more_words.GROUPS, REGIONAL, more_words.GENERIC),
    ]


def _entries(groups: str, regional: str, generic: str) -> list[Entry]:
    entries = []
    for line in groups.strip().splitlines():
        words, _bar, near = line.partition("|")
        words, _sign, narrower = words.partition(">")
        entries.append(Entry(ThesaurusKind.SAME, words.split(), narrower.split(), near.split()))
    entries += [Entry(ThesaurusKind.TAIWAN, line.split()) for line in regional.strip().splitlines()]
    entries.append(Entry(ThesaurusKind.GENERIC, generic.split()))
    return entries


def make_thesaurus(entries: Iterable[Entry]) -> Thesaurus:
    """The entries by word. Where a pair of words stands in several, the nearest counts."""
    others: dict[str, dict[str, float]] = defaultdict(dict)
    back: dict[str, set[str]] = defaultdict(set)
    taiwan: dict[str, str] = {}
    generic: set[str] = set()

    def connect(word: str, other: str, weight: float) -> None:
        if word != other:
            others[word][other] = max(weight, others[word].get(other, 0.0))

    for entry in entries:
        if entry.kind == ThesaurusKind.GENERIC:
            generic.update(word for word, _weight in map(_weighed, entry.words))
            continue
        if entry.kind == ThesaurusKind.TAIWAN:
            if len(entry.words) == 2:
                taiwan[entry.words[0]] = entry.words[1]
            continue
        same = [_weighed(word, SAME) for word in entry.words]
        for word, _own in same:
            for other, weight in same:
                connect(word, other, weight)
            for other, weight in (_weighed(text, NARROWER) for text in entry.narrower):
                connect(word, other, weight)
                connect(other, word, min(weight, BROADER / MOST))
            for other, weight in (_weighed(text, NEAR) for text in entry.near):
                connect(word, other, weight)
                back[other].add(word)
    return Thesaurus(
        {word: dict(found) for word, found in others.items()},
        {word: frozenset(found) for word, found in back.items()},
        taiwan,
        frozenset(generic),
    )


def _weighed(text: str, usual: int = SAME) -> tuple[str, float]:
    """`口译:60` → 口译 with 0.6; without a number the usual weight."""
    word, _colon, number = text.partition(":")
    own = int(number) if number.isascii() and number.isdigit() else usual
    return word, min(own, MOST) / MOST
