"""Handing in papers: what a person does to have their real name or their company checked."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from marketplace.accounts import locks, numbers, selectors
from marketplace.accounts.errors import VerificationError, VerificationErrorCode
from marketplace.accounts.identity_checks import identity_checker
from marketplace.accounts.models import (
    ConsentDocument,
    ConsentRecord,
    PaperKind,
    User,
    UserVerification,
    VerificationKind,
    VerificationStatus,
)
from marketplace.accounts.papers import Paper, stored_papers
from marketplace.accounts.services.consents import record_consent
from marketplace.accounts.services.verification_lapsing import erase_papers
from marketplace.accounts.states import OWNER, VERIFICATION_TRANSITIONS
from marketplace.core import clock
from marketplace.core.encryption import encrypt_text


def submit_real_name(
    *, user: User, name: str, number: str, valid_until: date | None, papers: Mapping[PaperKind, Paper]
) -> UserVerification:
    """Hand in an identity card. Records the separate consent (个人信息保护法, article 29) that the form asked for.

    `valid_until` is the last day of the card's validity in China, None for 长期. An automated check, where there is one,
    is asked by a job. Raises VerificationError: what `parse_identity_number` says, UNDER_AGE (未成年人 cannot sell:
    a decision of the platform within 民法典, article 19), PAPERS_EXPIRED, ALREADY_PENDING, ALREADY_VERIFIED,
    NUMBER_IN_USE, NUMBER_BARRED.
    """
    number = numbers.parse_identity_number(number)
    numbers.require_adult(number)
    case = UserVerification(
        user=user,
        kind=VerificationKind.REAL_NAME,
        name_encrypted=encrypt_text(name.strip()),
        check_due_at=clock.now() if identity_checker() is not None else None,
    )
    return _submit(case, number=number, valid_until=valid_until, papers=papers)


def submit_company(
    *,
    user: User,
    company_name: str,
    code: str,
    representative: str,
    valid_until: date | None,
    papers: Mapping[PaperKind, Paper],
) -> UserVerification:
    """Hand in a business licence; `representative` is the 法定代表人 it names. `valid_until` as in `submit_real_name`.

    Raises VerificationError: what `parse_credit_code` says, REAL_NAME_FIRST, PAPERS_EXPIRED, ALREADY_PENDING,
    ALREADY_VERIFIED, NUMBER_IN_USE, NUMBER_BARRED.
    """
    case = UserVerification(
        user=user,
        kind=VerificationKind.COMPANY,
        company_name=company_name.strip(),
        representative_encrypted=encrypt_text(representative.strip()),
    )
    return _submit(case, number=numbers.parse_credit_code(code), valid_until=valid_until, papers=papers)


def withdraw_verification(*, user: User, kind: VerificationKind) -> UserVerification:
    """The person takes back what waits; its papers are deleted at once, and other ones may be handed in.

    Called outside transactions: files go. If the process dies before they are gone, the nightly job deletes them.
    Raises VerificationError WRONG_STATE when nothing waits (any more).
    """
    with transaction.atomic():
        rows = locks.lock_verifications(user.pk, kind)
        case = next((row for row in rows if row.status == VerificationStatus.PENDING), None)
        if case is None:
            raise VerificationError(VerificationErrorCode.WRONG_STATE)
        case.status, case.ended_at, case.check_due_at = VerificationStatus.WITHDRAWN, clock.now(), None
        case.save(update_fields=["status", "ended_at", "check_due_at", "updated_at"])
    erase_papers(verification=case)
    return case


def withdraw_identity_consent(*, user: User) -> None:
    """Take back the consent to identity papers (个人信息保护法, articles 15 and 29). Safe to repeat.

    What waits is withdrawn, what counted expires, and documents, names and numbers go; of who is barred the digest stays.
    Called outside transactions: files go.
    """
    with transaction.atomic():
        locks.lock_user(user.pk)
        ConsentRecord.objects.filter(user=user, document=ConsentDocument.IDENTITY, withdrawn_at=None).update(
            withdrawn_at=clock.now()
        )
        cases: list[UserVerification] = []
        for kind in (VerificationKind.REAL_NAME, VerificationKind.COMPANY):
            for case in locks.lock_verifications(user.pk, kind):
                cases.append(case)
                for target in (VerificationStatus.WITHDRAWN, VerificationStatus.EXPIRED):
                    if VERIFICATION_TRANSITIONS.allows(VerificationStatus(case.status), target, OWNER):
                        case.status, case.ended_at = target, clock.now()
                        case.check_due_at = case.mail_due_at = None
                        case.save(update_fields=["status", "ended_at", "check_due_at", "mail_due_at", "updated_at"])
                        break
    for case in cases:
        erase_papers(verification=case)


def _submit(
    case: UserVerification, *, number: str, valid_until: date | None, papers: Mapping[PaperKind, Paper]
) -> UserVerification:
    case.number_encrypted = encrypt_text(number)
    case.number_masked = numbers.masked(number)
    case.number_digest = numbers.digest_of(number)
    case.valid_until = valid_until
    # Encrypting and storing take their time: before the lock.
    with stored_papers(papers) as rows, transaction.atomic():
        locks.lock_user(case.user_id)
        _require_room(case)
        record_consent(user=case.user, documents=[ConsentDocument.IDENTITY])
        case.save()
        for row in rows:
            row.verification = case
            row.save()
    return case


def _require_room(case: UserVerification) -> None:
    """Raises VerificationError unless this case may be opened now."""
    if case.valid_until is not None and case.valid_until < numbers.today():
        raise VerificationError(VerificationErrorCode.PAPERS_EXPIRED)
    kind = VerificationKind(case.kind)
    if kind == VerificationKind.COMPANY and not selectors.may_sell(case.user):
        raise VerificationError(VerificationErrorCode.REAL_NAME_FIRST)
    if selectors.pending_case(case.user, kind) is not None:
        raise VerificationError(VerificationErrorCode.ALREADY_PENDING)
    approved = selectors.approved_case(case.user, kind)
    if approved is not None and not selectors.expires_soon(approved):
        raise VerificationError(VerificationErrorCode.ALREADY_VERIFIED)
    selectors.require_free_number(case)
