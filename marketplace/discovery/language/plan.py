"""Understanding a query: text in, plan out. Never raises, whatever was typed.

Order: fold and simplify → conditions in words → seller's name → runs → words → synonyms, sounds, first letters, typos.
Measured gains of each step: facts/search.md, section 5.
"""

import math
from collections.abc import Iterator
from itertools import pairwise

from marketplace.discovery.engines.base import Alternative, Concept, QueryPlan
from marketplace.discovery.language import fold, is_latin, normalise, runs
from marketplace.discovery.language.constraints import read_constraints
from marketplace.discovery.language.lexicon import Lexicon
from marketplace.discovery.language.sounds import blurred, initial_keys, sound_keys
from marketplace.discovery.language.thesaurus import GENERIC, SYNONYMS, TAIWAN

QUERY_LENGTH = 80
CONCEPT_LIMIT = 12
ALTERNATIVE_LIMIT = 12
SUB_WORD, GENERIC_SUB_WORD, TAIWAN_WORD, CORRECTED = 0.45, 0.12, 0.95, 0.9
# A single letter or two are too little to guess a sound or a typo from.
GUESS_LENGTH = 3


def understand(query: str, lexicon: Lexicon) -> QueryPlan:
    """The plan for `query` in the words of this catalogue."""
    folded = fold(query[:QUERY_LENGTH])
    text = normalise(folded)
    rest, constraints = read_constraints(text)
    seller, share, rest = _seller(rest, lexicon)
    words = list(_words(rest, lexicon))[:CONCEPT_LIMIT]
    corrected = _joined([new for _old, new, _weight in words]) if any(old != new for old, new, _ in words) else ""
    concepts = tuple(_concept(new, weight, lexicon, is_traditional=text != folded) for _old, new, weight in words)
    usable = [concept for concept in concepts if concept.alternatives]
    if usable and all(concept.is_generic for concept in usable):
        concepts = tuple(Concept(one.text, one.alternatives, False, one.idf) for one in concepts)
    names = {rest, corrected, *(new for _old, new, _weight in words)}
    slugs = frozenset(lexicon.category_names[name] for name in names if name in lexicon.category_names)
    return QueryPlan(
        text=text,
        concepts=concepts,
        phrases=_phrases([new for _old, new, _weight in words]),
        constraints=constraints,
        seller=seller,
        seller_share=share,
        category_slugs=slugs,
        corrected=corrected if _is_correction(rest, corrected) else "",
        nothing_known=bool(words) and not usable and not seller,
    )


def _seller(text: str, lexicon: Lexicon) -> tuple[str, float, str]:
    """A seller's name in the text: the name, its share, and what is left. A catalogue word is no name."""
    squeezed = text.replace(" ", "")
    if not squeezed or (lexicon.knows(squeezed) and squeezed not in lexicon.seller_names):
        return "", 0.0, text
    if squeezed in lexicon.seller_names:
        return squeezed, 1.0, text
    for name in sorted(lexicon.seller_names, key=len, reverse=True):
        if len(name) > 2 and name in squeezed:
            return name, len(name) / len(squeezed), text.replace(name, " ")
    if len(squeezed) >= 2 and any(squeezed in name for name in lexicon.seller_names):
        return squeezed, 0.5, text
    return "", 0.0, text


def _words(text: str, lexicon: Lexicon) -> Iterator[tuple[str, str, float]]:
    """Each word as typed, as searched, and how sure we are of it (1 unless it was guessed)."""
    for word in _cut(text, lexicon):
        if is_latin(word):
            yield from _latin(word, lexicon)
        else:
            yield word, word, 1.0


def _cut(text: str, lexicon: Lexicon) -> list[str]:
    words = lexicon.segmenter.cut(text)
    if all(is_latin(word) or lexicon.means_something(word) for word in words):
        return [part for word in words for part in _split(word, lexicon)]
    # Something is unknown: perhaps a character that sounds right (公众浩排版). Mend the Chinese runs, and cut again.
    mended = text
    for run, latin in runs(text):
        if not latin:
            mended = mended.replace(run, _mend(run, lexicon), 1)
    words = lexicon.segmenter.cut(mended) if mended != text else words
    return [part for word in words for part in _split(word, lexicon)]


def _split(word: str, lexicon: Lexicon) -> list[str]:
    """A long word in two known halves (视频剪辑), unless it has a meaning of its own in the thesaurus."""
    if len(word) < 4 or is_latin(word) or word in SYNONYMS:
        return [word]
    for middle in range(len(word) - 2, 1, -1):
        left, right = word[:middle], word[middle:]
        if lexicon.knows(left) and lexicon.knows(right):
            return [left, right]
    return [word]


def _mend(run: str, lexicon: Lexicon) -> str:
    """The run with the longest unknown stretch replaced by a catalogue word of the same sound."""
    for length in range(min(6, len(run)), 1, -1):
        for start in range(len(run) - length + 1):
            stretch = run[start : start + length]
            if lexicon.means_something(stretch):
                continue
            cut = lexicon.segmenter.cut(stretch)
            if all(lexicon.knows(word) and len(word) > 1 for word in cut):
                continue
            candidates = lexicon.sounds.get(sound_keys(stretch)[0]) or lexicon.blurred_sounds.get(
                blurred(sound_keys(stretch)[0]), ()
            )
            # At least one character must be right, or two-character words would turn into anything.
            for candidate in candidates:
                if len(candidate) == length and set(candidate) & set(stretch):
                    return run[:start] + candidate + run[start + length :]
    return run


