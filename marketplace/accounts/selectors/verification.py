"""Which facts about a person were checked."""

from collections.abc import Iterable

from marketplace.accounts.models import (
    User,
    UserVerification,
    VerificationKind,
    VerificationStatus,
)
from marketplace.core.encryption import decrypt_text


def verified_real_name(user: User) -> str:
    """The name that was checked against somebody's identity papers, or "" before that."""
    checked = UserVerification.objects.filter(
        user=user, kind=VerificationKind.REAL_NAME, status=VerificationStatus.APPROVED
    )
    stored = checked.values_list("name_encrypted", flat=True).first()
    return decrypt_text(stored) if stored else ""


def verified_real_names(user_ids: Iterable[int]) -> dict[int, str]:
    """The checked names of many people by their keys, in one query; who was not checked is left out."""
    checked = UserVerification.objects.filter(
        user__in=list(user_ids), kind=VerificationKind.REAL_NAME, status=VerificationStatus.APPROVED
    )
    return {user_id: decrypt_text(stored) for user_id, stored in checked.values_list("user_id", "name_encrypted")}


def is_verified_company(user: User) -> bool:
    """Whether a company's papers were checked for this person: then they sell as a company, not as an individual."""
    checked = UserVerification.objects.filter(user=user, kind=VerificationKind.COMPANY)
    return checked.filter(status=VerificationStatus.APPROVED).exists()
