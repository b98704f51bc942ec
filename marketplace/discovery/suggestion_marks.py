"""Which characters of a term the typed letters stand for."""

from functools import lru_cache

from pypinyin import Style, pinyin

from marketplace.discovery.language import normalise
from marketplace.discovery.language.normalise import CJK

_STEPS = 2_000


def covered(term: str, text: str) -> tuple[int, int]:
    """The first stretch of `term` that `text` (squeezed) writes, sounds or abbreviates, as positions; (0, 0) for none.

    Each Chinese character may be typed as itself, by its sound or by the first letter of it: 小程序 by 小程xu or xcxu.
    The last sound may be half typed.
    """
    if not text:
        return 0, 0
    characters = [normalise(character) for character in term]
    for start in range(len(characters)):
        if _begins_a_word(characters, start) and (end := _end(characters, start, text)):
            return start, end
    return 0, 0


def _begins_a_word(characters: list[str], place: int) -> bool:
    """A Chinese character may begin one anywhere, a letter only where no letter stands before it."""
    if not place or CJK.match(characters[place]):
        return bool(characters[place].strip())
    return characters[place].isalnum() and not (
        characters[place - 1].isalnum() and not CJK.match(characters[place - 1])
    )


def _end(characters: list[str], start: int, text: str) -> int:
    """Where the stretch from `start` on ends, 0 where it cannot be the text."""
    steps = 0

    def follow(place: int, done: int) -> int:
        nonlocal steps
        steps += 1
        if done >= len(text):
            return place
        if place >= len(characters) or steps > _STEPS:
            return 0
        for said in _ways(characters[place]):
            fits = text.startswith(said, done) or said.startswith(text[done:])
            if fits and (end := follow(place + 1, done + len(said))):
                return end
        return 0

    return follow(start, 0)


@lru_cache(maxsize=20_000)
def _ways(character: str) -> tuple[str, ...]:
    """How one character may be typed, the longest first; nothing for what people leave out."""
    if not CJK.match(character):
        return (character if character.strip(" '’·-_/,，、|") else "",)
    readings = [reading.replace("ü", "v") for reading in pinyin(character, style=Style.NORMAL, heteronym=True)[0]]
    sounds = sorted(dict.fromkeys(readings), key=len, reverse=True)
    return tuple(dict.fromkeys([character, *sounds, *(sound[0] for sound in sounds)]))
