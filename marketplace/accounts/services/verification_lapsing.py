"""What time does to verifications: papers expire, and what is no longer needed is deleted."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from marketplace.accounts import locks, numbers, selectors
from marketplace.accounts.models import User, UserVerification, VerificationKind, VerificationStatus
from marketplace.accounts.services.verification_telling import tell_by_bell
from marketplace.accounts.states import SYSTEM, VERIFICATION_TRANSITIONS
from marketplace.core import clock


@transaction.atomic
def expire_overdue(*, verification_id: int) -> bool:
    """Papers whose last day is over count no longer; the person is told. Safe to repeat. Returns whether it did."""
    case = _lock(verification_id)
    if case is None or case.valid_until is None or case.valid_until >= numbers.today():
        return False
    if not VERIFICATION_TRANSITIONS.allows(VerificationStatus(case.status), VerificationStatus.EXPIRED, SYSTEM):
        return False
    case.status = VerificationStatus.EXPIRED
    case.ended_at = case.mail_due_at = clock.now()
    case.save(update_fields=["status", "ended_at", "mail_due_at", "updated_at"])
    tell_by_bell(verification=case)
    end_what_rests_on(case)
    return True


def end_what_rests_on(case: UserVerification) -> None:
    """A company's papers count as long as the real name they rest on: they expire in the transaction in which it ends."""
    if case.kind != VerificationKind.REAL_NAME:
        return
    for company in locks.lock_verifications(case.user_id, VerificationKind.COMPANY):
        if VERIFICATION_TRANSITIONS.allows(VerificationStatus(company.status), VerificationStatus.EXPIRED, SYSTEM):
            with override("zh-hans"):
                company.reason = _("The real name it rests on is no longer verified")
            company.status = VerificationStatus.EXPIRED
            company.ended_at = company.mail_due_at = clock.now()
            company.save(update_fields=["status", "reason", "ended_at", "mail_due_at", "updated_at"])
            tell_by_bell(verification=company)


@transaction.atomic
def warn_of_expiry(*, verification_id: int) -> bool:
    """Tell the person once that their papers expire soon, while there is time. Returns whether it did."""
    case = _lock(verification_id)
    if case is None or case.status != VerificationStatus.APPROVED:
        return False
    if case.expiry_notice_at is not None or not selectors.expires_soon(case):
        return False
    case.expiry_notice_at = case.mail_due_at = clock.now()
    case.save(update_fields=["expiry_notice_at", "mail_due_at", "updated_at"])
    tell_by_bell(verification=case)
    return True


def forget_papers(*, verification_id: int) -> bool:
    """Delete what was kept of a decided case long enough. Safe to repeat. Returns whether it did.

    Of a rejected case everything; of one that counts the pictures; of one that ended the number too, and the digest unless
    it is barred. Its name stays: who traded under it is to be known (电子商务法 §31).
    """
    if case := selectors.rejected_with_papers().filter(pk=verification_id).first():
        erase_papers(verification=case)
        return True
    case = selectors.decided_with_papers().filter(pk=verification_id).first()
    if case is None:
        return False
    for paper in case.papers.all():
        paper.file.delete(save=False)
    with transaction.atomic():
        case.papers.all().delete()
        case.papers_deleted_at = clock.now()
        fields = ["papers_deleted_at", "updated_at"]
        if case.status != VerificationStatus.APPROVED:
            fields += _forget_number(case)
        case.save(update_fields=fields)
    return True


def _forget_number(case: UserVerification) -> list[str]:
    """Blank the number and who represents a company; the digest too, unless it is barred. Returns the fields to save."""
    case.number_encrypted = case.representative_encrypted = ""
    if not case.is_barred:
        case.number_digest = ""
    return ["number_encrypted", "representative_encrypted", "number_digest"]


@transaction.atomic
def leave_names_only(*, user: User) -> None:
    """Whose account closes: what counted expires, and only the encrypted name is left of it, and what is barred. Repeatable.

    The number is free then for its owner's next account. The pictures are for the caller to delete.
    """
    for kind in (VerificationKind.REAL_NAME, VerificationKind.COMPANY):
        for case in locks.lock_verifications(user.pk, kind):
            if VERIFICATION_TRANSITIONS.allows(VerificationStatus(case.status), VerificationStatus.EXPIRED, SYSTEM):
                case.status, case.ended_at = VerificationStatus.EXPIRED, clock.now()
            elif not case.is_barred and not (case.status == VerificationStatus.EXPIRED and case.papers_deleted_at):
                case.delete()
                continue
            _forget_number(case)
            case.number_masked, case.mail_due_at, case.papers_deleted_at = "", None, clock.now()
            case.save()


@transaction.atomic
def forget_kept_name(*, verification_id: int) -> bool:
    """Delete the name of somebody whose account closed three years ago; of who is barred, all but the digest."""
    case = selectors.names_kept_long_enough().filter(pk=verification_id).first()
    if case is None:
        return False
    if case.is_barred:
        case.name_encrypted = case.company_name = ""
        case.save(update_fields=["name_encrypted", "company_name", "updated_at"])
    else:
        case.delete()
    return True


def erase_papers(*, verification: UserVerification) -> None:
    """Delete the documents of a case, and the name and the number with them. What was decided, when and why, stays.

    Whatever its status: who may ask for this and when is for the caller to know. Called outside transactions. The files
    go first: if the process dies in between, the next run finds the rows and goes on.
    """
    for paper in verification.papers.all():
        paper.file.delete(save=False)
    with transaction.atomic():
        verification.papers.all().delete()
        UserVerification.objects.filter(pk=verification.pk).update(
            name_encrypted="",
            number_encrypted="",
            # What is barred stays barred, whoever asks for the rest to go.
            number_digest=verification.number_digest if verification.is_barred else "",
            representative_encrypted="",
            papers_deleted_at=clock.now(),
        )


def _lock(verification_id: int) -> UserVerification | None:
    found = UserVerification.objects.filter(pk=verification_id).values_list("user_id", "kind").first()
    if found is None:
        return None
    return next((row for row in locks.lock_verifications(*found) if row.pk == verification_id), None)
