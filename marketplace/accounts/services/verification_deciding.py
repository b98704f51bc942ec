"""What moderators decide about papers, and what they looked at for it."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from marketplace.accounts import locks, numbers, papers, selectors
from marketplace.accounts.errors import VerificationError, VerificationErrorCode
from marketplace.accounts.models import (
    RejectionReason,
    User,
    UserVerification,
    VerificationKind,
    VerificationPaper,
    VerificationStatus,
)
from marketplace.accounts.services.verification_lapsing import end_what_rests_on
from marketplace.accounts.services.verification_telling import tell_by_bell
from marketplace.accounts.states import MODERATOR, SYSTEM, VERIFICATION_TRANSITIONS
from marketplace.core import clock, staff_log
from marketplace.core.encryption import decrypt_text


@transaction.atomic
def approve_verification(*, verification_id: int, moderator: User | None, valid_until: date | None) -> UserVerification:
    """The papers say what the person said: the fact counts from now on, an older case of the same kind expires.

    `moderator` is None when the automated check decides (SystemConfig `verification.approve_on_match`). `valid_until` is
    the last day of the papers as the moderator read it, None for ever. Raises VerificationError WRONG_STATE, OWN_CASE,
    PAPERS_EXPIRED, REAL_NAME_FIRST, NUMBER_IN_USE, NUMBER_BARRED.
    """
    case, others = _lock(verification_id)
    _require_move(case, VerificationStatus.APPROVED, moderator)
    if valid_until is not None and valid_until < numbers.today():
        raise VerificationError(VerificationErrorCode.PAPERS_EXPIRED)
    if case.kind == VerificationKind.COMPANY and not selectors.may_sell(case.user):
        raise VerificationError(VerificationErrorCode.REAL_NAME_FIRST)
    selectors.require_free_number(case)
    for older in others:
        if older.status == VerificationStatus.APPROVED:
            older.status, older.ended_at, older.mail_due_at = VerificationStatus.EXPIRED, clock.now(), None
            older.save(update_fields=["status", "ended_at", "mail_due_at", "updated_at"])
    case.valid_until = valid_until
    try:
        with transaction.atomic():
            _decide(case, VerificationStatus.APPROVED, moderator)
    except IntegrityError as error:  # a colleague has approved the same number for somebody else a moment ago
        raise VerificationError(VerificationErrorCode.NUMBER_IN_USE) from error
    _log(moderator, "approved", case)
    return case


@transaction.atomic
def reject_verification(
    *, verification_id: int, moderator: User, reason_code: RejectionReason, words: str
) -> UserVerification:
    """The papers do not do. The person reads the reason and the words (at most 200 characters), and may try again.

    Raises VerificationError WRONG_STATE, OWN_CASE, REASON_MISSING (another reason than those of the list needs words).
    """
    case, _others = _lock(verification_id)
    _require_move(case, VerificationStatus.REJECTED, moderator)
    words = words.strip()
    if reason_code == RejectionReason.OTHER and not words:
        raise VerificationError(VerificationErrorCode.REASON_MISSING)
    case.reason_code, case.reason = reason_code, words
    _decide(case, VerificationStatus.REJECTED, moderator)
    _log(moderator, "rejected", case, reason=reason_code.value)
    return case


@transaction.atomic
def expire_verification(*, verification_id: int, moderator: User, words: str) -> UserVerification:
    """The papers are no longer valid, sooner than they said (lost, replaced). The person may hand in new ones.

    Raises VerificationError WRONG_STATE, OWN_CASE, REASON_MISSING.
    """
    return _end(verification_id, VerificationStatus.EXPIRED, moderator, words)


@transaction.atomic
def revoke_verification(*, verification_id: int, moderator: User, words: str, bar: bool) -> UserVerification:
    """It should never have counted. With `bar` the number is not accepted again, on this account or another.

    Raises VerificationError WRONG_STATE, OWN_CASE, REASON_MISSING.
    """
    return _end(verification_id, VerificationStatus.REVOKED, moderator, words, is_barred=bar)


def view_paper(*, paper: VerificationPaper, staff: User) -> bytes:
    """The document in the clear, after noting who looked at whose and which.

    Called outside transactions: the line stands even if the storage does not answer, and nothing is held while it reads.
    """
    with transaction.atomic():
        _log(staff, "paper_viewed", paper.verification, paper=paper.kind)
    return papers.opened(paper)


@transaction.atomic
def view_number(*, verification: UserVerification, staff: User) -> str:
    """The whole number, after noting who looked at whose. Empty when it was deleted or never asked for."""
    _log(staff, "number_viewed", verification)
    return decrypt_text(verification.number_encrypted) if verification.number_encrypted else ""


def _end(
    verification_id: int, target: VerificationStatus, moderator: User, words: str, *, is_barred: bool = False
) -> UserVerification:
    case, _others = _lock(verification_id)
    _require_move(case, target, moderator)
    if not words.strip():
        raise VerificationError(VerificationErrorCode.REASON_MISSING)
    case.status, case.reason, case.is_barred = target, words.strip(), is_barred
    case.ended_at = case.mail_due_at = clock.now()
    case.save(update_fields=["status", "reason", "is_barred", "ended_at", "mail_due_at", "updated_at"])
    tell_by_bell(verification=case)
    end_what_rests_on(case)
    _log(moderator, target.value, case, words=case.reason, barred=is_barred)
    return case


def _lock(verification_id: int) -> tuple[UserVerification, list[UserVerification]]:
    """The case and the person's other ones of its kind, all locked."""
    user_id, kind = UserVerification.objects.values_list("user_id", "kind").get(pk=verification_id)
    if kind == VerificationKind.COMPANY:
        # The name that it rests on may be ending in this moment; the same order as in `end_what_rests_on`.
        locks.lock_verifications(user_id, VerificationKind.REAL_NAME)
    rows = locks.lock_verifications(user_id, kind)
    case = next(row for row in rows if row.pk == verification_id)
    return case, [row for row in rows if row is not case]


def _require_move(case: UserVerification, target: VerificationStatus, moderator: User | None) -> None:
    if moderator is not None and case.user_id == moderator.pk:
        raise VerificationError(VerificationErrorCode.OWN_CASE)
    actor = SYSTEM if moderator is None else MODERATOR
    if not VERIFICATION_TRANSITIONS.allows(VerificationStatus(case.status), target, actor):
        raise VerificationError(VerificationErrorCode.WRONG_STATE)


def _decide(case: UserVerification, target: VerificationStatus, moderator: User | None) -> None:
    case.status, case.reviewed_by = target, moderator
    case.reviewed_at = case.mail_due_at = clock.now()
    case.check_due_at = None
    case.save(
        update_fields=[
            "status",
            "reviewed_by",
            "reviewed_at",
            "mail_due_at",
            "check_due_at",
            "valid_until",
            "reason_code",
            "reason",
            "updated_at",
        ]
    )
    tell_by_bell(verification=case)


def _log(staff: User | None, what: str, case: UserVerification, **more: Any) -> None:
    if staff is None:
        return  # the automated check is no member of the staff; the case keeps its answer
    data = {"verification": case.pk, "user": case.user_id, "kind": case.kind}
    staff_log.note(actor=staff, action=f"verification.{what}", subject=case.user, data=data | more)
