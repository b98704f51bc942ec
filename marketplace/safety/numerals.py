"""Digits however they are written: 一三八, 壹叁捌, 幺三八, one three eight, 1O8. Pure."""

import re

from marketplace.safety.folding import Folded

_DIGITS = str.maketrans("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖幺洞拐两", "00" + "123456789" * 2 + "1072")
_WORDS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9",
    "ling": "0", "yao": "1", "yi": "1", "er": "2", "san": "3", "si": "4", "wu": "5", "liu": "6", "qi": "7", "ba": "8", "jiu": "9",
}  # fmt: skip
_WORD = rf"(?:(?:double|triple)\s+)?(?:{'|'.join(_WORDS)})"
# Three in a row: one of them alone is a word of a sentence.
_SPELLED_RUN = re.compile(rf"(?<![a-z]){_WORD}(?:[\s,.-]+{_WORD}){{2,}}(?![a-z])")
_SPELLED = re.compile(rf"(?<![a-z])(?:(double|triple)\s+)?({'|'.join(_WORDS)})(?![a-z])")
_LOOKALIKES = re.compile(r"(?<=\d)[\s-]?([oil])(?=[\s-]?\d)")
_AS_DIGITS = str.maketrans("oil", "011")
_TIMES = {"double": 2, "triple": 3}


def with_digits(folded: Folded) -> Folded:
    """`folded` with every number word as digits: each is still found where its first character stood."""
    spelled = {
        match.start(): (match.end(), _WORDS[match[2]] * _TIMES.get(match[1], 1))
        for run in _SPELLED_RUN.finditer(folded.text)
        for match in _SPELLED.finditer(folded.text, run.start(), run.end())
    }
    if not spelled:  # nearly always: each character is one again
        return Folded(_without_lookalikes(folded.text.translate(_DIGITS)), folded.places)
    characters: list[str] = []
    places: list[int] = []
    position = 0
    while position < len(folded.text):
        end, digits = spelled.get(position, (position + 1, folded.text[position].translate(_DIGITS)))
        for digit in digits:
            characters.append(digit)
            places.append(folded.places[position])
        position = end
    return Folded(_without_lookalikes("".join(characters)), tuple(places))


def _without_lookalikes(text: str) -> str:
    return _LOOKALIKES.sub(lambda match: match[0].translate(_AS_DIGITS), text)
