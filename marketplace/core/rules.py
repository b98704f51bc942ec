"""Which business constants an order was made under. Only constants that orders promise something with are part of a version."""

import hashlib
import json

from django.core.cache import cache
from django.db import transaction

from marketplace.core.config import DEFINITIONS, get_config, get_configs
from marketplace.core.models import RulesVersion

# What a change of would alter an agreement that was made before.
PINNED_PREFIXES = ("orders.", "disputes.")
_CACHE_KEY = "core:rules_version"


def pinned_values() -> dict[str, int]:
    """The constants that a version holds, as they are in force now, each in the unit of its definition."""
    return get_configs(key for key in sorted(DEFINITIONS) if key.startswith(PINNED_PREFIXES))


def digest_of(values: dict[str, int]) -> str:
    """By what one version differs from all others."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def known_rules() -> RulesVersion | None:
    """The version in force, if any order or page made it already. For readers: it writes nothing."""
    return RulesVersion.objects.filter(digest=digest_of(pinned_values())).first()


def current_rules() -> RulesVersion:
    """The version of the rules in force, made when there is none like it. Safe when two ask at once."""
    values = pinned_values()
    digest = digest_of(values)
    known: RulesVersion | None = cache.get(_CACHE_KEY)
    if known is not None and known.digest == digest:
        return known
    version, _made = RulesVersion.objects.get_or_create(digest=digest, defaults={"values": values})
    # Not before the commit: a version that was rolled back would be handed to every order after.
    transaction.on_commit(lambda: cache.set(_CACHE_KEY, version, timeout=3600))
    return version


def rule(version: RulesVersion | None, key: str) -> int:
    """The constant `key` under these rules, in its unit; the one in force where the version does not know it."""
    if version is not None and key in version.values:
        return int(version.values[key])
    return get_config(key)
