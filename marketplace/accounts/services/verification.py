"""Writing down that a fact about a person was checked."""

from django.utils import timezone

from marketplace.accounts.models import (
    User,
    UserVerification,
    VerificationKind,
    VerificationStatus,
)
from marketplace.core.encryption import encrypt_text


def record_verification(*, user: User, kind: VerificationKind, reviewer: User | None = None) -> UserVerification:
    """Write down that a fact about the person was checked. Safe to repeat."""
    verification, _created = UserVerification.objects.get_or_create(
        user=user,
        kind=kind,
        status=VerificationStatus.APPROVED,
        defaults={"reviewed_by": reviewer, "reviewed_at": timezone.now()},
    )
    return verification


def confirm_real_name(*, user: User, real_name: str, reviewer: User | None = None) -> UserVerification:
    """Write down that somebody's identity was checked, with the name it belongs to. A new name replaces the old one."""
    verification = record_verification(user=user, kind=VerificationKind.REAL_NAME, reviewer=reviewer)
    verification.name_encrypted = encrypt_text(real_name.strip())
    verification.save(update_fields=["name_encrypted", "updated_at"])
    return verification
