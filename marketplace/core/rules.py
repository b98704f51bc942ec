"""Which rules an order was made under: the business constants it promises something with, and the texts then in force.

The texts are the editors' (cms_pages), which is a layer above: it says which are in force (`provide_texts`).
"""

import hashlib
import json
from collections.abc import Callable, Mapping

from marketplace.core.commits import after_commit
from marketplace.core.config import DEFINITIONS, get_config, get_configs
from marketplace.core.forgiving import forgiving_cache
from marketplace.core.models import RulesVersion

# What a change of would alter an agreement that was made before.
PINNED_PREFIXES = ("orders.", "disputes.")
_CACHE_KEY = "core:rules_version"
_texts_provider: list[Callable[[], dict[str, int]]] = []


def provide_texts(provider: Callable[[], dict[str, int]]) -> None:
    """Have `provider` say which texts are in force: number of the version by document. Called once, as the site starts."""
    _texts_provider[:] = [provider]


def texts_in_force() -> dict[str, int]:
    """The number of each document's version in force now, by document; empty before any was announced."""
    return _texts_provider[0]() if _texts_provider else {}


def pinned_values() -> dict[str, int]:
    """The constants that a version holds, as they are in force now, each in the unit of its definition."""
    return get_configs(key for key in sorted(DEFINITIONS) if key.startswith(PINNED_PREFIXES))


def digest_of(values: Mapping[str, int], texts: Mapping[str, int] | None = None) -> str:
    """By what one version differs from all others."""
    # Without texts as it was before there were any: versions made then stay what they are.
    said = {"values": values, "texts": texts} if texts else values
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def digest_in_force() -> str:
    """The digest of the constants and texts in force now."""
    return digest_of(pinned_values(), texts_in_force())


def known_rules() -> RulesVersion | None:
    """The version in force, if any order or page made it already. For readers: it writes nothing."""
    return RulesVersion.objects.filter(digest=digest_in_force()).first()


def rules_of_number(number: int) -> RulesVersion | None:
    """One version, which everybody may read; None when there is no such one."""
    return RulesVersion.objects.filter(pk=number).first()


def current_rules() -> RulesVersion:
    """The version of the rules in force, made when there is none like it. Safe when two ask at once."""
    values, texts = pinned_values(), texts_in_force()
    digest = digest_of(values, texts)
    known: RulesVersion | None = forgiving_cache.get(_CACHE_KEY)
    if known is not None and known.digest == digest:
        return known
    version, _made = RulesVersion.objects.get_or_create(digest=digest, defaults={"values": values, "texts": texts})
    # Not before the commit: a version that was rolled back would be handed to every order after.
    after_commit(forgiving_cache.set, _CACHE_KEY, version, timeout=3600)
    return version


def rule(version: RulesVersion | None, key: str) -> int:
    """The constant `key` under these rules, in its unit; the one in force where the version does not know it."""
    if version is not None and key in version.values:
        return int(version.values[key])
    return get_config(key)
