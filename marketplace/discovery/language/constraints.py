"""Conditions that people write into the search box: a price, a number of days, a wish."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from marketplace.core.money import FEN_PER_YUAN
from marketplace.discovery.engines.base import Constraint

_DIGITS = {"零": 0, "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_STEPS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_UNITS = {"万": 10_000, "w": 10_000, "千": 1000, "k": 1000, "百": 100, "": 1}
MOST_YUAN, MOST_DAYS = 1_000_000, 365
# "about 300" lets through what costs a little more.
ABOUT = 1.2

_DECIMAL = r"\d{1,7}(?:\.\d)?"
_WORDS = r"[一两二三四五六七八九十百千万]{1,6}"
_YUAN = r"(?:元|块钱?|rmb|人民币)"
# A number in words is a price only with its currency: 三百 alone may be anything.
_AMOUNT = rf"[¥￥]?\s*(?:(?P<number>{_DECIMAL})\s*(?P<unit>万|千|百|w|k)?|(?P<words>{_WORDS}))"
_OTHER = _AMOUNT.replace("number", "number2").replace("unit", "unit2").replace("words", "words2")
# With a unit no currency is needed: 1k-3k, 2千到5千.
_THOUSANDS = rf"(?P<number>{_DECIMAL})\s*(?P<unit>万|千|w|k)?(?P<words>)"
_THOUSANDS2 = rf"(?P<number2>{_DECIMAL})\s*(?P<unit2>万|千|w|k)(?P<words2>)"
_BELOW = r"(?:以内|以下|之内|内|封顶|左右的?预算)"
_DONE = r"(?:之内|以内|内|左右)?(?:出图|出稿|交付|完成|交稿|搞定|出片|能?出|做完|交|拿)?"
_COUNT = r"(?P<number>\d{1,3}|半|[一两二三四五六七八九十]{1,3})"


def _number(text: str) -> int:
    """A number in Chinese words: 三百五十, 两千, 十五."""
    total = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            step = _STEPS[character]
            total = (total + digit) * step if step == _STEPS["万"] else total + (digit or 1) * step
            digit = 0
    return total + digit


def _fen(match: re.Match[str], suffix: str = "") -> int:
    number, words = match[f"number{suffix}"], match[f"words{suffix}"]
    yuan = float(number) * _UNITS[match[f"unit{suffix}"] or ""] if number else _number(words)
    return min(round(yuan * FEN_PER_YUAN), MOST_YUAN * FEN_PER_YUAN)


def _span(match: re.Match[str]) -> dict[str, int | str]:
    low, high = _fen(match), _fen(match, "2")
    # 1-3千: the unit of the second belongs to both.
    if match["number"] and not match["unit"] and match["unit2"] and low < high:
        low = min(low * _UNITS[match["unit2"]], high)
    return {"price_min_fen": min(low, high), "price_max_fen": max(low, high)}


def _days(match: re.Match[str]) -> dict[str, int | str]:
    text = match["number"]
    number = 1 if text == "半" else int(text) if text.isdigit() else _number(text)
    unit = match["unit"]
    if unit == "小时":
        number = -(-number // 24)
    elif unit in ("周", "星期", "礼拜"):
        number *= 7
    elif unit in ("月", "个月"):
        number *= 30
    return {"max_days": max(1, min(number, MOST_DAYS))}


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], dict[str, int | str]]


def _wish(name: str, pattern: str) -> _Rule:
    return _Rule(re.compile(rf"(?:{pattern})\s*的?"), lambda _match: {"prefer": name})


_RULES = (
    _Rule(re.compile(rf"{_AMOUNT}\s*{_YUAN}?\s*(?:-|~|—|到|至)\s*{_OTHER}\s*{_YUAN}(?:之间)?\s*的?"), _span),
    _Rule(re.compile(rf"(?:预算|价格?)\s*{_AMOUNT}\s*{_YUAN}?\s*(?:-|~|到|至)\s*{_OTHER}\s*{_YUAN}?"), _span),
    _Rule(re.compile(rf"(?<![a-z0-9]){_THOUSANDS}\s*(?:-|~|到|至)\s*{_THOUSANDS2}(?![a-z0-9])"), _span),
    _Rule(
        re.compile(rf"(?:预算|不超过|低于|少于|最多|不到)\s*{_AMOUNT}\s*{_YUAN}?\s*{_BELOW}?\s*的?"),
        lambda match: {"price_max_fen": _fen(match)},
    ),
    _Rule(
        re.compile(rf"{_AMOUNT}\s*{_YUAN}?\s*(?:以内|以下|之内|封顶)\s*的?|{_OTHER}\s*{_YUAN}\s*内\s*的?"),
        lambda match: {"price_max_fen": _fen(match, "" if match["number"] or match["words"] else "2")},
    ),
    _Rule(
        re.compile(
            rf"(?:高于|超过|不低于|至少)\s*{_AMOUNT}\s*{_YUAN}\s*的?|{_OTHER}\s*{_YUAN}?\s*(?:以上|起步?)\s*的?"
        ),
        lambda match: {"price_min_fen": _fen(match, "" if match["number"] or match["words"] else "2")},
    ),
    _Rule(
        re.compile(rf"{_AMOUNT}\s*{_YUAN}\s*(?:左右|上下)?\s*的?"),
        lambda match: {"price_max_fen": round(_fen(match) * ABOUT)},
    ),
    _Rule(
        re.compile(
            rf"{_COUNT}\s*(?P<unit>个?工作日|天|日|小时|周|星期|礼拜|个?月)(?!签|历|报|语|文|本|子|饼|嫂|式)\s*{_DONE}\s*的?"
        ),
        _days,
    ),
    _Rule(re.compile(rf"(?:当天|当日|今天|今日|即日|隔天|次日)\s*{_DONE}\s*的?"), lambda _match: {"max_days": 1}),
    _wish("price", r"便宜一?点?儿?|实惠|低价|平价|性价比高?|省钱|划算|价格低|最低价|廉价|经济(?!学|法)"),
    _wish("rating", r"好评率?(?:高|多)?|口碑好?|评分高|评价(?:好|高)|高分|靠谱|五星"),
    _wish("orders", r"销量(?:高|好|最高)?|成交(?:多|量高?)|热门|热销|卖得好|爆款|人气高?|订单多"),
    _wish("speed", r"加急|特急|紧急|急需|急用|急(?=\s|$)|最快|快速|速度快|马上要|立刻|赶时间"),
)


def read_constraints(text: str) -> tuple[str, tuple[Constraint, ...]]:
    """Normalised text without its conditions, and the conditions. The first of each kind counts."""
    found: dict[str, Constraint] = {}
    for rule in _RULES:
        match = rule.pattern.search(text)
        if not match:
            continue
        values = rule.read(match)
        if found.keys() & values.keys():
            continue
        words = match.group().strip()
        found |= {field: Constraint(words, field, value) for field, value in values.items()}
        text = f"{text[: match.start()]} {text[match.end() :]}"
    return " ".join(text.split()), tuple(found.values())
