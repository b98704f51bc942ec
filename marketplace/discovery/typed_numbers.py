"""Numbers as people type them with a Chinese keyboard: １００, 100元, ￥1,000, 99。5, 2万, 3天."""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal
from unicodedata import category, normalize

_UNITS = {"": 1, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000}
# Only the ten digits: \d also means those of other scripts. A comma or a blank stands between thousands or nowhere:
# 99,5 read as 995 would be another price than the one that was meant.
_YUAN = re.compile(
    r"(?:¥|rmb|cny|人民币)?\s*(?P<number>(?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]{1,12})(?:\.[0-9]{0,6})?)"
    r"\s*(?P<unit>[百千万kw]?)\s*(?:元|圆|块钱?|yuan|rmb|cny)?"
)
_DAYS = re.compile(r"(?P<number>[0-9]{1,9})\s*(?:天|日|days?)?")


def read_yuan(text: str | None, *, bound: Literal["lower", "upper"], maximum: int) -> int | None:
    """Whole yuan, or None where `text` is no price. Rounded outward: nothing that fits what was typed is left out."""
    match = _YUAN.fullmatch(_plain(text))
    if match is None:
        return None
    amount = Decimal(re.sub("[, ]", "", match["number"])) * _UNITS[match["unit"]]
    rounded = amount.to_integral_value(ROUND_FLOOR if bound == "lower" else ROUND_CEILING)
    return min(int(rounded), maximum)


def read_days(text: str | None, *, maximum: int) -> int | None:
    """A number of days, or None where `text` is none."""
    match = _DAYS.fullmatch(_plain(text))
    return min(int(match["number"]), maximum) if match else None


def _plain(text: str | None) -> str:
    """Half width, lower case; nothing where a ², ① or ½ stands, of which NFKC would make digits that nobody meant."""
    text = (text or "").strip()
    if any(category(one) == "No" for one in text):
        return ""
    return normalize("NFKC", text).replace("。", ".").strip().lower()
