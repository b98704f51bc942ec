"""Every named address of the public site, with the keys of a world in its parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.contracts.access.world import World

# Prefixes of the route that others answer for.
NOT_OURS = ("admin/", "documents/", "media/", "i18n/", "static/")
# Parts that are words of the address and no key of anything. By the name of the route where it has its own.
WORDS: dict[tuple[str, str], str] = {
    ("", "kind"): "email",
    ("accounts:withdraw_verification", "kind"): "real-name",
    ("", "document"): "terms",
    ("accounts:consent_choose", "document"): "marketing",
    ("", "step"): "overview",
    ("accounts:onboarding", "step"): "profile",
    ("", "ending"): "csv",
    ("orders:bundle_download", "ending"): "zip",
    ("gigs:export", "ending"): "json",
    ("", "action"): "accept",
    ("orders:change", "action"): "extend",
    ("", "reply"): "accept",
    ("", "act"): "add",
    ("", "answer"): "accept",
    ("", "gateway_code"): "alipay",
    ("", "number"): "1",  # of a version of the rules, of a part of the sitemap: below, orders have keys
    ("", "section"): "gigs",
    ("", "count"): "4",
    ("", "before"): "999",
    ("", "after"): "0",
    ("", "slug"): "logo",
    ("client_texts", "language"): "en",
    ("client_texts", "version"): "1",
    ("", "version_id"): "987654321",
    ("", "page_view_restriction_id"): "987654321",
    ("", "page_id"): "987654321",
}
NOWHERE = {"int": "987654321", "uuid": "00000000-0000-4000-8000-000000000000"}
PART = re.compile(r"<(?:(\w+):)?(\w+)>")
# Written as expressions.
EXPRESSIONS = {
    "account_reset_password_from_key": "/accounts/password/reset/key/1-set-password/",
    "wagtail_serve": "/no-such-page/",
}


@dataclass(frozen=True)
class Address:
    """Where a thing of ours is, and where nothing is. `absent` is empty where the address has no key."""

    name: str
    ours: str
    absent: str = ""
    # With two keys: ours below one of the other people's, and what is not there below it.
    crossed: str = ""
    crossed_absent: str = ""
    is_made: bool = True  # the world has a thing for it


def routes(resolver: URLResolver, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Each pattern with a name: its name with the namespace, and its route."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern, route, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield namespace + pattern.name, route


def public_routes() -> list[tuple[str, str]]:
    """Of the whole site outside the admin."""
    return sorted({(name, route) for name, route in routes(get_resolver()) if not route.startswith(NOT_OURS)})


def addresses(world: World) -> list[Address]:
    """Of every one of them, in the order of their names."""
    return [_address(world, name, route) for name, route in public_routes()]


def _address(world: World, name: str, route: str) -> Address:
    if name in EXPRESSIONS:
        return Address(name, EXPRESSIONS[name])
    parts = [(match[1] or "str", match[2]) for match in PART.finditer(route)]
    ours = {part: _of(world.keys, name, part) for _kind, part in parts}
    is_key = {part for _kind, part in parts if ours[part] is not None or not _word(name, part)}
    words = {part: _word(name, part) for _kind, part in parts if part not in is_key}
    nowhere = {part: NOWHERE.get(kind, "nobody-here") for kind, part in parts if part in is_key}
    ours = words | {part: nowhere[part] if ours[part] is None else ours[part] for part in is_key}
    filled = _filled(route, ours)
    absent = _filled(route, words | nowhere) if is_key else ""
    is_made = all(ours[part] != nowhere[part] for part in is_key)
    outer, *inner = [part for _kind, part in parts if part in is_key] or [""]
    theirs = _of(world.theirs, name, outer)
    if not inner or theirs is None:
        return Address(name, filled, absent, is_made=is_made)
    crossed, crossed_absent = _filled(route, ours | {outer: theirs}), _filled(route, words | nowhere | {outer: theirs})
    return Address(name, filled, absent, crossed, crossed_absent, is_made)


def _of(keys: dict[tuple[str, str], Any], name: str, part: str) -> Any:
    return keys.get((name, part), keys.get((name.partition(":")[0], part)))


def _word(name: str, part: str) -> str:
    return WORDS.get((name, part)) or WORDS.get(("", part), "")


def _filled(route: str, parts: dict[str, Any]) -> str:
    return "/" + PART.sub(lambda match: str(parts[match[2]]), route)
