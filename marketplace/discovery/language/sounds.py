"""Keys by which a word is found when somebody types its sound, or the first letters of its sound."""

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, load_phrases_dict, pinyin

from marketplace.discovery.language.tokens import is_latin

# People type the reading they know: 模板 is found by moban and by muban.
READINGS = 2
KEYS = 8
# Words of the trade that the library's phrases read otherwise.
load_phrases_dict(
    {
        "长图": [["cháng"], ["tú"]],
        "重排": [["chóng"], ["pái"]],
        "重装": [["chóng"], ["zhuāng"]],
        "重装系统": [["chóng"], ["zhuāng"], ["xì"], ["tǒng"]],
        "模板": [["mú"], ["bǎn"]],
        "降重": [["jiàng"], ["chóng"]],
        "查重": [["chá"], ["chóng"]],
        "调色": [["tiáo"], ["sè"]],
        "单曲": [["dān"], ["qǔ"]],
        "编曲": [["biān"], ["qǔ"]],
        "行业": [["háng"], ["yè"]],
        "率土": [["shuài"], ["tǔ"]],
        "转化率": [["zhuǎn"], ["huà"], ["lǜ"]],
    }
)


@lru_cache(maxsize=50_000)
def sound_keys(word: str) -> tuple[str, ...]:
    """The word in full pinyin without tones or blanks, the usual reading first; Latin letters in it stand for themselves."""
    if is_latin(word):
        return (word,)
    usual = "".join(_letters(syllable[0]) for syllable in pinyin(word, style=Style.NORMAL))
    # Character by character: for a whole word the library gives the one reading of its phrase dictionary.
    readings = [
        tuple(dict.fromkeys(map(_letters, pinyin(character, style=Style.NORMAL, heteronym=True)[0])))[:READINGS]
        for character in word
    ]
    others = ("".join(choice) for choice in islice(product(*readings), KEYS))
    return tuple(dict.fromkeys([usual, *others]))


@lru_cache(maxsize=50_000)
def initial_keys(word: str) -> tuple[str, ...]:
    """First letters; a Latin word answers whole, by its consonants and by its first letter (logo: logo, lg, l)."""
    if is_latin(word):
        consonants = word[0] + "".join(letter for letter in word[1:] if letter not in "aeiou")
        return tuple(dict.fromkeys((word, consonants, word[0])))
    usual = "".join(syllable[0][:1] for syllable in pinyin(word, style=Style.NORMAL))
    return (usual,)


def blurred(sound: str) -> str:
    """The sound as many people hear it: zh = z, ch = c, sh = s, and a final ng = n."""
    return sound.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("ng", "n")


def _letters(syllable: str) -> str:
    # 绿 is typed lv, and nü as nv.
    return syllable.replace("ü", "v")
