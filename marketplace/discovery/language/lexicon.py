"""What the catalogue's own words are: how often, how they sound, which stand together, which belong to categories and sellers.

Built from the documents in a few queries, or for a large catalogue loaded as a job counted it (snapshot.py), and kept in
the process until the catalogue or the thesaurus has changed.
"""

import gc
import logging
import time
from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import pairwise
from threading import Lock, Thread
from typing import cast
from uuid import uuid4

from django.db import connection

from marketplace.core import one_page
from marketplace.core.forgiving import forgiving_cache
from marketplace.core.patience import without_statement_timeout
from marketplace.discovery.language import snapshot
from marketplace.discovery.language.dictionary import Dictionary, dictionary_in_force, make_dictionary
from marketplace.discovery.language.normalise import normalise
from marketplace.discovery.language.sounds import blurred, initial_keys, sound_keys
from marketplace.discovery.language.thesaurus import Thesaurus, read_thesaurus
from marketplace.discovery.language.tokens import Segmenter, is_latin
from marketplace.discovery.models import GigDocument
from marketplace.gigs.models import GigCategory

logger = logging.getLogger(__name__)

_VERSION_KEY = "discovery:lexicon_version"
# A build that takes long must not be repeated for every edit of a gig; a short one may.
SHORT_BUILD_SECONDS = 3.0
REST_FACTOR = 20
# More first letters than anybody types, and than two words in a row have.
INITIALS_LENGTH = 12
# As much of a query as is read (plan.py).
RARE_LENGTH = 80

Sequence = tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """The words of the catalogue at one moment. Read only."""

    dictionary: Dictionary = field(default_factory=lambda: make_dictionary(()))
    thesaurus: Thesaurus = field(default_factory=Thesaurus)
    document_count: int = 0
    frequency: Mapping[str, int] = field(default_factory=dict)  # documents a word stands in, any field
    core: Mapping[str, int] = field(
        default_factory=dict
    )  # … in title, tags or the category's name; 0 for a mere synonym
    pairs: Mapping[Sequence, int] = field(default_factory=dict)  # two words side by side in titles
    sounds: Mapping[str, Sequence] = field(default_factory=dict)  # full pinyin → words, most frequent first
    blurred_sounds: Mapping[str, Sequence] = field(default_factory=dict)
    initials: Mapping[str, tuple[Sequence, ...]] = field(default_factory=dict)  # first letters → words in a row
    latin_words: Sequence = ()
    by_length: Mapping[int, Sequence] = field(default_factory=dict)  # Chinese words by their number of characters
    seller_names: frozenset[str] = frozenset()
    seller_text: str = ""  # all sellers' names, one a line: one look says whether a text is a part of one
    category_names: Mapping[str, str] = field(default_factory=dict)  # normalised name → slug
    category_tokens: Mapping[str, frozenset[str]] = field(default_factory=dict)  # slug → words
    is_cut: bool = False  # rare words are left out, and those that came since it was counted

    @property
    def segmenter(self) -> Segmenter:
        """The cutter of the catalogue's dictionary."""
        return self.dictionary.segmenter

    def knows(self, word: str) -> bool:
        """Whether the word stands in some document."""
        return word in self.frequency

    def means_something(self, word: str) -> bool:
        """Whether the word, or one that means the same or nearly so, stands in some document."""
        known = self.frequency
        return (
            word in known
            or any(other in known for other in self.thesaurus.of(word))
            or any(other in known for other in self.thesaurus.last_resort.get(word, ()))
        )

    def is_generic(self, word: str) -> bool:
        """Whether the word stands in every other title and says little alone."""
        return word in self.thesaurus.generic


_of_process: dict[str, object] = {}
# Whoever measures has a lexicon of their own, while other threads of the process go on with the site's.
_apart: ContextVar[dict[str, object] | None] = ContextVar("lexicon_apart", default=None)
_lock = Lock()


def _state() -> dict[str, object]:
    own = _apart.get()
    return _of_process if own is None else own


