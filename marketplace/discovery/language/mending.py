"""A Chinese run with a character too many, too few, or wrong: only where what was typed stands nowhere in the catalogue."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from marketplace.discovery.language.lexicon import Lexicon
from marketplace.discovery.language.sounds import blurred, sound_keys

STRETCH = 6
# Each stretch is held against all words: of a text without end nobody waits for that, and nobody looks for a service with one.
LONGEST_MENDED = 16
# How much worse than what was typed a replacement may be, by what it changes.
SAME_SOUND, NEAR_SOUND, OTHER_ORDER, ONE_CHARACTER = 0.0, 0.15, 0.15, 0.4
LONG_RUN = 6
LONG_ENOUGH = 3  # characters of a word of which one may be another
CANDIDATES = 8
FREQUENCY_SHARE = 0.05


@dataclass(frozen=True)
class Mended:
    """The run as it was probably meant."""

    text: str
    value: float


def mend(run: str, lexicon: Lexicon, *, beside: tuple[str, ...] = ()) -> str:
    """The run with one stretch replaced by a word of the catalogue, or as it was typed when nothing is near enough."""
    if len(run) > LONGEST_MENDED:
        return run
    doubtful = _unknown_places(run, lexicon)
    if not doubtful:
        return run
    is_word, real = lexicon.segmenter.is_word(run), _places_of_real_words(run, lexicon)
    options = [
        Mended(text, _value(text, place, word, lexicon, beside) - penalty)
        for place, stretch in _stretches(run, doubtful, lexicon)
        for word, penalty in _candidates(
            stretch,
            lexicon,
            _neighbours(run, place, len(stretch), lexicon, beside),
            by_sound_only=bool(real & doubtful & set(range(place, place + len(stretch)))),
        )
        for text in [run[:place] + word + run[place + len(stretch) :]]
        if _is_better(_unknown_places(text, lexicon), doubtful, run)
        # A word of the language that nobody sells here (二手车) is mistyped only when all of it sounds so.
        and (not is_word or (penalty == SAME_SOUND and stretch == run))
    ]
    return max(options, key=lambda one: (one.value, one.text)).text if options else run


def _is_better(unknown: set[int], before: set[int], run: str) -> bool:
    # A short run is mended whole or not at all: one word out of two would be a guess.
    return len(unknown) < len(before) and (not unknown or len(run) >= LONG_RUN)


def _unknown_places(run: str, lexicon: Lexicon) -> set[int]:
    """The positions of characters in words that mean nothing here. A lone character next to nothing is one of them."""
    places: set[int] = set()
    position = 0
    for word in lexicon.segmenter.cut(run):
        start = run.index(word, position)
        position = start + len(word)
        known = lexicon.means_something(word) if len(word) > 1 else lexicon.is_generic(word)
        if not known and not _made_of_known(word, lexicon):
            places.update(range(start, position))
    return places


def _places_of_real_words(run: str, lexicon: Lexicon) -> set[int]:
    """The positions of characters in words of the language, two characters or more, whether sold here or not."""
    places: set[int] = set()
    position = 0
    for word in lexicon.segmenter.cut(run):
        start = run.index(word, position)
        position = start + len(word)
        if len(word) > 1 and lexicon.segmenter.is_word(word):
            places.update(range(start, position))
    return places


def _made_of_known(word: str, lexicon: Lexicon) -> bool:
    return any(lexicon.knows(word[:middle]) and lexicon.knows(word[middle:]) for middle in range(2, len(word) - 1))


def _stretches(run: str, doubtful: set[int], lexicon: Lexicon) -> Iterator[tuple[int, str]]:
    for length in range(2, min(STRETCH, len(run)) + 1):
        for start in range(len(run) - length + 1):
            stretch = run[start : start + length]
            if (
                doubtful & set(range(start, start + length))
                and not lexicon.means_something(stretch)
                and not _cuts_a_word(run, start, lexicon)
                and not _cuts_a_word(run, start + length, lexicon)
            ):
                yield start, stretch


def _cuts_a_word(run: str, edge: int, lexicon: Lexicon) -> bool:
    """Whether the catalogue's word of two characters lies across the edge: in 补数学 nobody mistyped 补数."""
    return 0 < edge < len(run) and lexicon.means_something(run[edge - 1 : edge + 1])


def _neighbours(run: str, place: int, length: int, lexicon: Lexicon, beside: tuple[str, ...]) -> set[str]:
    """The words before and after a stretch, in the run and beyond it."""
    before, after = lexicon.segmenter.cut(run[:place]), lexicon.segmenter.cut(run[place + length :])
    return {*before[-1:], *after[:1], *beside}


def _candidates(
    stretch: str, lexicon: Lexicon, neighbours: set[str], *, by_sound_only: bool
) -> Iterator[tuple[str, float]]:
    """Words that may have been meant by the stretch, each with a penalty."""
    sound = sound_keys(stretch)[0]
    for word in lexicon.sounds.get(sound, ())[:CANDIDATES]:
        yield word, SAME_SOUND
    for word in lexicon.blurred_sounds.get(blurred(sound), ())[:CANDIDATES]:
        # Without a common character only the very same sound will do, or two characters would turn into anything.
        if set(word) & set(stretch):
            yield word, NEAR_SOUND
    if by_sound_only or lexicon.segmenter.is_word(stretch):
        return  # words of the language, though not of this catalogue: nobody mistyped them
    known = [word for length in range(len(stretch) - 1, len(stretch) + 2) for word in lexicon.by_length.get(length, ())]
    for word, _distance, _place in process.extract(
        stretch, known, scorer=OSA.distance, score_cutoff=1, limit=CANDIDATES
    ):
        stands_beside = any((word, other) in lexicon.pairs or (other, word) in lexicon.pairs for other in neighbours)
        if min(len(word), len(stretch)) >= LONG_ENOUGH:
            yield word, OTHER_ORDER if sorted(word) == sorted(stretch) else ONE_CHARACTER
        elif len(word) == len(stretch) == LONG_ENOUGH - 1 and stands_beside:
            yield word, ONE_CHARACTER


def _value(text: str, place: int, word: str, lexicon: Lexicon, beside: tuple[str, ...]) -> float:
    """How much of the text the catalogue knows now, with what stands together in it, and how frequent the new word is."""
    words = [*lexicon.segmenter.cut(text), *beside]
    known = sum(len(one) for one in lexicon.segmenter.cut(text) if lexicon.means_something(one)) / len(text)
    together = any(pair in lexicon.pairs for pair in pairwise(words))
    return known + (0.3 if together else 0.0) + FREQUENCY_SHARE * math.log1p(lexicon.core.get(word, 0))
