"""Feature flags: for whom something new, or something that can be switched off, is there (docs/settings.md).

`is_on` is asked where the feature begins. It is cached as the constants are; without the cache the database is asked.
A kept page (portal/page_cache.py) is the same for all visitors: what it shows is asked for without a person, and turning the
flag forgets the page.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.auth.models import Group
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.core import locks, one_page, page_cache
from marketplace.core.errors import SettingError, SettingErrorCode
from marketplace.core.forgiving import forgiving_cache
from marketplace.core.models import FeatureFlag
from marketplace.core.staff_log import note

_CACHE_KEY = "core:feature_flags"
_CACHE_SECONDS = 60
# A share is counted in hundredths of a percent of all people, spread evenly by the hash.
_PLACES = 10_000
_REASON_LENGTH = 200


@dataclass(frozen=True)
class FlagDefinition:
    """A feature that can be switched. `default`: whether it is there for everybody before anybody turned the flag."""

    key: str
    description: str | Promise
    default: bool


class Setting(NamedTuple):
    """For whom a feature is there."""

    is_on: bool
    share_percent: int
    group_ids: tuple[int, ...]


FLAGS: dict[str, FlagDefinition] = {
    flag.key: flag
    for flag in (
        FlagDefinition(
            "notifications.push",
            _("Notifications in the browser are offered, on the page on which people choose what reaches them"),
            True,
        ),
        FlagDefinition("discovery.promotions", _("Advertised services stand above the results of the search"), True),
        FlagDefinition("discovery.saved_searches", _("Searches can be saved, to be told of what is new"), True),
    )
}


def is_on(key: str, *, user: Any = None, visitor: str = "") -> bool:
    """Whether a feature is there for this person, or this visitor (a word that stays the same, as a session's key).

    Without either: whether it is there for everybody. A growing share keeps those who had it; who is in the share of one
    flag is as likely as anybody to be in another's. Raises KeyError for an unknown key.
    """
    definition = FLAGS[key]
    setting = _settings().get(key, Setting(definition.default, 0, ()))
    if setting.is_on:
        return True
    person = user if user is not None and user.is_authenticated else None
    if setting.share_percent and (person is not None or visitor):
        who = f"user:{person.pk}" if person is not None else f"visitor:{visitor}"
        if place_of(key, who) < setting.share_percent * _PLACES // 100:
            return True
    return bool(setting.group_ids) and person is not None and not _groups_of(person).isdisjoint(setting.group_ids)


def place_of(key: str, who: str) -> int:
    """Where somebody stands among 10,000 for one flag, always the same: who stands below the share has the feature."""
    return int.from_bytes(hashlib.blake2b(f"{key}\0{who}".encode(), digest_size=8).digest()) % _PLACES


def setting_of(key: str) -> Setting:
    """As it stands in the database. Raises KeyError for an unknown key."""
    definition = FLAGS[key]
    return _read().get(key, Setting(definition.default, 0, ()))


@transaction.atomic
def set_flag(
    *, key: str, is_on: bool, share_percent: int, group_ids: Sequence[int], reason: str, staff: models.Model
) -> FeatureFlag:
    """Turn a flag, at once. Raises KeyError for an unknown key, SettingError NO_REASON, OUT_OF_BOUNDS, NOTHING_CHANGES."""
    reason = reason.strip()
    if not reason or len(reason) > _REASON_LENGTH:
        raise SettingError(SettingErrorCode.NO_REASON, most=_REASON_LENGTH)
    if not 0 <= share_percent <= 100:
        raise SettingError(SettingErrorCode.OUT_OF_BOUNDS, minimum="0%", maximum="100%")
    locks.hold_settings()
    before = setting_of(key)
    after = Setting(is_on, share_percent, tuple(sorted(group_ids)))
    if after == before:
        raise SettingError(SettingErrorCode.NOTHING_CHANGES)
    flag, _made = FeatureFlag.objects.update_or_create(
        key=key,
        defaults={"is_on": is_on, "share_percent": share_percent, "reason": reason, "updated_by_id": staff.pk},
    )
    flag.groups.set(group_ids)
    note(
        actor=staff,
        action="flags.change",
        data={"flag": key, "reason": reason},
        subject=flag,
        before=_for_log(before),
        after=_for_log(after),
    )
    _forget_cached()
    page_cache.forget(page_cache.SITE)
    transaction.on_commit(_forget_cached)  # a reader in between may have stored the old one again
    return flag


def _settings() -> dict[str, Setting]:
    return one_page.once(_CACHE_KEY, _stored)


def _stored() -> dict[str, Setting]:
    stored: dict[str, Setting] | None = forgiving_cache.get(_CACHE_KEY)
    if stored is None:
        stored = _read()
        forgiving_cache.set(_CACHE_KEY, stored, timeout=_CACHE_SECONDS)
    return stored


def _read() -> dict[str, Setting]:
    groups: dict[int, list[int]] = {}
    through = FeatureFlag.groups.through.objects.order_by("group_id")
    for flag_id, group_id in through.values_list("featureflag_id", "group_id"):
        groups.setdefault(flag_id, []).append(group_id)
    rows = FeatureFlag.objects.values_list("pk", "key", "is_on", "share_percent")
    return {key: Setting(is_on, share, tuple(groups.get(pk, ()))) for pk, key, is_on, share in rows}


def _groups_of(person: Any) -> set[int]:
    """Once a request: a person's object lives as long."""
    known: set[int] | None = getattr(person, "_ids_of_groups", None)
    if known is None:
        known = set(Group.objects.filter(user=person).values_list("pk", flat=True))
        person._ids_of_groups = known
    return known


def _for_log(setting: Setting) -> dict[str, Any]:
    names = list(Group.objects.filter(pk__in=setting.group_ids).order_by("name").values_list("name", flat=True))
    return {"is_on": setting.is_on, "share_percent": setting.share_percent, "groups": names}


def _forget_cached() -> None:
    one_page.forget(_CACHE_KEY)
    forgiving_cache.delete(_CACHE_KEY)  # else it ends by itself within a minute
