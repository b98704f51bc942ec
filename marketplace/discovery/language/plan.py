"""Understanding a query: text in, plan out. Never raises, whatever was typed.

Order: fold and simplify → conditions in words → what is said around the thing → seller's name → words → sounds, first
letters, slips → synonyms.
Measured gains of each step: facts/search.md, section 5.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from marketplace.discovery.engines.base import Concept, Constraint, QueryPlan
from marketplace.discovery.language.concepts import ALONE, Compound, concept_of
from marketplace.discovery.language.constraints import read_constraints
from marketplace.discovery.language.fillers import without_fillers
from marketplace.discovery.language.latin import guess_latin
from marketplace.discovery.language.lexicon import Lexicon
from marketplace.discovery.language.mending import mend
from marketplace.discovery.language.normalise import CJK, fold, simplified, taiwan_wording
from marketplace.discovery.language.tokens import is_latin, is_verb, runs

QUERY_LENGTH = 80
CONCEPT_LIMIT = 12
CORRECTED = 0.9
COMPOUND_LENGTH = 3
REGIONAL_LENGTHS = range(8, 1, -1)
# Fewer characters are in too many names.
PART_OF_NAME = 2
# Of shorter words an s more is another word (ai, ais).
SHORTEST_WITH_NUMBER = 4
# What people do here, whatever it is done to.
CRAFTS = frozenset({"设计", "制作", "开发", "撰写", "编写", "写", "画", "拍", "策划", "编辑", "美化", "搭建", "优化"})
# What stands between this and a verb is whom it is done for, and counts for so much of what it counts for elsewhere.
_GIVEN_TO = re.compile(r"(?:我们?|想要?|需?要|请|帮我?|找人)*[给替为](?:我们?|咱们?|自)?家?里?的?")
WHOM_SHARE = 0.4
# From this weight on a word of the thesaurus is the thing itself, or a kind of it.
SAME_THING, BESIDE_HEAD = 0.6, 0.6


@dataclass(frozen=True)
class Word:
    """A word of the query: as typed, as searched, how sure we are of it (1 unless it was guessed), and by what guess."""

    typed: str
    searched: str
    weight: float = 1.0
    guess: str = ""  # "sound", "initials", "slip"
    taiwan: str = ""  # the catalogue's word for what people in Taiwan call so
    alike: tuple[str, ...] = ()  # other words of the catalogue that sound as what was typed


def understand(query: str, lexicon: Lexicon, *, as_typed: bool = False) -> QueryPlan:
    """The plan for `query` in the words of this catalogue; with `as_typed` no slip of the finger is mended."""
    folded = fold(query[:QUERY_LENGTH])[:QUERY_LENGTH]  # NFKC writes up to eighteen characters for one
    text = simplified(folded)
    asked, constraints = _asked(text, lexicon)
    seller, share, rest = _seller(asked, lexicon)
    words = _words(rest, lexicon, as_typed=as_typed)[:CONCEPT_LIMIT]
    # Taiwan's wording may be a word more.
    words = (_in_our_words(words, folded, lexicon) if not seller else words)[:CONCEPT_LIMIT]
    compounds = _compounds([word.searched for word in words], lexicon)
    concepts = tuple(
        concept_of(
            word.searched,
            word.weight,
            lexicon,
            taiwan=word.taiwan,
            alike=word.alike,
            is_alone=len(words) == 1,
            compound=compound,
        )
        for word, compound in zip(words, compounds, strict=True)
    )
    concepts = _for_whom(text, concepts)
    usable = [concept for concept in concepts if concept.alternatives]
    if usable and all(concept.is_generic for concept in usable):
        concepts = tuple(replace(concept, is_generic=False) for concept in concepts)
    searched = "".join(word.searched for word in words)
    names = {rest, searched, *(word.searched for word in words if not lexicon.is_generic(word.searched))}
    return QueryPlan(
        text=text,
        asked=asked,
        concepts=concepts,
        phrases=_phrases([word.searched for word in words]),
        constraints=constraints,
        seller=seller,
        seller_share=share,
        category_slugs=frozenset(lexicon.category_names[name] for name in names if name in lexicon.category_names),
        is_category=rest in lexicon.category_names or searched in lexicon.category_names,
        corrected=searched if any(word.guess == "slip" for word in words) else "",
        guesses=tuple((word.typed, word.searched, word.guess) for word in words if word.guess),
        nothing_known=bool(words) and not seller and not _says_what(concepts, lexicon),
        dictionary=lexicon.dictionary.version,
    )


def _for_whom(text: str, concepts: tuple[Concept, ...]) -> tuple[Concept, ...]:
    """给宝宝拍照 is about taking pictures: whom it is done for says less than what is done."""
    opening = _GIVEN_TO.match(text)
    if opening is None or len(concepts) < 2 or not text.startswith(concepts[0].text, opening.end()):
        return concepts
    whom, *done = concepts
    if whom.is_generic or not any(one.text in CRAFTS or is_verb(one.text) for one in done):
        return concepts
    return (replace(whom, idf=whom.idf * WHOM_SHARE), *done)


def _says_what(concepts: Sequence[Concept], lexicon: Lexicon) -> bool:
    """Whether what is known of the query says what is wanted.

    Where a word is known to nobody here, a lone character or a verb alone beside it would bring chance hits: for 冰箱清洗
    (nobody has to do with 冰箱) everything that cleans. A craft would not (龙舟设计): those who master it are shown.
    """
    known = [concept.text for concept in concepts if concept.alternatives]
    unknown = [
        one.text
        for one in concepts
        if not one.alternatives and not is_latin(one.text) and not lexicon.is_generic(one.text)
    ]
    if not unknown:
        return bool(known)
    words = [
        word for word in known if is_latin(word) or word in CRAFTS or (len(word) > 1 and not lexicon.is_generic(word))
    ]
    if len(words) != 1 or all(len(word) == 1 for word in unknown):
        return bool(words)
    word = words[0]
    return is_latin(word) or word in CRAFTS or word in lexicon.thesaurus.others or not is_verb(word)


def _asked(text: str, lexicon: Lexicon) -> tuple[str, tuple[Constraint, ...]]:
    """What is to be looked for: the text without its conditions and without what is said around it."""
    rest, constraints = read_constraints(text)
    squeezed = rest.replace(" ", "")
    if lexicon.means_something(squeezed) or squeezed in lexicon.category_names or squeezed in lexicon.seller_names:
        return rest, constraints

    def is_word(word: str) -> bool:
        return lexicon.means_something(word) or lexicon.segmenter.is_word(word)

    return without_fillers(rest, is_word, lexicon.means_something), constraints


def _seller(text: str, lexicon: Lexicon) -> tuple[str, float, str]:
    """A seller's name in the text: the name, its share, and what is left. A catalogue word is no name."""
    squeezed = text.replace(" ", "")
    if not squeezed or (lexicon.means_something(squeezed) and squeezed not in lexicon.seller_names):
        return "", 0.0, text
    if squeezed in lexicon.seller_names:
        return squeezed, 1.0, text
    # The longest name that stands in the text, unless the catalogue has it as a word.
    for length in range(len(squeezed) - 1, PART_OF_NAME, -1):
        for start in range(len(squeezed) - length + 1):
            name = squeezed[start : start + length]
            if name in lexicon.seller_names and not lexicon.knows(name):
                return name, length / len(squeezed), text.replace(name, " ")
    if len(squeezed) >= PART_OF_NAME and squeezed in lexicon.seller_text:
        return squeezed, 0.5, text
    return "", 0.0, text


