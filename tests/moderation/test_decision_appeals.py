"""A person reads what was decided about them, and asks another person to look again."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse

from marketplace.core import clock
from marketplace.moderation import appeals
from marketplace.moderation.models import AdminLog, AppealStatus, DecisionAppeal, Effect
from marketplace.moderation.quality.errors import QualityError, QualityErrorCode
from marketplace.moderation.strikes import strikes_in_force
from marketplace.notifications.models import Notification
from tests.factories import make_moderator, make_seller, make_user
from tests.logins import log_in
from tests.moderation.decided import decided

pytestmark = pytest.mark.django_db


def refused(code, act, **arguments):
    with pytest.raises(QualityError) as refusal:
        act(**arguments)
    assert refusal.value.code == code
    assert str(refusal.value.message)


def appealed(decision, words="这是我自己画的。"):
    return appeals.appeal_decision(decision_id=decision.pk, person=decision.person, words=words)


# On the site


def test_somebody_reads_what_was_decided_why_and_on_which_ground():
    decision = decided(note="同事看的备注", staff=make_moderator(name="审核员甲"))
    client = log_in(decision.person)
    page = client.get(reverse("moderation:decisions")).content.decode()
    address = reverse("moderation:decision", args=[decision.pk])
    assert f'href="{address}"' in page
    assert "请换成你自己的图。" in page  # the strike that counts
    one = client.get(address).content.decode()
    assert decision.reason.label in one
    assert decision.reason.law in one
    assert decision.words in one
    assert "同事看的备注" not in page + one
    assert "审核员甲" not in page + one
    assert reverse("moderation:decisions") in client.get(reverse("accounts:privacy")).content.decode()


def test_nobody_reads_decisions_about_others_or_that_nothing_was_done():
    decision = decided()
    assert log_in(make_user()).get(reverse("moderation:decision", args=[decision.pk])).status_code == 404
    nothing = decided(effect=Effect.NOTHING, words="")
    client = log_in(nothing.person)
    assert client.get(reverse("moderation:decision", args=[nothing.pk])).status_code == 404
    assert nothing.case.title not in client.get(reverse("moderation:decisions")).content.decode()


def test_an_appeal_is_sent_once_and_what_was_typed_stays_when_it_is_refused():
    decision = decided()
    client = log_in(decision.person)
    address = reverse("moderation:decision", args=[decision.pk])
    assert client.post(address, {"words": " "}).status_code == 422
    long = client.post(address, {"words": "长" * 1001})
    assert long.status_code == 422
    assert "长" * 1001 in long.content.decode()
    assert not DecisionAppeal.objects.exists()
    assert client.post(address, {"words": "这是我自己画的。"}).url == address
    assert DecisionAppeal.objects.get().words == "这是我自己画的。"
    page = client.get(address).content.decode()
    assert "这是我自己画的。" in page
    assert "<textarea" not in page
    again = client.post(address, {"words": "再说一次"})
    assert again.status_code == 422
    assert DecisionAppeal.objects.count() == 1


def test_an_appeal_is_possible_for_fifteen_days():
    decision = decided()
    with clock.moved_to(decision.decided_at + timedelta(days=15, seconds=1)):
        refused(
            QualityErrorCode.APPEAL_TOO_LATE,
            appeals.appeal_decision,
            decision_id=decision.pk,
            person=decision.person,
            words="晚了",
        )
        page = log_in(decision.person).get(reverse("moderation:decision", args=[decision.pk])).content.decode()
        assert "<textarea" not in page
    with clock.moved_to(decision.decided_at + timedelta(days=14, hours=23)):
        assert appealed(decision).status == AppealStatus.OPEN


def test_appeals_need_words_a_measure_and_the_right_person():
    decision = decided()
    told = {"decision_id": decision.pk, "person": decision.person}
    refused(QualityErrorCode.APPEAL_WORDS_MISSING, appeals.appeal_decision, **told, words=" ")
    with pytest.raises(Http404):
        appeals.appeal_decision(decision_id=decision.pk, person=make_user(), words="不是我的")
    nothing = decided(effect=Effect.NOTHING, words="")
    refused(
        QualityErrorCode.NOTHING_TO_APPEAL,
        appeals.appeal_decision,
        decision_id=nothing.pk,
        person=nothing.person,
        words="没有处理",
    )
    appealed(decision)
    refused(QualityErrorCode.APPEAL_MADE, appeals.appeal_decision, **told, words="又来")


# Answers


def test_an_appeal_that_is_right_undoes_the_decision_and_the_person_reads_the_answer():
    decision = decided()
    appeal, colleague = appealed(decision), make_moderator()
    appeals.answer_appeal(appeal_id=appeal.pk, staff=colleague, upheld=True, answer="原图已核对。")
    decision.refresh_from_db()
    assert decision.overturned_at is not None
    assert not strikes_in_force(decision.person).exists()
    told = Notification.objects.get(recipient=decision.person, notice="moderation.appeal_upheld")
    assert "原图已核对。" in told.body
    assert told.url == reverse("moderation:decision", args=[decision.pk])
    assert AdminLog.objects.filter(action="decision_appeal.upheld", actor=colleague).exists()


def test_an_appeal_that_is_dismissed_changes_nothing_but_is_answered():
    decision = decided()
    appeal = appealed(decision)
    appeals.answer_appeal(appeal_id=appeal.pk, staff=make_moderator(), upheld=False, answer="与原作一致。")
    decision.refresh_from_db()
    assert decision.overturned_at is None
    assert strikes_in_force(decision.person).count() == 1
    assert Notification.objects.filter(recipient=decision.person, notice="moderation.appeal_dismissed").exists()
    page = log_in(decision.person).get(reverse("moderation:decision", args=[decision.pk])).content.decode()
    assert "与原作一致。" in page


def test_who_decided_and_whom_it_is_about_do_not_answer_and_do_not_see_it_waiting():
    staff, colleague = make_moderator(), make_moderator()
    appeal = appealed(decided(staff=staff))
    assert list(appeals.open_decision_appeals(staff)) == []
    assert list(appeals.open_decision_appeals(colleague)) == [appeal]
    told = {"appeal_id": appeal.pk, "upheld": True, "answer": "对的"}
    refused(QualityErrorCode.APPEAL_OWN, appeals.answer_appeal, staff=staff, **told)
    refused(
        QualityErrorCode.APPEAL_ANSWER_MISSING,
        appeals.answer_appeal,
        appeal_id=appeal.pk,
        staff=colleague,
        upheld=True,
        answer=" ",
    )
    appeals.answer_appeal(staff=colleague, **told)
    refused(QualityErrorCode.APPEAL_ANSWERED, appeals.answer_appeal, staff=make_moderator(), **told)


def test_the_desk_shows_the_decision_with_what_it_was_about_and_takes_the_answer():
    staff, colleague = make_moderator(), make_moderator()
    appeal = appealed(decided(staff=staff))
    client = log_in(colleague)
    address = reverse("moderation_decision_appeal", args=[appeal.pk])
    assert address in client.get(reverse("moderation_decision_appeals")).content.decode()
    page = client.get(address).content.decode()
    assert "这是我自己画的。" in page
    assert "第二张图是别人的作品。" in page
    empty = client.post(reverse("moderation_decision_appeal_dismiss", args=[appeal.pk]), {"answer": ""})
    assert empty.status_code == 422
    client.post(reverse("moderation_decision_appeal_uphold", args=[appeal.pk]), {"answer": "原图已核对。"})
    appeal.refresh_from_db()
    assert (appeal.status, appeal.decided_by) == (AppealStatus.UPHELD, colleague)
    assert address in client.get(reverse("moderation_decision_appeals") + "?decided=1").content.decode()
    own = appealed(decided(staff=colleague))
    refusal = client.get(reverse("moderation_decision_appeal", args=[own.pk])).content.decode()
    assert "<textarea" not in refusal


def test_who_appeals_as_staff_does_not_find_their_own_at_the_desk():
    person = make_seller()
    appeal = appealed(decided(person=person))
    person.groups.set(make_moderator().groups.all())
    assert log_in(person).get(reverse("moderation_decision_appeal", args=[appeal.pk])).status_code == 404
