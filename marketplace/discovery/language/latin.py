"""What was meant by Latin letters that are no word of the catalogue: pinyin, first letters, a slip of the finger."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from marketplace.discovery.language.lexicon import Lexicon
from marketplace.discovery.language.sounds import blurred
from marketplace.discovery.language.tokens import is_latin

CORRECTED = 0.9
# Syllables have up to six letters, words of the catalogue up to eight characters.
SOUND_LENGTH = 40
# A guess from fewer letters would be luck. Two first letters do when nothing else was typed, or beside a word they stand with.
GUESS_LENGTH, INITIALS_LENGTH = 3, 10
# From so many letters on one slip, or two, still mean the same word.
ONE_SLIP, TWO_SLIPS = 4, 7
BEAM = 6
COMMON, COMMON_SHARE = 2, 0.01
# What a further word costs against how frequent the words are: fewest words first.
WORD_COST, PAIR_GAIN, SYNONYM_COST = 10.0, 2.0, 1.0


@dataclass(frozen=True)
class Guess:
    """The words that were meant, how sure that is, and how it was found."""

    words: tuple[str, ...]
    weight: float
    kind: str  # "sound", "initials" or "slip"
    others: tuple[tuple[str, ...], ...] = ()  # for each word those that sound the same: 监测 and 检测


# What it costs so far, the words, the letters of each.
_Path = tuple[float, tuple[str, ...], tuple[str, ...]]


def guess_latin(typed: str, lexicon: Lexicon, *, beside: tuple[str, ...] = ()) -> Guess | None:
    """What `typed` stands for, beside the known words `beside`; None when nothing is near enough.

    Pinyin is asked first, exactly, then first letters, then slips: nobody's pinyin is a slip of an English word.
    """
    if not typed.isalnum() or typed.isdigit():
        return _slip(typed, lexicon)
    if len(typed) < GUESS_LENGTH:
        return _initials(typed, lexicon, beside)
    return (
        _sound(typed, lexicon.sounds, lexicon, 1.0)
        or _initials(typed, lexicon, beside)
        or _sound(blurred(typed), lexicon.blurred_sounds, lexicon, CORRECTED)
        or _slip(typed, lexicon)
    )


def _sound(typed: str, table: Mapping[str, tuple[str, ...]], lexicon: Lexicon, weight: float) -> Guess | None:
    """The letters as pinyin of catalogue words: fewest words, then frequent ones that stand together. A beam search."""
    paths: list[list[_Path]] = [[] for _letter in range(len(typed) + 1)]
    paths[0] = [(0.0, (), ())]
    for end in range(2, len(typed) + 1):
        options: list[_Path] = []
        for start in range(max(0, end - SOUND_LENGTH), end - 1):
            if not paths[start]:
                continue
            part = typed[start:end]
            words = table.get(part, ())[:BEAM]
            if part in lexicon.core and is_latin(part):
                words = (part, *words)
            options += [
                (cost + _cost(word, so_far, lexicon), (*so_far, word), (*parts, part))
                for cost, so_far, parts in paths[start]
                for word in words
            ]
        paths[end] = sorted(options)[:BEAM]
    if not paths[-1]:
        return None
    _total, found, sounds = paths[-1][0]
    alike = tuple(
        tuple(other for other in table.get(sound, ()) if other != word)
        for word, sound in zip(found, sounds, strict=True)
    )
    return Guess(found, weight, "sound", alike)


def _cost(word: str, so_far: tuple[str, ...], lexicon: Lexicon) -> float:
    count = lexicon.core.get(word, 0)
    cost = WORD_COST - math.log1p(count) + (0.0 if count else SYNONYM_COST)
    return cost - (PAIR_GAIN if so_far and (so_far[-1], word) in lexicon.pairs else 0.0)


def _initials(typed: str, lexicon: Lexicon, beside: tuple[str, ...]) -> Guess | None:
    """First letters: of words that stand so somewhere, else of two known words."""
    if len(typed) > INITIALS_LENGTH:
        return None
    found = lexicon.initials.get(typed, ())
    if len(typed) < GUESS_LENGTH:
        # Two letters mean many words: one that stands beside another word of the query, or the only thing typed.
        near = [words for words in found if any((other, words[0]) in lexicon.pairs for other in beside)]
        found = tuple(near) or (() if beside else tuple(words for words in found if _is_sold(words, lexicon)))
    if found:
        # Two or three letters begin many words: the others that are sold are searched too, as what sounds alike is.
        alike = tuple(words[0] for words in found[1:] if _is_sold(words, lexicon))[:BEAM] if len(found[0]) == 1 else ()
        return Guess(found[0], 1.0, "initials", (alike,) if alike else ())
    best: tuple[float, tuple[str, ...]] | None = None
    for middle in range(1, len(typed)):
        for left in _singles(typed[:middle], lexicon):
            for right in _singles(typed[middle:], lexicon):
                value = math.log1p(lexicon.core.get(left, 0)) + math.log1p(lexicon.core.get(right, 0))
                if best is None or value > best[0]:
                    best = (value, (left, right))
    return Guess(best[1], 1.0, "initials") if best else None


def _is_sold(words: tuple[str, ...], lexicon: Lexicon) -> bool:
    # Of the thousands of words that the thesaurus alone has, some begin with any two letters.
    return len(words) == 1 and bool(lexicon.core.get(words[0]))


def _singles(key: str, lexicon: Lexicon) -> list[str]:
    if len(key) < 2:
        return []
    if key in lexicon.core and is_latin(key):
        return [key]
    # Two letters mean some word nearly always: only a frequent one was meant. And none that the thesaurus alone has.
    least = max(COMMON, lexicon.document_count * COMMON_SHARE) if len(key) < GUESS_LENGTH else 1
    words = [words[0] for words in lexicon.initials.get(key, ()) if len(words) == 1]
    return [word for word in words if lexicon.core.get(word, 0) >= least or lexicon.is_generic(word)][:BEAM]


def _slip(typed: str, lexicon: Lexicon) -> Guess | None:
    """A Latin word, or a word by its pinyin, that is a slip or two away (Damerau and Levenshtein), the nearest first."""
    if len(typed) < ONE_SLIP:
        return None
    most = 2 if len(typed) >= TWO_SLIPS else 1
    names = [word for word in lexicon.latin_words if abs(len(word) - len(typed)) <= most and len(word) >= ONE_SLIP]
    if name := _nearest(typed, names, most, lexicon):
        return Guess((name,), CORRECTED, "slip")
    sounds = [key for key in lexicon.sounds if abs(len(key) - len(typed)) <= 1 and len(key) > ONE_SLIP]
    if sound := _nearest(typed, sounds, 1, lexicon):
        return Guess(lexicon.sounds[sound][:1], CORRECTED, "slip")
    return None


def _nearest(typed: str, known: list[str], most: int, lexicon: Lexicon) -> str:
    found = process.extract(typed, known, scorer=OSA.distance, score_cutoff=most, limit=BEAM)
    return min(found, key=lambda one: (one[1], -lexicon.core.get(one[0], 0), one[0]))[0] if found else ""
