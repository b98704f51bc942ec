"""Asking a service whether a name and a number belong together. Its answer helps a person to decide."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from marketplace.accounts import locks
from marketplace.accounts.identity_checks import CheckAnswer, IdentityCheckUnavailable, identity_checker
from marketplace.accounts.models import CheckResult, UserVerification, VerificationStatus
from marketplace.accounts.services.verification_deciding import approve_verification
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.encryption import decrypt_text
from marketplace.core.errors import DomainError

# Minutes until the next question, by how often it was asked. A service that has not answered within a day will not.
RETRY_MINUTES = (1, 5, 30, 120, 480, 960)


def check_identity(*, verification_id: int) -> CheckResult | None:
    """Ask about one case that is due; UNKNOWN and silence are asked again later. None when there is nothing to ask.

    Between two transactions: it is noted that we ask, then asked, then the answer is noted. Of two runs at once only the
    one whose note replaces the moment that it read does ask. Approves alone only if SystemConfig
    `verification.approve_on_match` says so; never rejects.
    """
    checker = identity_checker()
    case = UserVerification.objects.filter(pk=verification_id, status=VerificationStatus.PENDING).first()
    if checker is None or case is None or case.check_due_at is None or case.check_due_at > clock.now():
        return None
    claimed = UserVerification.objects.filter(pk=case.pk, check_due_at=case.check_due_at).update(
        check_due_at=_next_question(case.check_attempts), check_attempts=F("check_attempts") + 1
    )
    if not claimed:
        return None
    try:
        answer = checker.check(name=decrypt_text(case.name_encrypted), number=decrypt_text(case.number_encrypted))
    except IdentityCheckUnavailable:
        answer = CheckAnswer(CheckResult.UNKNOWN)
    _note(case, answer)
    return answer.result


def _next_question(attempts: int) -> datetime | None:
    if attempts >= len(RETRY_MINUTES):
        return None
    return clock.now() + timedelta(minutes=RETRY_MINUTES[attempts])


@transaction.atomic
def _note(case: UserVerification, answer: CheckAnswer) -> None:
    """Keep the answer, unless somebody has decided meanwhile."""
    rows = locks.lock_verifications(case.user_id, case.kind)
    locked = next((row for row in rows if row.pk == case.pk), None)
    if locked is None or locked.status != VerificationStatus.PENDING:
        return
    locked.check_result, locked.check_reference = answer.result, answer.reference[:64]
    if answer.result != CheckResult.UNKNOWN:
        locked.check_due_at = None
    locked.save(update_fields=["check_result", "check_reference", "check_due_at", "updated_at"])
    if answer.result == CheckResult.MATCH and get_config("verification.approve_on_match"):
        try:
            approve_verification(verification_id=case.pk, moderator=None, valid_until=locked.valid_until)
        except DomainError:
            return  # the number is in use, or the papers expired while they waited: a person has to look
