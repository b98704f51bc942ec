"""What the catalogue's own words are: how often, how they sound, which belong to categories and sellers.

Built from the documents in a few queries and kept in the process until the catalogue has changed.
"""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from uuid import uuid4

from django.core.cache import cache
from django.db import connection

from marketplace.discovery.language import Segmenter, is_latin, normalise
from marketplace.discovery.language.sounds import blurred, initial_keys, sound_keys
from marketplace.discovery.language.thesaurus import DOMAIN_WORDS, SYNONYMS
from marketplace.discovery.models import GigDocument
from marketplace.gigs.models import GigCategory, GigTag, on_sale

logger = logging.getLogger(__name__)

_VERSION_KEY = "discovery:lexicon_version"
# A build that takes long must not be repeated for every edit of a gig; a short one may.
SHORT_BUILD_SECONDS = 3.0
REST_FACTOR = 20


@dataclass(frozen=True)
class Lexicon:
    """The words of the catalogue at one moment. Read only."""

    segmenter: Segmenter
    document_count: int = 0
    frequency: Mapping[str, int] = field(default_factory=dict)  # documents a word stands in, any field
    sounds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # full pinyin → words, most frequent first
    blurred_sounds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    initials: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)  # first letters → words in a row
    latin_words: tuple[str, ...] = ()
    seller_names: frozenset[str] = frozenset()
    category_names: Mapping[str, str] = field(default_factory=dict)  # normalised name → slug
    category_tokens: Mapping[str, frozenset[str]] = field(default_factory=dict)  # slug → words

    def knows(self, word: str) -> bool:
        """Whether the word stands in some document."""
        return word in self.frequency

    def means_something(self, word: str) -> bool:
        """Whether the word, or one that means the same, stands in some document."""
        return word in self.frequency or any(other in self.frequency for other in SYNONYMS.get(word, ()))


_state: dict[str, object] = {}
_lock = Lock()


def current_lexicon() -> Lexicon:
    """The lexicon of the catalogue as it is now, or, right after a long build, as it was a little while ago."""
    version = cache.get(_VERSION_KEY)
    built = _state.get("built")
    if isinstance(built, tuple):
        lexicon, own_version, built_at, seconds = built
        rest = seconds * REST_FACTOR if seconds > SHORT_BUILD_SECONDS else 0
        if own_version == version or time.monotonic() - built_at < rest:
            return lexicon
    with _lock:
        started = time.monotonic()
        lexicon = build_lexicon()
        # One assignment of a whole tuple: a thread that searches meanwhile keeps the old one.
        _state["built"] = (lexicon, version, time.monotonic(), time.monotonic() - started)
    return lexicon


@contextmanager
def a_lexicon_apart() -> Iterator[None]:
    """The process begins anew with no lexicon, and gets its own back afterwards."""
    kept = dict(_state)
    _state.clear()
    try:
        yield
    finally:
        _state.clear()
        _state.update(kept)


def lexicon_changed() -> None:
    """Tell every process that the catalogue's words have changed."""
    cache.set(_VERSION_KEY, uuid4().hex, timeout=None)


def category_words() -> Mapping[str, frozenset[str]]:
    """The words of each category by its slug."""
    return current_lexicon().category_tokens


def domain_segmenter() -> Segmenter:
    """A cutter that knows the thesaurus, the categories and every tag of a live gig."""
    tags = GigTag.objects.filter(on_sale("content_object__")).values_list("tag__name", flat=True).distinct()
    names = GigCategory.objects.values_list("name", flat=True)
    short = [word for word in map(normalise, tags) if 2 <= len(word) <= 5]
    return Segmenter({*DOMAIN_WORDS, *short, *map(normalise, names)})


def build_lexicon() -> Lexicon:
    """Read the catalogue: five queries, whatever its size."""
    segmenter = domain_segmenter()
    category_names: dict[str, str] = {}
    category_tokens: dict[str, frozenset[str]] = {}
    for slug, name, name_en in GigCategory.objects.filter(is_active=True).values_list("slug", "name", "name_en"):
        category_names[normalise(name)] = slug
        category_tokens[slug] = frozenset(segmenter.cut(normalise(f"{name} {name_en}")))
    with connection.cursor() as cursor:
        cursor.execute("SELECT word, ndoc FROM ts_stat('SELECT words FROM discovery_gigdocument')")
        frequency = dict(cursor.fetchall())
    core: Counter[str] = Counter()
    pairs: Counter[tuple[str, ...]] = Counter()
    sellers: set[str] = set()
    count = 0
    rows = GigDocument.objects.filter(on_sale("gig__")).values_list(
        "title_tokens", "tag_tokens", "gig__seller__profile__display_name"
    )
    for title, tags, seller in rows.iterator(chunk_size=2000):
        count += 1
        core.update({*title, *tags})
        pairs.update(set(pairwise(title)))
        sellers.add(normalise(seller))
    for tokens in category_tokens.values():
        core.update(token for token in tokens if token in frequency)
    # A synonym of a catalogue word can be typed by its sound too.
    for word in DOMAIN_WORDS:
        if word not in core and any(other in core for other in SYNONYMS.get(word, ())):
            core[word] = 0
    words = [word for word, _number in core.most_common() if len(word) > 1]
    return Lexicon(
        segmenter=segmenter,
        document_count=count,
        frequency=frequency,
        sounds=_by_key((key, word) for word in words if not is_latin(word) for key in sound_keys(word)),
        blurred_sounds=_by_key((blurred(sound_keys(word)[0]), word) for word in words if not is_latin(word)),
        initials=_initials(words, [pair for pair, _number in pairs.most_common()]),
        latin_words=tuple(word for word in words if is_latin(word)),
        seller_names=frozenset(sellers),
        category_names=category_names,
        category_tokens=category_tokens,
    )


def _by_key(entries: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = defaultdict(list)
    for key, word in entries:
        if word not in table[key]:
            table[key].append(word)
    return {key: tuple(words) for key, words in table.items()}


def _initials(words: list[str], pairs: list[tuple[str, ...]]) -> dict[str, tuple[tuple[str, ...], ...]]:
    table: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for sequence in [*pairs, *((word,) for word in words if not is_latin(word))]:
        keys = [""]
        for word in sequence:
            keys = [key + own for key in keys for own in initial_keys(word)]
        for key in keys:
            if len(key) > 1:
                table[key].append(sequence)
    return {key: tuple(sequences) for key, sequences in table.items()}