def current_lexicon() -> Lexicon:
    """The lexicon of the catalogue as it is now, or, where building takes long, as it was a little while ago.

    A short build is waited for. A long one goes on in a thread of its own, while the old lexicon answers.
    """
    version = one_page.once(_VERSION_KEY, lambda: forgiving_cache.get(_VERSION_KEY))
    built = _state().get("built")
    if not isinstance(built, tuple):
        with _lock:
            return _built_for(version)
    lexicon, own_version, built_at, seconds = built
    is_long = seconds > SHORT_BUILD_SECONDS
    if own_version == version or (is_long and time.monotonic() - built_at < seconds * REST_FACTOR):
        return lexicon
    if not is_long:
        with _lock:
            return _built_for(version)
    # Whoever comes first builds for all.
    if _lock.acquire(blocking=False):
        Thread(target=_build_apart, args=(version,), name="lexicon", daemon=True).start()
    return lexicon


def _built_for(version: str | None) -> Lexicon:
    """The lexicon of this version, built by whoever held the lock before, or now."""
    built = _state().get("built")
    if isinstance(built, tuple) and built[1] == version:
        lexicon: Lexicon = built[0]
        return lexicon
    return _build(version)


def _build(version: str | None) -> Lexicon:
    started = time.monotonic()
    is_first = _apart.get() is None and not _of_process
    lexicon = build_lexicon()
    # One assignment of a whole tuple: a thread that searches meanwhile keeps the old one.
    _state()["built"] = (lexicon, version, time.monotonic(), time.monotonic() - started)
    if lexicon.is_cut or is_first:
        # Hundreds of thousands of objects that live as long as the process: the collector would look at all of them in the
        # middle of somebody's search, for a third of a second.
        gc.collect()
        gc.freeze()
    return lexicon


def _build_apart(version: str | None) -> None:
    try:
        _build(version)
    except Exception:
        logger.exception("The lexicon of the search could not be built anew; the old one goes on.")
    finally:
        _lock.release()
        connection.close()


@contextmanager
def a_lexicon_apart() -> Iterator[None]:
    """This thread begins anew with no lexicon, and has the process's again afterwards."""
    token = _apart.set({})
    try:
        yield
    finally:
        _apart.reset(token)


def lexicon_changed() -> None:
    """Tell every process that the catalogue's words have changed."""
    forgiving_cache.set(_VERSION_KEY, uuid4().hex, timeout=None)
    one_page.forget(_VERSION_KEY)


def catalogue_changed() -> None:
    """Gigs were indexed or removed. Where a snapshot is in force it stays so until the next count."""
    if not snapshot.has_snapshot():
        lexicon_changed()


def count_words() -> bool:
    """Count a large catalogue's words for all processes; says whether it is a large one. Minutes for a million gigs."""
    if snapshot.is_large():
        with without_statement_timeout():
            counted = count_catalogue(is_large=True)
        snapshot.keep(counted)
        lexicon_changed()
        return True
    snapshot.forget()
    return False


def with_rare_words(lexicon: Lexicon, query: str) -> Lexicon:
    """The lexicon, and those words of the query that it lacks and that stand in the catalogue all the same."""
    if not lexicon.is_cut:
        return lexicon
    words = lexicon.segmenter.cut(normalise(query[:RARE_LENGTH])[:RARE_LENGTH])
    words += [part for word in words for part in lexicon.segmenter.sub_words(word)]
    found = snapshot.words_that_stand({word for word in words if word not in lexicon.frequency})
    return (
        replace(lexicon, frequency=ChainMap(dict.fromkeys(found, 1), cast(dict[str, int], lexicon.frequency)))
        if found
        else lexicon
    )


def category_words() -> Mapping[str, frozenset[str]]:
    """The words of each category by its slug."""
    return current_lexicon().category_tokens


def build_lexicon() -> Lexicon:
    """The lexicon as it was counted last, with today's synonyms; a small catalogue is counted now."""
    fields = snapshot.newest()
    if fields is None:
        return count_catalogue()
    thesaurus = read_thesaurus()
    return Lexicon(dictionary=dictionary_in_force(thesaurus), thesaurus=thesaurus, is_cut=True, **fields)


def count_catalogue(*, is_large: bool = False) -> Lexicon:
    """Read all documents: seven queries, whatever their number. A large catalogue's rare words are left out."""
    thesaurus = read_thesaurus()
    with connection.cursor() as cursor:
        # Filters stand among the words too (`cat:design`); no word has a colon in it.
        cursor.execute(
            "SELECT word, ndoc FROM ts_stat('SELECT words FROM discovery_gigdocument') WHERE word NOT LIKE '%%:%%' "
            "ORDER BY ndoc DESC, word LIMIT %s",
            [snapshot.WORD_LIMIT if is_large else None],
        )
        frequency = dict(cursor.fetchall())
    rows = GigDocument.objects.filter(is_listed=True).values_list(
        "title_tokens", "tag_tokens", "gig__seller__profile__display_name"
    )
    return make_lexicon(
        dictionary=dictionary_in_force(thesaurus),
        thesaurus=thesaurus,
        frequency=frequency,
        rows=rows.iterator(chunk_size=2000),
        categories=GigCategory.objects.filter(is_active=True).values_list("slug", "name", "name_en"),
        is_large=is_large,
    )


