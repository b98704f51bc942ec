"""Holds structured data against schema.org's vocabulary."""

import json
import re
from datetime import datetime
from functools import cache
from typing import Any

from tests.schema_org.make_vocabulary import VOCABULARY

_SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)
_TEXT = {"Text", "URL", "DateTime", "Date", "Time", "PronounceableText", "CssSelectorType", "XPathType"}
_NUMBER = {"Number", "Integer", "Float"}


@cache
def vocabulary() -> dict[str, dict]:
    return json.loads(VOCABULARY.read_text(encoding="utf-8"))


def blocks_of(html: str) -> list[dict]:
    """Every block of a page."""
    return [json.loads(block) for block in _SCRIPT.findall(html)]


def of_type(html: str, name: str) -> dict:
    """The page's only block of this type."""
    (found,) = [block for block in blocks_of(html) if block["@type"] == name]
    return found


def kinds_above(name: str) -> set[str]:
    """The type and everything it is a kind of."""
    found, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += vocabulary()["types"].get(one, {"parents": []})["parents"]
    return found


def faults(block: dict, where: str = "") -> list[str]:
    """What schema.org does not know about a block: types, properties, values. [] when all is well."""
    found = []
    if not where and block.get("@context") != "https://schema.org":
        found.append("no context")
    return found + _thing(block, where or block.get("@type", "?"))


def _thing(thing: dict[str, Any], where: str) -> list[str]:
    if set(thing) == {"@id"}:
        return []
    name = thing.get("@type")
    if name not in vocabulary()["types"]:
        return [f"{where}: there is no type {name!r}"]
    found = []
    kinds = kinds_above(name)
    takes: dict[str, list[str]] = {}
    for kind in kinds:
        takes |= vocabulary()["types"][kind]["properties"]
    for key, value in thing.items():
        if key.startswith("@"):
            continue
        if "Action" in kinds and key.endswith(("-input", "-output")):
            continue
        if key not in takes:
            found.append(f"{where}: {name} has no {key}")
            continue
        for one in value if isinstance(value, list) else [value]:
            found += _value(one, set(takes[key]), f"{where}.{key}")
    return found


def _value(value: object, takes: set[str], where: str) -> list[str]:
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            return [] if value["@id"].startswith("http") else [f"{where}: {value['@id']} is no address"]
        is_right = bool(kinds_above(str(value.get("@type"))) & takes)
        return ([] if is_right else [f"{where}: {value.get('@type')} is none of {sorted(takes)}"]) + _thing(
            value, where
        )
    if isinstance(value, bool):
        return [] if "Boolean" in takes else [f"{where}: a boolean"]
    if isinstance(value, int | float):
        return [] if takes & _NUMBER else [f"{where}: a number, not one of {sorted(takes)}"]
    text = str(value)
    if not text:
        return [f"{where}: empty"]
    enumerations = [vocabulary()["members"][kind] for kind in takes if kind in vocabulary()["members"]]
    if enumerations and not takes & _TEXT:
        is_member = any(text.removeprefix("https://schema.org/") in members for members in enumerations)
        return [] if is_member else [f"{where}: {text} is no member"]
    if takes <= {"Date", "DateTime"}:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return [f"{where}: {text} is no date"]
        return []
    if takes == {"URL"} and not text.startswith("http"):
        return [f"{where}: {text} is no whole address"]
    if takes & (_TEXT | _NUMBER) or where.endswith((".item", ".image")):
        return []
    return [f"{where}: words, not one of {sorted(takes)}"]
