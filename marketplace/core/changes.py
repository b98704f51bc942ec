"""How people change business constants: asked for with a reason, agreed to by a second person where it is about money, in effect
now or at a moment to come, and rolled back by a change of its own (docs/settings.md).

Every write holds the settings (core/locks.py) and looks again before it writes: two people, two approvals and the job that
puts due changes into force come one after the other.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from marketplace.core import clock, locks
from marketplace.core.config import DEFINITIONS, require_not_quoted, stored_value, write_value
from marketplace.core.config_words import in_words
from marketplace.core.errors import SettingError, SettingErrorCode
from marketplace.core.jobs import count_done
from marketplace.core.models import ChangeStatus, ConfigChange
from marketplace.core.staff_log import note

REASON_LENGTH = 200
OPEN = (ChangeStatus.WAITING, ChangeStatus.SCHEDULED)
# A form takes a moment to be filled in: "now" of then is not the past.
_A_MOMENT = timedelta(minutes=10)
_listeners: list[Callable[[ConfigChange], object]] = []


def when_decided(listener: Callable[[ConfigChange], object]) -> None:
    """Call this with each change that another person decided, or that the job could not put into force; in its transaction."""
    if listener not in _listeners:
        _listeners.append(listener)


@transaction.atomic
def ask_for_change(
    *,
    key: str,
    value: int,
    reason: str,
    asker: models.Model,
    effective_at: datetime | None = None,
    rolls_back: ConfigChange | None = None,
) -> ConfigChange:
    """Ask for another value, in the unit of the definition, from `effective_at` on (None: at once).

    What is about money waits for a second person; anything else is in effect, or scheduled, when this returns.
    Raises KeyError for an unknown key, SettingError NO_REASON, OUT_OF_BOUNDS, IN_THE_PAST, OPEN_ALREADY, NOTHING_CHANGES,
    IN_RULES.
    """
    definition = DEFINITIONS[key]
    reason = reason.strip()
    now = clock.now()
    moment = effective_at or now
    if not reason or len(reason) > REASON_LENGTH:
        raise SettingError(SettingErrorCode.NO_REASON, most=REASON_LENGTH)
    if not definition.minimum <= value <= definition.maximum:
        raise SettingError(
            SettingErrorCode.OUT_OF_BOUNDS,
            minimum=in_words(definition, definition.minimum),
            maximum=in_words(definition, definition.maximum),
        )
    if moment < now - _A_MOMENT:
        raise SettingError(SettingErrorCode.IN_THE_PAST)
    locks.hold_settings()
    if ConfigChange.objects.filter(key=key, status__in=OPEN).exists():
        raise SettingError(SettingErrorCode.OPEN_ALREADY)
    before = stored_value(key)
    if value == before:
        raise SettingError(SettingErrorCode.NOTHING_CHANGES)
    require_not_quoted(key)
    change = ConfigChange.objects.create(
        key=key,
        old_value=before,
        value=value,
        reason=reason,
        status=ChangeStatus.WAITING if definition.is_money else ChangeStatus.SCHEDULED,
        needs_second=definition.is_money,
        asked_by_id=asker.pk,
        asked_at=now,
        effective_at=max(moment, now),
        rolls_back=rolls_back,
    )
    _note(change, "settings.ask", asker)
    if not definition.is_money and change.effective_at <= now:
        _put_in_force(change, now)
    return change


@transaction.atomic
def agree_to_change(*, change_id: int, staff: models.Model) -> ConfigChange:
    """Agree as the second person: it is in effect now, or at its time if that is still to come.

    Raises ConfigChange.DoesNotExist, SettingError OVER, OWN_CHANGE, CHANGED_MEANWHILE, IN_RULES.
    """
    locks.hold_settings()
    change = _waiting(change_id, staff)
    require_not_quoted(change.key)
    # Who agrees read "from this to that": another "from" was agreed to by nobody.
    if stored_value(change.key) != change.old_value:
        raise SettingError(SettingErrorCode.CHANGED_MEANWHILE)
    now = clock.now()
    change.decided_by_id, change.decided_at = staff.pk, now
    change.status = ChangeStatus.SCHEDULED
    change.save(update_fields=["decided_by", "decided_at", "status"])
    _note(change, "settings.agree", staff)
    if change.effective_at <= now:
        _put_in_force(change, now)
    _tell(change)
    return change


@transaction.atomic
def refuse_change(*, change_id: int, staff: models.Model, answer: str) -> ConfigChange:
    """Refuse as the second person, with words. Raises ConfigChange.DoesNotExist, SettingError NO_REASON, OVER, OWN_CHANGE."""
    answer = answer.strip()
    if not answer or len(answer) > REASON_LENGTH:
        raise SettingError(SettingErrorCode.NO_REASON, most=REASON_LENGTH)
    locks.hold_settings()
    change = _waiting(change_id, staff)
    change.decided_by_id, change.decided_at = staff.pk, clock.now()
    change.status, change.answer = ChangeStatus.REFUSED, answer
    change.save(update_fields=["decided_by", "decided_at", "status", "answer"])
    _note(change, "settings.refuse", staff)
    _tell(change)
    return change


@transaction.atomic
def withdraw_change(*, change_id: int, staff: models.Model) -> ConfigChange:
    """Take back what waits or is scheduled, one's own or a colleague's. Raises ConfigChange.DoesNotExist, SettingError OVER."""
    locks.hold_settings()
    change = ConfigChange.objects.get(pk=change_id)
    if change.status not in OPEN:
        raise SettingError(SettingErrorCode.OVER)
    change.status = ChangeStatus.WITHDRAWN
    change.save(update_fields=["status"])
    _note(change, "settings.withdraw", staff)
    return change


def roll_back(*, change_id: int, asker: models.Model, reason: str = "") -> ConfigChange:
    """Ask for the value that held before a change that was in effect. It is a change like any other.

    Raises ConfigChange.DoesNotExist, SettingError OVER for one that never was in effect, and what `ask_for_change` raises.
    """
    undone = ConfigChange.objects.get(pk=change_id)
    if undone.status != ChangeStatus.APPLIED or undone.applied_at is None:
        raise SettingError(SettingErrorCode.OVER)
    if not reason.strip():
        day = timezone.localtime(undone.applied_at)
        with override(settings.LANGUAGE_CODE):
            reason = _("Rolls back the change of %(moment)s") % {"moment": f"{day:%Y-%m-%d %H:%M}"}
    return ask_for_change(key=undone.key, value=int(undone.old_value), reason=reason, asker=asker, rolls_back=undone)


def apply_due_changes() -> int:
    """Put scheduled changes whose time has come into force, each once; returns how many. Late or twice does no harm.

    One that fails holds up no other one; the next run tries it again.
    """
    due = ConfigChange.objects.filter(status=ChangeStatus.SCHEDULED, effective_at__lte=clock.now())
    return count_done(list(due.order_by("effective_at", "pk").values_list("pk", flat=True)), _apply_if_due)


@transaction.atomic
def _apply_if_due(change_id: int) -> bool:
    locks.hold_settings()
    now = clock.now()
    change = ConfigChange.objects.filter(pk=change_id, status=ChangeStatus.SCHEDULED, effective_at__lte=now).first()
    if change is None:  # withdrawn, or another job was first
        return False
    definition = DEFINITIONS.get(change.key)
    try:
        if definition is None or not definition.minimum <= change.value <= definition.maximum:
            raise SettingError(SettingErrorCode.OVER)  # another release has other bounds, or does not know it at all
        require_not_quoted(change.key)
        if change.needs_second and stored_value(change.key) != change.old_value:
            raise SettingError(SettingErrorCode.CHANGED_MEANWHILE)
    except SettingError as refusal:
        # A version of the rules that quotes it was announced since: it has to be asked for there.
        with override(settings.LANGUAGE_CODE):
            change.answer = refusal.message[:REASON_LENGTH]
        change.status = ChangeStatus.REFUSED
        change.save(update_fields=["status", "answer"])
        _tell(change)
        return False
    _put_in_force(change, now)
    return True


def _waiting(change_id: int, staff: models.Model) -> ConfigChange:
    change = ConfigChange.objects.get(pk=change_id)
    if change.status != ChangeStatus.WAITING:
        raise SettingError(SettingErrorCode.OVER)
    if change.asked_by_id == staff.pk:
        raise SettingError(SettingErrorCode.OWN_CHANGE)
    return change


def _put_in_force(change: ConfigChange, now: datetime) -> None:
    change.old_value = stored_value(change.key)  # of what is not about money it may have changed since it was asked for
    change.status, change.applied_at = ChangeStatus.APPLIED, now
    change.save(update_fields=["old_value", "status", "applied_at"])
    write_value(key=change.key, value=change.value, reason=change.reason, user_id=change.asked_by_id)


def _note(change: ConfigChange, action: str, actor: models.Model) -> None:
    note(
        actor=actor,
        action=action,
        data={"setting": change.key, "change": change.pk, "reason": change.answer or change.reason},
        subject=change,
        before={change.key: change.old_value},
        after={change.key: change.value},
    )


def _tell(change: ConfigChange) -> None:
    for listener in _listeners:
        listener(change)
