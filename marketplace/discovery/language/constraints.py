"""Conditions that people write into the search box: a price, a number of days, a wish."""

import re
from collections.abc import Callable

from marketplace.core.money import FEN_PER_YUAN
from marketplace.discovery.engines.base import Constraint

_NUMBERS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "半": 1}
_UNITS = {"万": 10_000, "w": 10_000, "千": 1000, "k": 1000, None: 1}
_AMOUNT = r"(?P<number>\d{1,7})\s*(?P<unit>万|千|w|k)?"
_YUAN = r"(?:元|块钱?|rmb)"


def _price(match: re.Match[str]) -> int:
    return int(match["number"]) * _UNITS[match["unit"]] * FEN_PER_YUAN


def _days(match: re.Match[str]) -> int:
    number = match["number"]
    return int(number) if number.isdigit() else _NUMBERS[number]


def _floor(match: re.Match[str]) -> int:
    return int(match["number"] or match["other"]) * _UNITS[match["unit"] or match["own"]] * FEN_PER_YUAN


_OTHER_AMOUNT = _AMOUNT.replace("number", "other").replace("unit", "own")
_NUMBER_OF_DAYS = r"(?P<number>\d{1,2}|[一两二三四五六七八九十半])\s*(?:天|日|个工作日)"
_DONE = r"(?:之内|以内|内|出图|交付|出稿|完成|交稿|搞定)"

_Reader = Callable[[re.Match[str]], int | str]
_PATTERNS: tuple[tuple[re.Pattern[str], str, _Reader], ...] = (
    (re.compile(rf"(?:预算)?{_AMOUNT}\s*{_YUAN}?\s*(?:以内|以下|之内|封顶)"), "price_max_fen", _price),
    (re.compile(rf"(?:预算|不超过|低于|少于){_AMOUNT}\s*{_YUAN}?"), "price_max_fen", _price),
    (re.compile(rf"(?:高于|超过){_AMOUNT}\s*{_YUAN}?|{_OTHER_AMOUNT}\s*{_YUAN}?以上"), "price_min_fen", _floor),
    (re.compile(rf"{_NUMBER_OF_DAYS}\s*{_DONE}?"), "max_days", _days),
    (re.compile(rf"(?:当天|当日|今天)\s*{_DONE}?"), "max_days", lambda _match: 1),
    (re.compile(r"(?:便宜|实惠|低价|平价|性价比高?|省钱)\s*(?:一?点儿?)?\s*的?"), "prefer", lambda _match: "price"),
    (re.compile(r"(?:好评|口碑好?|评分高|评价好|高分)\s*(?:率高|多)?\s*的?"), "prefer", lambda _match: "rating"),
    (re.compile(r"(?:销量高?|成交多|热门|卖得好)\s*的?"), "prefer", lambda _match: "orders"),
    (re.compile(r"(?:加急|最快|快速|急)\s*的?(?=\s|$)"), "prefer", lambda _match: "speed"),
)


def read_constraints(text: str) -> tuple[str, tuple[Constraint, ...]]:
    """Normalised text without its conditions, and the conditions. The first of each kind counts."""
    found: dict[str, Constraint] = {}
    for pattern, field, read in _PATTERNS:
        match = pattern.search(text)
        if match and field not in found:
            found[field] = Constraint(match.group().strip(), field, read(match))
            text = f"{text[: match.start()]} {text[match.end() :]}"
    return " ".join(text.split()), tuple(found.values())
