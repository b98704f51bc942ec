"""Decisions are drawn by lot and looked at by a colleague, who says first what they would have decided."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.moderation.models import AdminLog, DecisionCheck, Effect, ModerationDecision
from marketplace.moderation.quality import checks, workload
from marketplace.moderation.quality.errors import QualityError, QualityErrorCode
from marketplace.moderation.strikes import strikes_in_force
from marketplace.moderation.tasks import draw_checks
from marketplace.notifications.models import Notification
from tests.factories import make_moderator, make_user
from tests.logins import log_in
from tests.moderation.decided import decided

pytestmark = pytest.mark.django_db


def refused(code, act, **arguments):
    with pytest.raises(QualityError) as refusal:
        act(**arguments)
    assert refusal.value.code == code
    assert str(refusal.value.message)


def today():
    return timezone.localdate(clock.now())


def drawn(staff=None):
    decision = decided(staff=staff)
    checks.draw_sample(day=today())
    return decision.check_of


def test_the_draw_has_one_of_each_moderator_and_is_the_same_when_run_again():
    first, second = make_moderator(), make_moderator()
    for _number in range(5):
        decided(staff=first)
    decided(staff=second)
    set_config(key="moderation.sample_percent", value=34, reason="test")
    assert checks.draw_sample(day=today()) == 3
    chosen = set(DecisionCheck.objects.values_list("decision_id", flat=True))
    people = set(DecisionCheck.objects.values_list("decision__decided_by_id", flat=True))
    assert people == {first.pk, second.pk}
    assert checks.draw_sample(day=today()) == 3
    assert set(DecisionCheck.objects.values_list("decision_id", flat=True)) == chosen
    DecisionCheck.objects.all().delete()
    checks.draw_sample(day=today())
    assert set(DecisionCheck.objects.values_list("decision_id", flat=True)) == chosen


def test_without_a_percentage_nothing_is_drawn():
    decided()
    set_config(key="moderation.sample_percent", value=0, reason="test")
    assert checks.draw_sample(day=today()) == 0
    assert not DecisionCheck.objects.exists()


def test_the_nightly_job_draws_yesterday():
    decision = decided()
    assert draw_checks() == 0
    with clock.moved_to(clock.now() + timedelta(days=1)):
        assert draw_checks() == 1
    assert DecisionCheck.objects.get().decision == decision
    assert draw_checks(today().isoformat()) == 1


def test_nobody_checks_their_own_and_a_disagreement_says_why():
    staff, colleague = make_moderator(), make_moderator()
    check = drawn(staff)
    assert list(checks.open_checks(staff)) == []
    assert list(checks.open_checks(colleague)) == [check]
    refused(QualityErrorCode.CHECK_OWN, checks.check_decision, check_id=check.pk, staff=staff, agrees=True, remark="")
    told = {"check_id": check.pk, "agrees": False}
    refused(QualityErrorCode.CHECK_REMARK_MISSING, checks.check_decision, staff=colleague, remark=" ", **told)
    checks.check_decision(staff=colleague, remark="应该只提醒。", would_be="nothing", **told)
    refused(QualityErrorCode.CHECK_DONE, checks.check_decision, staff=make_moderator(), remark="再看", **told)
    assert AdminLog.objects.get(action="check.done").data["would_be"] == "nothing"


def test_a_disagreement_opens_the_way_to_undo_and_the_person_is_told():
    check, colleague = drawn(), make_moderator()
    undo = {"check_id": check.pk, "staff": colleague, "because": "证据不足。"}
    refused(QualityErrorCode.CHECK_DID_NOT_DISAGREE, checks.undo_checked, **undo)
    checks.check_decision(check_id=check.pk, staff=colleague, agrees=False, remark="证据不足。")
    refused(QualityErrorCode.CHECK_OWN, checks.undo_checked, **{**undo, "staff": check.decision.decided_by})
    checks.undo_checked(**undo)
    person = check.decision.person
    assert ModerationDecision.objects.get().overturned_at is not None
    assert not strikes_in_force(person).exists()
    assert "证据不足。" in Notification.objects.get(recipient=person, notice="moderation.undone").body
    refused(QualityErrorCode.DECISION_OVERTURNED, checks.undo_checked, **undo)


def test_the_desk_shows_the_decision_only_after_one_has_said_what_one_would_have_decided():
    check, colleague = drawn(), make_moderator()
    client = log_in(colleague)
    assert reverse("moderation_check", args=[check.pk]) in client.get(reverse("moderation_checks")).content.decode()
    page = client.get(reverse("moderation_check", args=[check.pk])).content.decode()
    assert "第二张图是别人的作品。" in page
    assert check.decision.words not in page
    done = reverse("moderation_check_done", args=[check.pk])
    assert client.post(done, {"agrees": "1", "seen": "made-up"}).status_code in (200, 422)
    assert not DecisionCheck.objects.exclude(checked_at=None).exists()
    assert client.post(reverse("moderation_check_blind", args=[check.pk]), {}).status_code == 422
    shown = client.post(reverse("moderation_check_blind", args=[check.pk]), {"would_be": "warn"})
    assert check.decision.words in shown.content.decode()
    seen = shown.context["form"]["seen"].value()
    # Somebody else's proof is none.
    other = log_in(make_moderator()).post(done, {"agrees": "1", "seen": seen})
    assert other.status_code in (200, 422)
    assert not DecisionCheck.objects.exclude(checked_at=None).exists()
    client.post(done, {"agrees": "1", "seen": seen})
    check.refresh_from_db()
    assert (check.agrees, check.checked_by) == (True, colleague)
    assert client.get(reverse("moderation_checks") + "?done=1").status_code == 200


def test_who_decided_reads_the_check_once_it_is_done():
    staff = make_moderator()
    check = drawn(staff)
    address, client = reverse("moderation_check", args=[check.pk]), log_in(staff)
    assert client.get(address).status_code == 404
    checks.check_decision(check_id=check.pk, staff=make_moderator(), agrees=False, remark="应该下架。")
    page = client.get(address).content.decode()
    assert "应该下架。" in page
    assert "undo" not in page


def test_what_the_team_sees_counts_work_and_agreement():
    staff, colleague = make_moderator(name="甲"), make_moderator(name="乙")
    check = drawn(staff)
    decided(staff=staff, effect=Effect.NOTHING, words="")
    checks.check_decision(check_id=check.pk, staff=colleague, agrees=False, remark="不对")
    work = workload.workload_of(staff)
    assert (work.today, work.week, work.claimed, work.checked, work.agreed) == (2, 2, 0, 1, 0)
    assert work.agreement == 0
    assert work.median_seconds is None  # neither was claimed
    team = workload.team()
    assert [one.person for one in team.people] == [staff]
    assert [(one.reason.code, one.percent) for one in team.reasons] == [("H1", 0)]
    with clock.moved_to(clock.now() + timedelta(days=91)):
        assert workload.workload_of(staff).agreement is None
    boss = make_user(is_staff=True, is_superuser=True)
    assert "甲" in log_in(boss).get(reverse("moderation_team")).content.decode()
    assert log_in(colleague).get(reverse("moderation_team")).status_code == 302


def test_a_moderators_first_page_begins_with_what_waits_and_their_own_work():
    staff = make_moderator()
    drawn()
    page = log_in(staff).get("/admin/").content.decode()
    assert f'href="{reverse("moderation_checks")}"' in page
    assert 'id="work-panel"' in page
    assert reverse("moderation_team") not in page