def make_lexicon(
    *,
    dictionary: Dictionary,
    thesaurus: Thesaurus,
    frequency: Mapping[str, int],
    rows: Iterable[tuple[Iterable[str], Iterable[str], str]],
    categories: Iterable[tuple[str, str, str]],
    is_large: bool = False,
) -> Lexicon:
    """The lexicon of documents (words of title and tags, seller's name) and categories (slug, name, English name).

    Of a large catalogue only what is frequent enough (snapshot.py), the words being those of `frequency`.
    """
    category_names: dict[str, str] = {}
    category_tokens: dict[str, frozenset[str]] = {}
    for slug, name, name_en in categories:
        category_names[normalise(name)] = slug
        if name_en:
            category_names.setdefault(normalise(name_en), slug)
        category_tokens[slug] = frozenset(dictionary.segmenter.cut(normalise(f"{name} {name_en}")))
    core: Counter[str] = Counter()
    pairs: Counter[Sequence] = Counter()
    sellers: set[str] = set()
    count = 0
    for title, tags, seller in rows:
        count += 1
        core.update({*title, *tags})
        pairs.update(set(pairwise(title)))
        sellers.add(seller)
    sellers = {normalise(seller) for seller in sellers}
    if is_large:
        core = Counter({word: number for word, number in core.items() if word in frequency})
        pairs = Counter(dict(pairs.most_common(snapshot.PAIR_LIMIT)))
        sellers = set(sorted(sellers)[: snapshot.SELLER_LIMIT])
    for tokens in category_tokens.values():
        core.update(token for token in tokens if token in frequency)
    # A synonym of a catalogue word can be typed by its sound too.
    for word in thesaurus.words:
        if word not in core and any(other in core for other in thesaurus.of(word)):
            core[word] = 0
    words = [word for word, _number in sorted(core.items(), key=lambda item: (-item[1], item[0])) if len(word) > 1]
    by_length: dict[int, list[str]] = defaultdict(list)
    for word in words:
        if not is_latin(word):
            by_length[len(word)].append(word)
    chinese = [(key, word) for word in words if not is_latin(word) for key in sound_keys(word)]
    return Lexicon(
        dictionary=dictionary,
        thesaurus=thesaurus,
        document_count=count,
        frequency=frequency,
        core=dict(core),
        pairs=dict(pairs),
        sounds=_by_key(chinese),
        blurred_sounds=_by_key((blurred(key), word) for key, word in chinese),
        initials=_initials(core, pairs),
        latin_words=tuple(word for word in words if is_latin(word)),
        by_length={length: tuple(own) for length, own in by_length.items()},
        seller_names=frozenset(sellers),
        seller_text="\n".join(sorted(sellers)),
        category_names=category_names,
        category_tokens=category_tokens,
        is_cut=is_large,
    )


def _by_key(entries: Iterable[tuple[str, str]]) -> dict[str, Sequence]:
    table: dict[str, dict[str, None]] = defaultdict(dict)
    for key, word in entries:
        table[key][word] = None
    return {key: tuple(words) for key, words in table.items()}


def _initials(core: Mapping[str, int], pairs: Mapping[Sequence, int]) -> dict[str, tuple[Sequence, ...]]:
    """First letters of words, and of two words in a row; for the same letters, what is more frequent first."""
    found: list[tuple[int, Sequence]] = [(count, (word,)) for word, count in core.items() if len(word) > 1]
    found += [(count, pair) for pair, count in pairs.items()]
    table: dict[str, list[Sequence]] = defaultdict(list)
    for _count, sequence in sorted(found, key=lambda item: (-item[0], -len(item[1]), item[1])):
        if all(map(is_latin, sequence)):
            continue
        keys = [""]
        for word in sequence:
            keys = [key + own for key in keys for own in initial_keys(word)]
        for key in keys:
            if 1 < len(key) <= INITIALS_LENGTH:
                table[key].append(sequence)
    return {key: tuple(sequences) for key, sequences in table.items()}
