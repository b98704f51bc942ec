"""Keys by which a word is found when somebody types its sound, or the first letters of its sound."""

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, pinyin

from marketplace.discovery.language import is_latin

# People type the reading they know: 模板 is found by moban and by muban.
READINGS = 2
KEYS = 8


@lru_cache(maxsize=50_000)
def sound_keys(word: str) -> tuple[str, ...]:
    """The word in full pinyin without tones or blanks, the usual reading first; a Latin word is its own key."""
    if is_latin(word):
        return (word,)
    usual = "".join(syllable[0] for syllable in pinyin(word, style=Style.NORMAL))
    # Character by character: for a whole word the library gives the one reading of its phrase dictionary.
    readings = [
        tuple(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True)[0]))[:READINGS] for character in word
    ]
    others = ("".join(choice) for choice in islice(product(*readings), KEYS))
    return tuple(dict.fromkeys([usual, *others]))


@lru_cache(maxsize=50_000)
def initial_keys(word: str) -> tuple[str, ...]:
    """First letters; a Latin word answers whole, by its consonants and by its first letter (logo: logo, lg, l)."""
    if is_latin(word):
        consonants = word[0] + "".join(letter for letter in word[1:] if letter not in "aeiou")
        return tuple(dict.fromkeys((word, consonants, word[0])))
    return ("".join(syllable[0][:1] for syllable in pinyin(word, style=Style.NORMAL)),)


def blurred(sound: str) -> str:
    """The sound as many people hear it: zh = z, ch = c, sh = s, and a final ng = n."""
    return sound.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("ng", "n")
