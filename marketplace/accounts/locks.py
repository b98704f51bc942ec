"""The only place of accounts that takes row locks (docs/locking.md). The person first, then what belongs to them."""

from marketplace.accounts.models import SkillSuggestion, User, UserProfile, UserVerification


def lock_user(user_id: int) -> User:
    """Lock one person until the transaction ends. Raises User.DoesNotExist."""
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)


def lock_verifications(user_id: int, kind: str) -> list[UserVerification]:
    """Lock all cases of a person about one fact, ascending by key: a new one that is approved ends the old one."""
    rows = UserVerification.objects.filter(user_id=user_id, kind=kind).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def lock_profile(profile_id: int) -> UserProfile:
    """A profile until the transaction ends: its address, its limits, the order of its portfolio."""
    return UserProfile.objects.select_for_update(of=("self",), no_key=True).get(pk=profile_id)


def lock_suggestion(suggestion_id: int) -> SkillSuggestion:
    """A suggested skill until the transaction ends. Raises SkillSuggestion.DoesNotExist."""
    return SkillSuggestion.objects.select_for_update(of=("self",), no_key=True).get(pk=suggestion_id)
