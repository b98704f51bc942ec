"""The only place that locks rows of people (docs/locking.md)."""

from marketplace.accounts.models import SkillSuggestion, UserProfile


def lock_profile(profile_id: int) -> UserProfile:
    """A profile until the transaction ends: its address, its limits, the order of its portfolio."""
    return UserProfile.objects.select_for_update(of=("self",), no_key=True).get(pk=profile_id)


def lock_suggestion(suggestion_id: int) -> SkillSuggestion:
    """A suggested skill until the transaction ends. Raises SkillSuggestion.DoesNotExist."""
    return SkillSuggestion.objects.select_for_update(of=("self",), no_key=True).get(pk=suggestion_id)
