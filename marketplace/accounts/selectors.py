"""Reads about people."""

from django.db.models import Prefetch
from django.http import Http404

from marketplace.accounts.models import UserProfile, UserSkill, UserVerification, VerificationStatus


def public_profile(handle: str) -> UserProfile:
    """The profile that anybody may see, with skills, portfolio and verified facts. Raises Http404."""
    profile = (
        UserProfile.objects.filter(handle=handle, user__is_active=True)
        .select_related("user")
        .prefetch_related(
            "portfolio",
            Prefetch("user_skills", UserSkill.objects.select_related("skill")),
            Prefetch(
                "user__verifications",
                UserVerification.objects.filter(status=VerificationStatus.APPROVED),
                to_attr="approved_verifications",
            ),
        )
        .first()
    )
    if profile is None:
        raise Http404
    return profile
