"""The skills of a person, and what people miss in the list."""

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.text import slugify
from pypinyin import lazy_pinyin

from marketplace.accounts import locks
from marketplace.accounts.errors import ProfileError, ProfileErrorCode
from marketplace.accounts.models import (
    Skill,
    SkillArea,
    SkillLevel,
    SkillSuggestion,
    SuggestionStatus,
    User,
    UserProfile,
    UserSkill,
)
from marketplace.core import clock, staff_log
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language

SKILL_LIMIT = 15
OPEN_SUGGESTIONS = 5  # of one person


@transaction.atomic
def add_skill(*, profile: UserProfile, skill: Skill, level: SkillLevel) -> UserSkill:
    """Show a skill of the list at this level; one that is shown already gets the level. Raises ProfileError TOO_MANY_SKILLS."""
    locks.lock_profile(profile.pk)
    shown = UserSkill.objects.filter(profile=profile)
    if not shown.filter(skill=skill).exists() and shown.count() >= SKILL_LIMIT:
        raise ProfileError(ProfileErrorCode.TOO_MANY_SKILLS, limit=SKILL_LIMIT)
    row, _created = UserSkill.objects.update_or_create(profile=profile, skill=skill, defaults={"level": level})
    return row


def remove_skill(*, profile: UserProfile, skill: Skill) -> None:
    """Show a skill no longer. Safe to call twice."""
    UserSkill.objects.filter(profile=profile, skill=skill).delete()


@transaction.atomic
def suggest_skill(*, user: User, name: str) -> SkillSuggestion:
    """Ask the moderators to take a skill into the list. Asking twice for the same is asking once.

    Raises ProfileError SKILL_IS_LISTED or TOO_MANY_SUGGESTIONS.
    """
    name = " ".join(name.split())
    locks.lock_profile(user.profile.pk)
    if (known := Skill.objects.filter(name__iexact=name).first()) is not None:
        raise ProfileError(ProfileErrorCode.SKILL_IS_LISTED, name=known.name)
    waiting = SkillSuggestion.objects.filter(suggested_by=user, status=SuggestionStatus.OPEN)
    if (same := waiting.filter(name=name).first()) is not None:
        return same
    if waiting.count() >= OPEN_SUGGESTIONS:
        raise ProfileError(ProfileErrorCode.TOO_MANY_SUGGESTIONS, limit=OPEN_SUGGESTIONS)
    return SkillSuggestion.objects.create(suggested_by=user, name=name)


@transaction.atomic
def approve_suggestion(*, suggestion_id: int, moderator: User, name_en: str, area: SkillArea) -> SkillSuggestion:
    """Take the skill into the list, with its English name; whoever suggested it is told.

    Raises ProfileError SUGGESTION_DECIDED, or SKILL_IS_LISTED when another suggestion brought it in meanwhile.
    """
    suggestion = _open_suggestion(suggestion_id)
    slug = slugify(name_en) or slugify("-".join(lazy_pinyin(suggestion.name))) or f"skill-{suggestion.pk}"
    if Skill.objects.filter(slug=slug).exists():
        slug = f"{slug}-{suggestion.pk}"
    try:
        with transaction.atomic():
            skill = Skill.objects.create(name=suggestion.name, name_en=name_en.strip(), slug=slug, area=area)
    except IntegrityError as error:
        raise ProfileError(ProfileErrorCode.SKILL_IS_LISTED, name=suggestion.name) from error
    return _decide(
        suggestion,
        moderator,
        status=SuggestionStatus.APPROVED,
        skill=skill,
        notice=catalogue.people.SKILL_TAKEN,
    )


@transaction.atomic
def merge_suggestion(*, suggestion_id: int, moderator: User, skill: Skill) -> SkillSuggestion:
    """Say that the list has it under another name; whoever suggested it is told which. Raises ProfileError SUGGESTION_DECIDED."""
    return _decide(
        _open_suggestion(suggestion_id),
        moderator,
        status=SuggestionStatus.MERGED,
        skill=skill,
        notice=catalogue.people.SKILL_TAKEN_AS,
    )


@transaction.atomic
def refuse_suggestion(*, suggestion_id: int, moderator: User, reason: str) -> SkillSuggestion:
    """Leave the list as it is; whoever suggested it reads why. Raises ProfileError SUGGESTION_DECIDED or REASON_MISSING."""
    if not reason.strip():
        raise ProfileError(ProfileErrorCode.REASON_MISSING)
    return _decide(
        _open_suggestion(suggestion_id),
        moderator,
        status=SuggestionStatus.REFUSED,
        reason=reason.strip(),
        notice=catalogue.people.SKILL_REFUSED,
    )


def _open_suggestion(suggestion_id: int) -> SkillSuggestion:
    suggestion = locks.lock_suggestion(suggestion_id)
    if suggestion.status != SuggestionStatus.OPEN:
        raise ProfileError(ProfileErrorCode.SUGGESTION_DECIDED)
    return suggestion


def _decide(
    suggestion: SkillSuggestion,
    moderator: User,
    *,
    status: SuggestionStatus,
    notice: Notice,
    skill: Skill | None = None,
    reason: str = "",
) -> SkillSuggestion:
    suggestion.status, suggestion.skill, suggestion.reason = status, skill, reason
    suggestion.decided_by, suggestion.decided_at = moderator, clock.now()
    suggestion.save()
    data = {
        "suggestion": suggestion.pk,
        "name": suggestion.name,
        "skill": skill.name if skill else "",
        "reason": reason,
    }
    staff_log.note(
        actor=moderator,
        action=f"accounts.skill_suggestion.{status.value}",
        subject=suggestion.suggested_by,
        data=data,
    )
    with recipient_language():
        url = reverse("accounts:skills")
    words = {"name": suggestion.name, "skill": skill.name if skill else ""}
    notify(recipient_id=suggestion.suggested_by_id, notice=notice, words=words, about=reason, url=url)
    return suggestion
