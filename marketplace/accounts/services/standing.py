"""What staff does to somebody's account: suspending, lifting, signing out, notes. Each leaves a line in the staff log."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F

from marketplace.accounts import selectors
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.locks import lock_user
from marketplace.accounts.models import AccountClosing, StaffNote, Suspension, User
from marketplace.accounts.personal_data import sections
from marketplace.core import clock, staff_log


@transaction.atomic
def suspend_person(*, user_id: int, staff: User, reason: str, ends_at: datetime) -> Suspension:
    """Keep somebody out until `ends_at` (UTC). Sessions end at once, services leave the shelf; running orders go on.

    The flag is Django's `is_active`, which every list of services, profiles and log-ins asks for already; the row says
    why and until when. Raises AccountError STAFF_PROTECTED, REASON_MISSING, END_IN_PAST or WRONG_STANDING.
    """
    user = lock_user(user_id)
    if selectors.is_staff_person(user):
        raise AccountError(AccountErrorCode.STAFF_PROTECTED)
    if not reason.strip():
        raise AccountError(AccountErrorCode.REASON_MISSING)
    now = clock.now()
    if ends_at <= now:
        raise AccountError(AccountErrorCode.END_IN_PAST)
    if not user.is_active:
        raise AccountError(AccountErrorCode.WRONG_STANDING)
    suspension = Suspension.objects.create(user=user, reason=reason.strip(), by=staff, began_at=now, ends_at=ends_at)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user=user)
    staff_log.note(
        actor=staff,
        action="person.suspend",
        subject=user,
        data={"reason": suspension.reason, "ends_at": ends_at.isoformat()},
        before={"may_log_in": True},
        after={"may_log_in": False},
    )
    return suspension


@transaction.atomic
def lift_suspension(*, user_id: int, staff: User, reason: str) -> Suspension:
    """End a suspension before its time. Raises AccountError WRONG_STANDING or REASON_MISSING."""
    user = lock_user(user_id)
    if not reason.strip():
        raise AccountError(AccountErrorCode.REASON_MISSING)
    suspension = Suspension.objects.filter(user=user, over_at=None).first()
    if suspension is None:
        raise AccountError(AccountErrorCode.WRONG_STANDING)
    _end(user, suspension, lifted_by=staff)
    staff_log.note(
        actor=staff,
        action="person.lift_suspension",
        subject=user,
        data={"reason": reason.strip()},
        before={"may_log_in": False},
        after={"may_log_in": user.is_active},
    )
    return suspension


@transaction.atomic
def end_suspension_if_due(*, user_id: int) -> bool:
    """Let somebody in again once the time is over: for the job and for the log-in that comes before it. Safe to repeat."""
    user = lock_user(user_id)
    suspension = Suspension.objects.filter(user=user, over_at=None, ends_at__lte=clock.now()).first()
    if suspension is None:
        return False
    _end(user, suspension)
    return True


def _end(user: User, suspension: Suspension, *, lifted_by: User | None = None) -> None:
    suspension.over_at, suspension.lifted_by = clock.now(), lifted_by
    suspension.save(update_fields=["over_at", "lifted_by", "updated_at"])
    if not AccountClosing.objects.filter(user=user, cancelled_at=None).exists():
        user.is_active = True
        user.save(update_fields=["is_active"])


@transaction.atomic
def sign_out_by_staff(*, user_id: int, staff: User) -> None:
    """End all sessions of somebody, for instance because their phone was stolen. Raises User.DoesNotExist."""
    user = lock_user(user_id)
    end_sessions(user=user)
    staff_log.note(actor=staff, action="person.sign_out", subject=user, data={})


def end_sessions(*, user: User) -> None:
    """End every session of a person at once, wherever it is kept: each is checked against this number (User)."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    tell_signed_out(user=user)


def tell_signed_out(*, user: User) -> None:
    """Let every room look again whether what it keeps open still belongs to a session of this person, after the commit."""
    transaction.on_commit(partial(_tell_sections, user))


def _tell_sections(user: User) -> None:
    for section in sections():
        section.signed_out(user)


@transaction.atomic
def note_person(*, user: User, staff: User, text: str) -> StaffNote:
    """Keep a remark for colleagues. Raises AccountError REASON_MISSING when there is none."""
    if not text.strip():
        raise AccountError(AccountErrorCode.REASON_MISSING)
    note = StaffNote.objects.create(user=user, author=staff, text=text.strip())
    staff_log.note(actor=staff, action="person.note", subject=user, data={"note": note.pk})
    return note


def reveal_contact(*, user: User, staff: User) -> dict[str, str]:
    """The whole number and address of somebody, for one who may see them; the staff log keeps that they did."""
    staff_log.note(actor=staff, action="person.reveal_contact", subject=user, data={})
    return {"phone": user.phone or "", "email": user.email}