def _latin(word: str, lexicon: Lexicon) -> Iterator[tuple[str, str, float]]:
    """A Latin run: a word, pinyin, first letters, or a slip of the finger, in this order."""
    if lexicon.means_something(word) or len(word) < GUESS_LENGTH or not word.isalpha():
        yield word, word, 1.0
        return
    for guess, weight in (
        (_by_sound(word, lexicon), 1.0),
        (_by_initials(word, lexicon), 1.0),
        (_by_typo(word, lexicon), CORRECTED),
    ):
        if guess:
            yield word, guess[0], weight
            for other in guess[1:]:
                yield "", other, weight
            return
    yield word, word, 1.0


def _by_sound(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The text as pinyin of catalogue words: fewest words, then the more frequent ones. Dynamic programming."""
    best: list[tuple[int, int, tuple[str, ...]] | None] = [None] * (len(text) + 1)
    best[0] = (0, 0, ())
    for end in range(2, len(text) + 1):
        for start in range(max(0, end - 30), end - 1):
            so_far, part = best[start], text[start:end]
            if so_far is None:
                continue
            words = lexicon.sounds.get(part) or ((part,) if part in lexicon.latin_words and len(part) > 1 else ())
            if not words:
                continue
            option = (so_far[0] + 1, so_far[1] - lexicon.frequency.get(words[0], 0), (*so_far[2], words[0]))
            current = best[end]
            if current is None or option[:2] < current[:2]:
                best[end] = option
    found = best[len(text)]
    return found[2] if found else ()


def _by_initials(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The text as first letters: of words that stand side by side somewhere, else of two known words."""
    if len(text) > 10:
        return ()
    whole = lexicon.initials.get(text)
    if whole:
        return whole[0]
    for middle in range(len(text) - 2, 1, -1):
        left = _single_by_initials(text[:middle], lexicon)
        right = _single_by_initials(text[middle:], lexicon)
        if left and right:
            return (left, right)
    return ()


def _single_by_initials(key: str, lexicon: Lexicon) -> str:
    if key in lexicon.latin_words:
        return key
    singles = [sequence[0] for sequence in lexicon.initials.get(key, ()) if len(sequence) == 1]
    return max(singles, key=lambda word: lexicon.frequency.get(word, 0), default="")


def _by_typo(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """A known Latin word one slip away (insertion, deletion, exchange, swap of neighbours)."""
    if len(text) < 4:
        return ()
    for word in lexicon.latin_words:
        if abs(len(word) - len(text)) <= 1 and len(word) >= 4 and one_slip_apart(text, word):
            return (word,)
    return ()


def one_slip_apart(first: str, second: str) -> bool:
    """Whether one insertion, deletion, exchange or swap of neighbours makes one word of the other."""
    if first == second:
        return False
    short, long = sorted((first, second), key=len)
    place = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    if len(short) < len(long):
        return short[place:] == long[place + 1 :]
    swapped = len(short) - place > 1 and short[place] == long[place + 1] and short[place + 1] == long[place]
    return short[place + 1 :] == long[place + 1 :] or (swapped and short[place + 2 :] == long[place + 2 :])


def _concept(word: str, weight: float, lexicon: Lexicon, *, is_traditional: bool) -> Concept:
    weights: dict[str, float] = {}

    def offer(term: str, value: float) -> None:
        if lexicon.knows(term):
            weights[term] = max(weights.get(term, 0.0), value * weight)

    offer(word, 1.0)
    if word in TAIWAN and (is_traditional or not lexicon.knows(word)):
        offer(TAIWAN[word], TAIWAN_WORD)
        for other, value in SYNONYMS.get(TAIWAN[word], {}).items():
            offer(other, value * TAIWAN_WORD)
    for other, value in SYNONYMS.get(word, {}).items():
        offer(other, value)
    for part in lexicon.segmenter.sub_words(word):
        offer(part, GENERIC_SUB_WORD if part in GENERIC else SUB_WORD)
    ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:ALTERNATIVE_LIMIT]
    strong = [term for term, value in ranked if value >= SUB_WORD] or [term for term, _value in ranked]
    frequency = max((lexicon.frequency[term] for term in strong), default=0)
    idf = math.log(1 + (lexicon.document_count + 1) / (frequency + 0.5))
    is_generic = word in GENERIC
    return Concept(
        word, tuple(Alternative(term, value) for term, value in ranked), is_generic, idf * (0.25 if is_generic else 1)
    )


def _joined(words: list[str]) -> str:
    return "".join(words)


def _phrases(words: list[str]) -> tuple[str, ...]:
    """The words in a row, all of them and each two: found together they say more than apart."""
    if len(words) < 2:
        return ()
    pairs = [first + second for first, second in pairwise(words)]
    return tuple(dict.fromkeys([_joined(words), *pairs]))


def _is_correction(typed: str, searched: str) -> bool:
    """Whether the person should be told: pinyin and first letters were meant, a slip was not."""
    return bool(searched) and typed.replace(" ", "") not in (searched, "") and initial_keys(searched)[0] != typed