def _words(text: str, lexicon: Lexicon, *, as_typed: bool) -> list[Word]:
    """The words of the text in order, mended and guessed where the catalogue has none such."""
    found = list(runs(text))
    known = tuple(run for run, latin in found if latin and lexicon.means_something(run))
    words: list[Word] = []
    for piece in _pieces(text, lexicon):
        if is_latin(piece) and not CJK.search(piece):
            beside = (*known, *(word.searched for word in words), *_first_words(text, piece, lexicon))
            words += _latin_words(piece, lexicon, beside, as_typed=as_typed)
        else:
            words += _chinese_words(piece, lexicon, known, as_typed=as_typed)
    return words


def _pieces(text: str, lexicon: Lexicon) -> Iterator[str]:
    """Latin words, words of both scripts (b站) and Chinese runs, in order."""
    chinese = ""
    for word in lexicon.segmenter.cut(text):
        if is_latin(word) or CJK.fullmatch(word) is None:
            if chinese:
                yield from _blank_apart(chinese, text)
            chinese = ""
            yield word
        else:
            chinese += word
    if chinese:
        yield from _blank_apart(chinese, text)


def _blank_apart(chinese: str, text: str) -> Iterator[str]:
    """Chinese characters that were typed apart are not one run."""
    if chinese in text:
        yield chinese
        return
    for run, latin in runs(text):
        if not latin and run in chinese:
            yield run


