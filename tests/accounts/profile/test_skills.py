"""Skills: chosen from the list, found while typing, missed and suggested."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from marketplace.accounts import selectors, services
from marketplace.accounts.errors import ProfileError, ProfileErrorCode
from marketplace.accounts.models import Skill, SkillArea, SkillLevel, SkillSuggestion, UserSkill
from marketplace.accounts.services.skills import OPEN_SUGGESTIONS, SKILL_LIMIT
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from tests.factories import make_moderator, make_user
from tests.logins import log_in


def test_the_list_came_with_the_migration_in_both_languages(db):
    assert Skill.objects.count() >= 150
    assert not Skill.objects.filter(name_en="").exists()
    assert set(Skill.objects.values_list("area", flat=True)) == set(SkillArea.values)
    skill = Skill.objects.get(name="LOGO设计")
    with override("en"):
        assert skill.localized_name == "Logo design"


@pytest.mark.parametrize("typed", ["logo", "LOGO设", "Logo des"])
def test_a_skill_is_found_while_typing_in_either_language(db, typed):
    assert selectors.skills_matching(typed)[0].name == "LOGO设计"


def test_what_one_has_is_not_offered_again(buyer, buyer_client):
    address = reverse("accounts:skills_find")
    assert "插画" in buyer_client.get(address, {"name": "插"}).content.decode()
    services.add_skill(profile=buyer.profile, skill=Skill.objects.get(name="插画"), level=SkillLevel.EXPERT)
    assert "插画" not in buyer_client.get(address, {"name": "插"}).content.decode()


def test_without_script_a_skill_is_added_by_its_name_and_taken_away(buyer, buyer_client):
    address = reverse("accounts:skills")
    assert buyer_client.post(address, {"name": "logo design", "level": "expert"}).status_code == 302
    row = UserSkill.objects.get()
    assert (row.profile, row.skill.name, row.level) == (buyer.profile, "LOGO设计", "expert")
    buyer_client.post(address, {"name": "LOGO设计", "level": "familiar"})
    assert UserSkill.objects.get().level == "familiar"
    buyer_client.post(reverse("accounts:skill_remove", args=[row.skill.slug]))
    assert not UserSkill.objects.exists()
    assert buyer_client.post(reverse("accounts:skill_remove", args=[row.skill.slug])).status_code == 404


def test_a_name_that_is_not_in_the_list_offers_what_resembles_it(buyer_client):
    page = buyer_client.post(reverse("accounts:skills"), {"name": "摄影", "level": "expert"})
    assert page.status_code == 422
    assert "产品摄影" in page.content.decode()
    assert not UserSkill.objects.exists()


def test_fifteen_skills_are_enough(buyer):
    skills = list(Skill.objects.all()[: SKILL_LIMIT + 1])
    for skill in skills[:SKILL_LIMIT]:
        services.add_skill(profile=buyer.profile, skill=skill, level=SkillLevel.EXPERT)
    with pytest.raises(ProfileError) as refusal:
        services.add_skill(profile=buyer.profile, skill=skills[-1], level=SkillLevel.EXPERT)
    assert refusal.value.code == ProfileErrorCode.TOO_MANY_SKILLS
    assert buyer.profile.user_skills.count() == SKILL_LIMIT
    services.add_skill(profile=buyer.profile, skill=skills[0], level=SkillLevel.FAMILIAR)
    assert buyer.profile.user_skills.get(skill=skills[0]).level == SkillLevel.FAMILIAR


def test_a_missing_skill_waits_for_a_moderator_once(buyer, buyer_client):
    for _time in range(2):
        assert buyer_client.post(reverse("accounts:skill_suggest"), {"name": " 金缮  修复 "}).status_code == 302
    assert SkillSuggestion.objects.get().name == "金缮 修复"
    with pytest.raises(ProfileError) as refusal:
        services.suggest_skill(user=buyer, name="logo设计")
    assert refusal.value.code == ProfileErrorCode.SKILL_IS_LISTED
    for number in range(OPEN_SUGGESTIONS - 1):
        services.suggest_skill(user=buyer, name=f"手艺{number}")
    with pytest.raises(ProfileError) as refusal:
        services.suggest_skill(user=buyer, name="再来一门")
    assert refusal.value.code == ProfileErrorCode.TOO_MANY_SUGGESTIONS
    assert SkillSuggestion.objects.count() == OPEN_SUGGESTIONS


@pytest.fixture
def suggestion(buyer):
    return services.suggest_skill(user=buyer, name="金缮修复")


@pytest.fixture
def moderator_client(db):
    return log_in(make_moderator())


def test_a_moderator_takes_it_into_the_list_and_the_person_hears_of_it(suggestion, moderator_client):
    assert "金缮修复" in moderator_client.get(reverse("accounts_suggestions")).content.decode()
    address = reverse("accounts_suggestion_approve", args=[suggestion.pk])
    assert moderator_client.post(address, {"name_en": "Kintsugi", "area": "design"}).status_code == 302
    skill = Skill.objects.get(name="金缮修复")
    assert (skill.name_en, skill.slug, skill.area) == ("Kintsugi", "kintsugi", "design")
    told = Notification.objects.get(recipient=suggestion.suggested_by)
    assert "金缮修复" in told.title
    assert told.url == reverse("accounts:skills")
    line = AdminLog.objects.get()
    assert (line.action, line.data["name"]) == ("accounts.skill_suggestion.approved", "金缮修复")
    with pytest.raises(ProfileError) as refusal:
        services.refuse_suggestion(suggestion_id=suggestion.pk, moderator=make_moderator(), reason="晚了")
    assert refusal.value.code == ProfileErrorCode.SUGGESTION_DECIDED
    suggestion.refresh_from_db()
    assert suggestion.status == "approved"


def test_a_moderator_says_under_which_name_it_is_there(suggestion, moderator_client):
    address = reverse("accounts_suggestion_merge", args=[suggestion.pk])
    moderator_client.post(address, {"skill": "没有这一项"})
    suggestion.refresh_from_db()
    assert suggestion.status == "open"
    moderator_client.post(address, {"skill": "老照片修复"})
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.skill.name) == ("merged", "老照片修复")
    assert "老照片修复" in Notification.objects.get(recipient=suggestion.suggested_by).title


def test_a_refusal_has_a_reason_that_the_person_reads(suggestion, moderator_client):
    with pytest.raises(ProfileError) as refusal:
        services.refuse_suggestion(suggestion_id=suggestion.pk, moderator=make_moderator(), reason=" ")
    assert refusal.value.code == ProfileErrorCode.REASON_MISSING
    assert not Notification.objects.exists()
    moderator_client.post(reverse("accounts_suggestion_refuse", args=[suggestion.pk]), {"reason": "太宽泛"})
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.reason) == ("refused", "太宽泛")
    assert Notification.objects.get(recipient=suggestion.suggested_by).body == "太宽泛"


def test_only_moderators_see_the_queue(suggestion, buyer_client):
    assert buyer_client.get(reverse("accounts_suggestions")).status_code != 200
    address = reverse("accounts_suggestion_approve", args=[suggestion.pk])
    buyer_client.post(address, {"name_en": "Kintsugi", "area": "design"})
    suggestion.refresh_from_db()
    assert suggestion.status == "open"
    assert make_user().has_perm("accounts.view_skillsuggestion") is False
