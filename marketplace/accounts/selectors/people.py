"""Reads about people."""

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from marketplace.accounts.models import (
    AccountMerge,
    HandleRedirect,
    Language,
    LanguageLevel,
    User,
    UserProfile,
    UserSkill,
    UserVerification,
    VerificationStatus,
)
from marketplace.accounts.phone import normalize_phone
from marketplace.accounts.selectors.showcase import shown_portfolio
from marketplace.core import clock


def profile_ids_back_today() -> list[int]:
    """Profiles whose absence is over by its date, and which have not been told."""
    today = timezone.localdate(clock.now())
    return list(UserProfile.objects.filter(away_until__lte=today).order_by("pk").values_list("pk", flat=True))


def public_profile(handle: str) -> UserProfile:
    """The profile that anybody may see, with skills, portfolio and verified facts. Raises Http404."""
    profile = (
        UserProfile.objects.filter(handle=handle, user__is_active=True)
        .select_related("user")
        .prefetch_related(
            shown_portfolio(),
            "certificates",
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


def moved_profile(handle: str) -> UserProfile | None:
    """Whose page lay at this address before, as long as the account is open."""
    moved = HandleRedirect.objects.filter(handle=handle, profile__user__is_active=True).select_related("profile")
    found = moved.first()
    if found is not None:
        return found.profile
    merge = (
        AccountMerge.objects.filter(merged__profile__handle=handle, kept__is_active=True)
        .select_related("kept__profile")
        .first()
    )
    return merge.kept.profile if merge else None


def merge_of(user: User) -> AccountMerge | None:
    """Into which account this one was merged, if it was."""
    return AccountMerge.objects.filter(merged=user).select_related("kept__profile", "by__profile").first()


def spoken_languages(profile: UserProfile) -> list[tuple[str, str]]:
    """The languages of a profile with their levels, in words; what is in no list is left out."""
    return [
        (str(Language(code).label), str(LanguageLevel(level).label))
        for code, level in profile.language_levels
        if code in Language.values and level in LanguageLevel.values
    ]


def people_matching(text: str, *, limit: int) -> list[User]:
    """People with this e-mail address or mobile number, or with this in their name. For staff: the page asks who may."""
    text = text.strip()
    if not text:
        return []
    wanted = Q(profile__display_name__icontains=text) | Q(email=text.lower())
    if number := normalize_phone(text):
        wanted |= Q(phone=number)
    return list(User.objects.filter(wanted).select_related("profile").order_by("pk")[:limit])


def own_profile(user: User) -> UserProfile:
    """One's own profile, made now if the row came in bulk without one."""
    profile = getattr(user, "profile", None)
    return profile if profile is not None else UserProfile.make_for(user)


def is_staff_person(user: User) -> bool:
    """Whether this account works for the platform: it has a role, or Django's flags. Wagtail's form sets no flag."""
    return user.is_staff or user.is_superuser or user.groups.exists()


def unproven_claims(email: str) -> QuerySet[User]:
    """People who signed up themselves and named this address, but never typed the code sent there.

    Accounts that staff made have given no consent of their own, and are none of these.
    """
    return (
        User.objects.filter(emailaddress__email=email.lower(), emailaddress__verified=False)
        .filter(consents__isnull=False, is_staff=False, is_superuser=False, groups=None)
        .distinct()
    )
