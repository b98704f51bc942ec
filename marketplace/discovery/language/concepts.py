"""From a word to a concept: all the ways the catalogue may say it, with what each is worth."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from marketplace.discovery.engines.base import Alternative, Concept
from marketplace.discovery.language.lexicon import Lexicon
from marketplace.discovery.language.tokens import is_latin

ALTERNATIVE_LIMIT = 16
SUB_WORD, GENERIC_SUB_WORD, TAIWAN_WORD, LONGER_WORD, LONGER_WORDS = 0.45, 0.12, 0.95, 0.6, 6
GENERIC_SHARE = 0.25
# A lone character that somebody typed among words says little (the 字 in 字 logo).
LONE_CHARACTER = 0.3
OTHER_THING = 0.6
SOUNDS_ALIKE = 0.7
# A word that stands nowhere, and of which the thesaurus says only that it comes near others.
LAST_RESORT = 0.4


@dataclass(frozen=True)
class Compound:
    """What a word and its neighbours mean together, when the thesaurus knows that: 商标设计 is a logo."""

    others: Mapping[str, float] = field(default_factory=dict)
    is_other_thing: bool = False  # than the word alone: 商标 is a trade mark


ALONE = Compound()


def concept_of(
    word: str,
    weight: float,
    lexicon: Lexicon,
    *,
    taiwan: str = "",
    alike: Sequence[str] = (),
    is_alone: bool = False,
    compound: Compound = ALONE,
) -> Concept:
    """The concept of a word: itself, its synonyms, Taiwan's and ours, its parts. Empty when the catalogue has none of them."""
    weights: dict[str, float] = {}

    def offer(term: str, value: float) -> None:
        if lexicon.knows(term):
            weights[term] = max(weights.get(term, 0.0), value * weight)

    if compound.is_other_thing:
        offer(word, OTHER_THING)
    else:
        offer(word, LONE_CHARACTER if len(word) == 1 and not is_alone and not is_latin(word) else 1.0)
        for other, value in lexicon.thesaurus.of(word).items():
            offer(other, value)
    for other, value in compound.others.items():
        offer(other, value)
    if taiwan:
        offer(taiwan, TAIWAN_WORD)
        for other, value in lexicon.thesaurus.of(taiwan).items():
            offer(other, value * TAIWAN_WORD)
    for other in alike:
        if lexicon.core.get(other):
            offer(other, SOUNDS_ALIKE)
    for part in lexicon.segmenter.sub_words(word):
        offer(part, GENERIC_SUB_WORD if lexicon.is_generic(part) else SUB_WORD)
    if not weights:
        for other in lexicon.thesaurus.last_resort.get(word, ()):
            offer(other, LAST_RESORT)
    if not weights and len(word) > 1 and not is_latin(word):
        for longer in _longer_words(word, lexicon):
            offer(longer, LONGER_WORD)
    weights = {term: value for term, value in weights.items() if value > 0}
    ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:ALTERNATIVE_LIMIT]
    strong = [term for term, value in ranked if value >= SUB_WORD] or [term for term, _value in ranked]
    frequency = max((lexicon.frequency[term] for term in strong), default=0)
    idf = math.log(1 + (lexicon.document_count + 1) / (frequency + 0.5))
    is_generic = lexicon.is_generic(word) or (bool(taiwan) and lexicon.is_generic(taiwan))
    return Concept(
        word,
        tuple(Alternative(term, value) for term, value in ranked),
        is_generic,
        idf * (GENERIC_SHARE if is_generic else 1.0),
    )


def _longer_words(word: str, lexicon: Lexicon) -> list[str]:
    """Words of the catalogue with this one in them, the most frequent first: somebody typed 公众 for 公众号."""
    longer = [other for other, count in lexicon.core.items() if count and word in other]
    return sorted(longer, key=lambda other: (-lexicon.core[other], other))[:LONGER_WORDS]