def _first_words(text: str, piece: str, lexicon: Lexicon) -> tuple[str, ...]:
    after = text.partition(piece)[2]
    return tuple(word for word in lexicon.segmenter.cut(after)[:1] if lexicon.knows(word))


def _other_number(piece: str, lexicon: Lexicon) -> str:
    """An English word of the catalogue in its other number (website, websites): no slip, and nothing to speak of."""
    if len(piece) < SHORTEST_WITH_NUMBER or not piece.isalpha():
        return ""
    others = (f"{piece}s", piece.removesuffix("s"))
    return next((one for one in others if one != piece and lexicon.means_something(one)), "")


def _latin_words(piece: str, lexicon: Lexicon, beside: tuple[str, ...], *, as_typed: bool) -> list[Word]:
    if lexicon.means_something(piece):
        return [Word(piece, piece)]
    if other := _other_number(piece, lexicon):
        return [Word(piece, other)]
    guess = guess_latin(piece, lexicon, beside=beside)
    if guess is None or (as_typed and guess.kind == "slip"):
        return [Word(piece, piece)]
    others = guess.others or ((),) * len(guess.words)
    found: list[Word] = []
    for word, alike in zip(guess.words, others, strict=True):
        # A compound that sounds so is searched as its parts, as if it had been typed.
        parts = lexicon.segmenter.cut(word)
        found += [Word(piece, part, guess.weight, guess.kind, alike=alike if len(parts) == 1 else ()) for part in parts]
    return found


def _chinese_words(run: str, lexicon: Lexicon, beside: tuple[str, ...], *, as_typed: bool) -> list[Word]:
    mended = run if as_typed else mend(run, lexicon, beside=beside)
    cut = _cut_for_catalogue(lexicon.segmenter.cut(mended), lexicon)
    words = [part for word in cut for part in _split(word, lexicon)]
    return [Word(word, word) if word in run else Word(run, word, CORRECTED, "slip") for word in words]


def _cut_for_catalogue(words: list[str], lexicon: Lexicon) -> list[str]:
    """补数|学 → 补|数学: where the language's cut leaves two words that mean nothing here, and the other one a word that does."""
    found = list(words)
    for place, (left, right) in enumerate(pairwise(words)):
        other = left[-1] + right
        if len(left) == 2 and len(right) == 1 and lexicon.means_something(other) and not lexicon.means_something(left):
            found[place : place + 2] = [left[0], other]
    return found


