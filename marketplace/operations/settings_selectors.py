"""What the desk of the platform's settings shows: every constant, one of them with its history, and what waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.core.config import DEFINITIONS, get_configs
from marketplace.core.config_definition import ConfigDefinition
from marketplace.core.config_words import in_words
from marketplace.core.models import ChangeStatus, ConfigChange, SystemConfig

VIEW, ASK, AGREE = "core.view_systemconfig", "core.change_systemconfig", "core.change_configchange"


@dataclass(frozen=True)
class SettingRow:
    """One constant in the list: values in people's units."""

    key: str
    description: str
    value: str
    default: str
    bounds: str
    is_default: bool
    is_money: bool
    changed_by: str
    changed_at: datetime | None
    reason: str
    open_change: "ChangeRow | None"


@dataclass(frozen=True)
class ChangeRow:
    """A change in words. `can_be_decided`: by whoever reads this."""

    change: ConfigChange
    description: str
    before: str
    after: str
    can_be_decided: bool

    @property
    def is_waiting(self) -> bool:
        """Whether a second person has to look at it."""
        return self.change.status == ChangeStatus.WAITING

    @property
    def is_open(self) -> bool:
        """Whether it can still be withdrawn."""
        return self.change.status in (ChangeStatus.WAITING, ChangeStatus.SCHEDULED)


def definition_of(key: str) -> ConfigDefinition:
    """The definition of a constant. Raises Http404."""
    if key not in DEFINITIONS:
        raise Http404
    return DEFINITIONS[key]


def settings_by_group(
    staff: User, *, words: str = "", only_changed: bool = False
) -> list[tuple[str, list[SettingRow]]]:
    """All constants that fit the words (of a key, a description or a reason), by group, in the order of the definitions."""
    _require(staff)
    stored = {row.key: row for row in SystemConfig.objects.select_related("updated_by")}
    in_force = get_configs(DEFINITIONS)
    waiting = {change.key: change for change in open_changes()}
    groups: dict[str, list[SettingRow]] = {}
    for key, definition in DEFINITIONS.items():
        row, change = stored.get(key), waiting.get(key)
        value = in_force[key]
        if only_changed and value == definition.default and change is None:
            continue
        found = SettingRow(
            key=key,
            description=str(definition.description),
            value=in_words(definition, value),
            default=in_words(definition, definition.default),
            bounds=bounds_of(definition),
            is_default=value == definition.default,
            is_money=definition.is_money,
            changed_by=row.updated_by.display_name if row is not None and row.updated_by is not None else "",
            changed_at=row.updated_at if row is not None else None,
            reason=row.reason if row is not None else "",
            open_change=change_in_words(change, staff) if change is not None else None,
        )
        if _fits(found, words):
            groups.setdefault(definition.group, []).append(found)
    return list(groups.items())


def bounds_of(definition: ConfigDefinition) -> str:
    """From the least to the most; empty where the values have names."""
    if definition.choices or (definition.minimum, definition.maximum) == (0, 1):
        return ""
    return f"{in_words(definition, definition.minimum)} – {in_words(definition, definition.maximum)}"


def open_changes() -> QuerySet[ConfigChange]:
    """What waits for a second person or for its time, the oldest first."""
    rows = ConfigChange.objects.filter(status__in=[ChangeStatus.WAITING, ChangeStatus.SCHEDULED])
    return rows.select_related("asked_by", "decided_by").order_by("pk")


def changes_to_decide(staff: User) -> QuerySet[ConfigChange]:
    """What this person may agree to: nobody agrees to their own."""
    return ConfigChange.objects.filter(status=ChangeStatus.WAITING).exclude(asked_by=staff)


def history_of(key: str, staff: User) -> list[ChangeRow]:
    """Every change of one constant, the newest first."""
    _require(staff)
    rows = ConfigChange.objects.filter(key=key).select_related("asked_by", "decided_by", "rolls_back")
    return changes_in_words(rows.order_by(F("applied_at").desc(nulls_first=True), "-pk")[:200], staff)


def changes_in_words(rows: Iterable[ConfigChange], staff: User) -> list[ChangeRow]:
    """Changes for a page, each in the words of its constant."""
    return [change_in_words(row, staff) for row in rows]


def change_in_words(change: ConfigChange, staff: User) -> ChangeRow:
    """A change in the words of its constant; one that the platform no longer knows keeps its figures."""
    definition = DEFINITIONS.get(change.key)
    may = change.status == ChangeStatus.WAITING and change.asked_by_id != staff.pk and staff.has_perm(AGREE)
    if definition is None:
        return ChangeRow(change, change.key, str(change.old_value), str(change.value), may)
    return ChangeRow(
        change,
        str(definition.description),
        in_words(definition, int(change.old_value)),
        in_words(definition, int(change.value)),
        may,
    )


def recent_changes(staff: User) -> QuerySet[ConfigChange]:
    """Changes of all constants, the newest first."""
    _require(staff)
    decided = ~Q(status__in=[ChangeStatus.WAITING, ChangeStatus.SCHEDULED])
    return ConfigChange.objects.filter(decided).select_related("asked_by", "decided_by").order_by("-pk")


def _fits(row: SettingRow, words: str) -> bool:
    text = f"{row.key} {row.description} {row.reason}".casefold()
    return all(word in text for word in words.casefold().split())


def _require(staff: User) -> None:
    if not staff.has_perm(VIEW):
        raise Http404
