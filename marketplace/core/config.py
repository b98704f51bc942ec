"""Business constants: defined here with type, bounds, unit and source; changed by staff in SystemConfig without a release."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction

from marketplace.core import clock, locks, one_page, page_cache
from marketplace.core.config_definition import ConfigDefinition
from marketplace.core.discovery_settings import DISCOVERY_SETTINGS
from marketplace.core.errors import SettingError, SettingErrorCode
from marketplace.core.forgiving import forgiving_cache
from marketplace.core.gig_settings import GIG_SETTINGS
from marketplace.core.house_settings import HOUSE_SETTINGS
from marketplace.core.insights_settings import INSIGHTS_SETTINGS
from marketplace.core.models import ChangeStatus, ConfigChange, SystemConfig
from marketplace.core.money_settings import MONEY_SETTINGS
from marketplace.core.offer_settings import OFFER_SETTINGS
from marketplace.core.operations_settings import OPERATIONS_SETTINGS
from marketplace.core.order_settings import ORDER_SETTINGS
from marketplace.core.people_settings import PEOPLE_SETTINGS
from marketplace.core.quality_settings import QUALITY_SETTINGS
from marketplace.core.queue_settings import QUEUE_SETTINGS
from marketplace.core.reputation_settings import REPUTATION_SETTINGS
from marketplace.core.safety_settings import SAFETY_SETTINGS
from marketplace.core.search_weights import SEARCH_WEIGHTS
from marketplace.core.talking_settings import TALKING_SETTINGS

_CACHE_KEY = "core:system_config"
_quotes_provider: list[Callable[[str], str]] = []
_rules_page: list[Callable[[], str]] = []

DEFINITIONS: dict[str, ConfigDefinition] = {
    definition.key: definition
    for definition in (
        *ORDER_SETTINGS,
        *OFFER_SETTINGS,
        *MONEY_SETTINGS,
        *PEOPLE_SETTINGS,
        *GIG_SETTINGS,
        *SAFETY_SETTINGS,
        *TALKING_SETTINGS,
        *QUEUE_SETTINGS,
        *SEARCH_WEIGHTS,
        *DISCOVERY_SETTINGS,
        *REPUTATION_SETTINGS,
        *QUALITY_SETTINGS,
        *HOUSE_SETTINGS,
        *OPERATIONS_SETTINGS,
        *INSIGHTS_SETTINGS,
    )
}


def get_config(key: str) -> int:
    """The value in force of the constant `key`, in the unit of its definition. Raises KeyError for an unknown key."""
    return get_configs([key])[key]


def get_configs(keys: Iterable[str]) -> dict[str, int]:
    """The values in force of several constants, looked up once. Raises KeyError for an unknown key."""
    stored = one_page.once(_CACHE_KEY, _stored)
    return {key: int(stored.get(key, DEFINITIONS[key].default)) for key in keys}


def _stored() -> dict[str, int]:
    stored: dict[str, int] | None = forgiving_cache.get(_CACHE_KEY)
    if stored is None:
        stored = dict(SystemConfig.objects.values_list("key", "value"))
        forgiving_cache.set(_CACHE_KEY, stored, timeout=60)
    return stored


def provide_quotes(provider: Callable[[str], str], *, rules_page: Callable[[], str] | None = None) -> None:
    """Have `provider` say which agreement quotes a constant, in words; empty when none. Called once, as the site starts.

    `rules_page` is the address in the admin where a new version of such a text is announced.
    """
    _quotes_provider[:] = [provider]
    _rules_page[:] = [rules_page] if rules_page is not None else []


def quoted_in(key: str) -> str:
    """The agreement in force or announced that quotes a constant, in the reader's language; empty when none does."""
    return _quotes_provider[0](key) if _quotes_provider else ""


def rules_page() -> str:
    """The address in the admin where a version of an agreement is announced; empty without one."""
    return _rules_page[0]() if _rules_page else ""


@transaction.atomic
def set_config(
    *, key: str, value: int, reason: str, user_id: int | None = None, was_announced: bool = False
) -> SystemConfig:
    """Change a constant at once, as the program does; what people ask for goes through core/changes.py.

    What an agreement in force or announced quotes is not changed without notice (电子商务法 §34): only with `was_announced`, by
    who puts an announced version into force. Leaves a ConfigChange. Raises KeyError for an unknown key, ValueError outside its
    bounds, SettingError IN_RULES.
    """
    definition = DEFINITIONS[key]
    if not definition.minimum <= value <= definition.maximum:
        raise ValueError(f"{key} must lie between {definition.minimum} and {definition.maximum} {definition.unit}")
    locks.hold_settings()
    before = stored_value(key)
    if not was_announced and value != before:
        require_not_quoted(key)
    now = clock.now()
    ConfigChange.objects.create(
        key=key,
        old_value=before,
        value=value,
        reason=reason,
        status=ChangeStatus.APPLIED,
        asked_by_id=user_id,
        asked_at=now,
        effective_at=now,
        applied_at=now,
    )
    return write_value(key=key, value=value, reason=reason, user_id=user_id)


def require_not_quoted(key: str) -> None:
    """Raises SettingError IN_RULES when an agreement in force or announced quotes this constant."""
    if document := quoted_in(key):
        raise SettingError(SettingErrorCode.IN_RULES, setting=DEFINITIONS[key].description, document=document)


def write_value(*, key: str, value: int, reason: str, user_id: int | None) -> SystemConfig:
    """Put a checked value into force. For `set_config` and core/changes.py, which hold the settings and keep the record."""
    config, _created = SystemConfig.objects.update_or_create(
        key=key, defaults={"value": value, "reason": reason, "updated_by_id": user_id}
    )
    _forget_cached()
    page_cache.forget(page_cache.SITE)  # help pages and prices quote it
    transaction.on_commit(_forget_cached)  # a reader in between may have stored the old value again
    return config


def stored_value(key: str) -> int:
    """As it stands in the database: another process may have kept an old one for a moment."""
    stored = SystemConfig.objects.filter(key=key).values_list("value", flat=True).first()
    return DEFINITIONS[key].default if stored is None else int(stored)


def value_at(key: str, moment: datetime) -> int:
    """The value that was in force just before a moment that has been: for what is checked afterwards. Raises KeyError."""
    later = ConfigChange.objects.filter(key=key, status=ChangeStatus.APPLIED, applied_at__gte=moment)
    old = later.order_by("applied_at", "pk").values_list("old_value", flat=True).first()
    return stored_value(key) if old is None else int(old)


def _forget_cached() -> None:
    one_page.forget(_CACHE_KEY)
    forgiving_cache.delete(_CACHE_KEY)  # else it ends by itself within a minute