def _split(word: str, lexicon: Lexicon) -> list[str]:
    """A long word in two known halves (视频剪辑), unless it has a meaning of its own in the thesaurus.

    Two characters that only a guess made one (猫画) are two words where the catalogue knows one of them.
    """
    if (
        len(word) == 2
        and CJK.fullmatch(word)
        and not lexicon.means_something(word)
        and not lexicon.segmenter.is_word(word)
    ):
        return [*word] if any(lexicon.means_something(character) for character in word) else [word]
    if len(word) < 4 or is_latin(word) or lexicon.thesaurus.of(word):
        return [word]
    for middle in range(len(word) - 2, 1, -1):
        left, right = word[:middle], word[middle:]
        if lexicon.knows(left) and lexicon.knows(right):
            return [left, right]
    return [word]


def _in_our_words(words: list[Word], folded: str, lexicon: Lexicon) -> list[Word]:
    """With the mainland's words beside those that were typed as in Taiwan: in traditional characters, or unknown here."""
    if simplified(folded) != folded:
        others = _words(_asked(_in_mainland_words(folded, lexicon), lexicon)[0], lexicon, as_typed=False)
        searched = [word.searched for word in words]
        if len(others) == len(words):
            return [
                word if other.searched == word.searched else replace(word, taiwan=other.searched)
                for word, other in zip(words, others, strict=True)
            ]
        if len(others) == 1 and others[0].searched not in searched:
            whole = "".join(searched)
            return [Word(whole, whole, taiwan=others[0].searched)]
        if all(lexicon.means_something(word.searched) for word in others):
            return others
    return [_unknown_in_our_words(word, lexicon) for word in words]


def _in_mainland_words(folded: str, lexicon: Lexicon) -> str:
    """Text in traditional characters as the mainland says it: our own table first, the longest words first."""
    text, table = simplified(folded), lexicon.thesaurus.taiwan
    if len(text) != len(folded):
        return taiwan_wording(folded)
    parts, place, since = [], 0, 0
    while place < len(text):
        length = next((size for size in REGIONAL_LENGTHS if text[place : place + size] in table), 0)
        if length:
            parts += [taiwan_wording(folded[since:place]), table[text[place : place + length]]]
            since = place + length
        place += length or 1
    return "".join([*parts, taiwan_wording(folded[since:])])


def _unknown_in_our_words(word: Word, lexicon: Lexicon) -> Word:
    if lexicon.knows(word.searched):
        return word
    ours = lexicon.thesaurus.taiwan.get(word.searched) or taiwan_wording(word.searched)
    return replace(word, taiwan=ours) if ours != word.searched and lexicon.means_something(ours) else word


def _compounds(words: list[str], lexicon: Lexicon) -> list[Compound]:
    """For each word what it means together with its neighbours, where the thesaurus has the words as one."""
    found = [ALONE] * len(words)
    for length in range(COMPOUND_LENGTH, 1, -1):
        for start in range(len(words) - length + 1):
            others = lexicon.thesaurus.of("".join(words[start : start + length]))
            core = [place for place in range(start, start + length) if not lexicon.is_generic(words[place])]
            if not others or any(found[place] is not ALONE for place in core):
                continue
            heads = [place for place in core if others.get(words[place], 0.0) >= SAME_THING]
            for place in core:
                # 宝宝起名 is a kind of 起名: what else is called so says less of 宝宝 than of 起名.
                share = BESIDE_HEAD if heads and place not in heads else 1.0
                own = {word: weight * share for word, weight in others.items()}
                is_other = len(core) == 1 and not heads and not _is_about(words[place], others, lexicon)
                found[place] = Compound(own, is_other_thing=is_other)
    return found


def _is_about(word: str, others: Mapping[str, float], lexicon: Lexicon) -> bool:
    """Whether what the word means by itself is among what the whole means: 手机软件 in 手机软件开发, but not 商标 in 商标设计."""
    return any(value >= SAME_THING and other in others for other, value in lexicon.thesaurus.of(word).items())


def _phrases(words: list[str]) -> tuple[str, ...]:
    """The words in a row, all of them and each two: found together they say more than apart."""
    if len(words) < 2:
        return ()
    pairs = [first + second for first, second in pairwise(words)]
    return tuple(dict.fromkeys(["".join(words), *pairs]))
