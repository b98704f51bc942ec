"""Provinces and cities, as people choose them: stored in Chinese, shown in the language of the page."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import get_language

_FILE = Path(__file__).parent / "data" / "places.json"


class Province(NamedTuple):
    """A province, municipality or region with what lies in it: Chinese name → English name, by pinyin."""

    name: str
    name_en: str
    cities: dict[str, str]


@cache
def provinces() -> dict[str, Province]:
    """Every province by its Chinese name, in the official order."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return {name: Province(name, row["en"], dict(row["cities"])) for name, row in data.items()}


def is_place(province: str, city: str) -> bool:
    """Whether this can stand on a profile: nothing, a province, or a province with one of its cities."""
    if not province:
        return not city
    known = provinces().get(province)
    return known is not None and (not city or city in known.cities)


def place_name(province: str, city: str) -> str:
    """`浙江杭州`, `上海`, in English `Hangzhou, Zhejiang`; what is in no list stands as it is."""
    known = provinces().get(province)
    if get_language() != "en":
        return province if city == province else f"{province}{city}"
    names = [known.cities.get(city, city) if known else city, known.name_en if known else province]
    return ", ".join(dict.fromkeys(name for name in names if name))
