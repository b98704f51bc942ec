"""How a watched word may be written to get round the list: homophones, split characters, letters. Pure; a person ticks.

What folding undoes by itself (full width, traditional, signs between) need not be in the list; it is shown as found already.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import opencc
from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.phrases_dict import phrases_dict

from marketplace.safety.models import Level, WordTopic
from marketplace.safety.words import WatchedWord, WordFinder

HOMOPHONES_OF_EACH = 6
MOST = 60
# Characters that people split so that a list does not know them: the parts stand side by side and are read as one.
SPLITS = {
    "骗": "马扁", "钱": "钅戋", "信": "亻言", "好": "女子", "胡": "古月", "明": "日月", "林": "木木", "和": "禾口",
    "码": "石马", "证": "讠正", "代": "亻弋", "票": "西示", "购": "贝勾", "赌": "贝者", "枪": "木仓", "炮": "火包",
    "妹": "女未", "嫖": "女票", "娼": "女昌", "奸": "女干", "弹": "弓单", "炸": "火乍", "洛": "氵各", "因": "口大",
    "冰": "冫水", "粉": "米分", "烟": "火因", "论": "讠仑", "抄": "扌少", "试": "讠式", "银": "钅艮", "行": "彳亍",
    "账": "贝长", "帐": "巾长", "号": "口丂", "贷": "代贝", "现": "王见", "提": "扌是", "付": "亻寸", "转": "车专",
    "链": "钅连", "接": "扌妾", "址": "土止", "裸": "衤果", "聊": "耳卯", "视": "礻见", "频": "步页", "赚": "贝兼",
    "评": "讠平", "删": "册刂", "机": "木几", "强": "弓虽", "超": "走召", "许": "讠午", "彩": "采彡", "加": "力口",
    "扣": "扌口", "群": "君羊", "洗": "氵先", "约": "纟勺", "情": "忄青", "汇": "氵匚", "红": "纟工", "放": "方攵",
    "课": "讠果", "刻": "亥刂", "章": "立早", "办": "力八", "伪": "亻为", "假": "亻叚", "收": "丩攵", "换": "扌奂",
    "虚": "虍业", "拟": "扌以", "币": "丿巾", "刷": "尸巾刂", "单": "丷甲一", "返": "辶反", "佣": "亻用", "淘": "氵匋",
    "操": "扌喿", "毒": "龶母", "药": "艹约", "海": "氵每",
}  # fmt: skip


class VariantKind(StrEnum):
    HOMOPHONE = "homophone"
    SPLIT = "split"
    LETTERS = "letters"
    FOUND = "found"  # by folding alone: nothing to tick


@dataclass(frozen=True)
class Variant:
    """A way to write a word. `is_word`: it means something by itself, and may be found where nobody hides anything."""

    text: str
    kind: VariantKind
    is_word: bool = False


def variants_of(word: str, known: Iterable[str] = ()) -> list[Variant]:
    """Ways to write `word` that are not among `known`, the most likely first, at most MOST and what is found already."""
    found: dict[str, Variant] = {}
    makers = (
        (VariantKind.SPLIT, _splits(word)),
        (VariantKind.LETTERS, _letters(word)),
        (VariantKind.HOMOPHONE, _homophones(word)),
        (VariantKind.FOUND, _dressed(word)),
    )
    finder = WordFinder([WatchedWord(word, tuple(known), (), WordTopic.OTHER, Level.WARN)])
    for kind, texts in makers:
        for text in texts:
            if text == word or text in found:
                continue
            is_found = any(hit.text == text for hit in finder.find(text))
            if is_found != (kind is VariantKind.FOUND):
                continue
            found[text] = Variant(text, kind, text in phrases_dict)
    offered = [variant for variant in found.values() if variant.kind is not VariantKind.FOUND][:MOST]
    return offered + [variant for variant in found.values() if variant.kind is VariantKind.FOUND]


def _splits(word: str) -> Iterator[str]:
    """One split character, then all that can be."""
    for place, character in enumerate(word):
        if character in SPLITS:
            yield word[:place] + SPLITS[character] + word[place + 1 :]
    yield "".join(SPLITS.get(character, character) for character in word)


def _letters(word: str) -> Iterator[str]:
    """Pinyin or its first letters in place of all characters, and of each."""
    sounds = lazy_pinyin(word)
    if len(sounds) != len(word):  # letters already
        return
    yield "".join(sounds)
    if len(word) > 2:
        yield "".join(sound[0] for sound in sounds)  # of two letters everything is an abbreviation
    for place, sound in enumerate(sounds):
        if word[place] != sound:
            yield word[:place] + sound + word[place + 1 :]
            yield word[:place] + sound[0] + word[place + 1 :]


def _homophones(word: str) -> Iterator[str]:
    """Each character in turn by others that sound the same: the same tone first."""
    tones = [reading[0] for reading in pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)]
    if len(tones) != len(word):
        return
    same = [_sounding(tone) for tone in tones]
    for rank in range(HOMOPHONES_OF_EACH):
        for place, others in enumerate(same):
            if rank < len(others):
                yield word[:place] + others[rank] + word[place + 1 :]


def _dressed(word: str) -> Iterator[str]:
    """What folding undoes: traditional characters, full width, signs between."""
    yield _traditional().convert(word)
    yield "".join(chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in word)
    yield " ".join(word)
    yield "*".join(word)


@cache
def _traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _sounding(tone: str) -> list[str]:
    """Common characters with this reading, those of its own tone first."""
    by_tone, by_sound = _common_characters()
    own = by_tone.get(tone, [])
    return [*own, *(one for one in by_sound.get(tone.rstrip("12345"), []) if one not in own)]


@cache
def _common_characters() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The 3,755 characters of GB 2312's first level, by pinyin with and without tone."""
    by_tone: dict[str, list[str]] = defaultdict(list)
    by_sound: dict[str, list[str]] = defaultdict(list)
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            try:
                character = bytes((row, cell)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            tone = pinyin(character, style=Style.TONE3, neutral_tone_with_five=True)[0][0]
            by_tone[tone].append(character)
            by_sound[tone.rstrip("12345")].append(character)
    return by_tone, by_sound
