"""Who is part of what was decided judges nothing about it, nobody reads kinds that are not theirs, and reading is noted."""

import pytest
from django.contrib.auth.models import Permission
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from marketplace.core import clock
from marketplace.messaging.services import start_conversation
from marketplace.moderation import appeals
from marketplace.moderation.models import AdminLog, DecisionAppeal, DecisionReason, Effect, ModerationQueue
from marketplace.moderation.quality import checks, opinions
from marketplace.moderation.quality.errors import QualityError, QualityErrorCode
from marketplace.moderation.queue import services as queue
from tests.factories import make_moderator, make_user, make_verified_seller
from tests.logins import log_in
from tests.messaging.test_flagging import CONTACT, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_side(db):
    """A moderator who buys something on the site, as anybody may."""
    return make_moderator(name="也买东西的审核员")


@pytest.fixture
def case(other_side):
    seller = make_verified_seller()
    send(start_conversation(buyer=other_side, seller=seller), seller, CONTACT, confirmed=True)
    queue.take_in()
    return ModerationQueue.objects.get(kind="message")


@pytest.fixture
def decision(case):
    reason = DecisionReason.objects.get(code="C1")
    return queue.decide_case(
        case_id=case.pk, staff=make_moderator(), effect=Effect.REMOVE, reason=reason, words="请在平台内沟通。"
    )


@pytest.fixture
def check(decision):
    checks.draw_sample(day=timezone.localdate(clock.now()))
    return decision.check_of


def with_permissions(*codenames):
    """Staff of a role of its own, made in Wagtail."""
    person = make_user()
    permissions = Permission.objects.filter(codename__in=["access_admin", *codenames])
    person.user_permissions.add(*permissions)
    return person


def refused(code, act, **arguments):
    with pytest.raises(QualityError) as refusal:
        act(**arguments)
    assert refusal.value.code == code


def test_the_other_side_of_a_conversation_judges_no_appeal_about_it(decision, other_side):
    appeal = appeals.appeal_decision(decision_id=decision.pk, person=decision.person, words="请再看一次。")
    told = {"appeal_id": appeal.pk, "upheld": False, "answer": "维持。"}
    refused(QualityErrorCode.APPEAL_OWN, appeals.answer_appeal, staff=other_side, **told)
    with pytest.raises(Http404):
        appeals.appeal_for_staff(other_side, appeal.pk)
    queue.take_in()
    assert queue.claim_next(staff=other_side) is None
    appeals.answer_appeal(staff=make_moderator(), **told)


def test_the_other_side_checks_no_decision_about_it(check, other_side):
    refused(
        QualityErrorCode.CHECK_OWN, checks.check_decision, check_id=check.pk, staff=other_side, agrees=True, remark=""
    )
    assert log_in(other_side).get(reverse("moderation_check", args=[check.pk])).status_code == 404
    assert checks.next_check(other_side, 0) is None
    assert checks.next_check(make_moderator(), 0) == check


def test_the_other_side_gives_no_second_opinion(case, other_side):
    moderator = make_moderator()
    queue.claim_case(case_id=case.pk, staff=moderator)
    opinion = opinions.ask_opinion(case_id=case.pk, staff=moderator, question="算吗？")
    told = {"opinion_id": opinion.pk, "would_act": True, "answer": "算。"}
    refused(QualityErrorCode.OPINION_OWN, opinions.answer_opinion, staff=other_side, **told)
    assert log_in(other_side).get(reverse("moderation_opinion", args=[opinion.pk])).status_code == 404


def test_who_sees_no_messages_reads_them_in_no_check_and_no_appeal(check, decision):
    appeal = appeals.appeal_decision(decision_id=decision.pk, person=decision.person, words="请再看一次。")
    stranger = with_permissions("view_decisioncheck", "change_decisioncheck", "view_decisionappeal")
    client = log_in(stranger)
    assert client.get(reverse("moderation_check", args=[check.pk])).status_code == 404
    assert client.get(reverse("moderation_decision_appeal", args=[appeal.pk])).status_code == 404
    with pytest.raises(Http404):
        checks.check_decision(check_id=check.pk, staff=stranger, agrees=True, remark="")
    checks.check_decision(check_id=check.pk, staff=make_moderator(), agrees=True, remark="")
    assert not checks.done_checks(stranger).exists()
    reader = with_permissions("view_decisioncheck", "view_messageflag")
    assert log_in(reader).get(reverse("moderation_check", args=[check.pk])).status_code == 200


def readings(action):
    return list(AdminLog.objects.filter(action=action, is_reading=True).values_list("actor", "object_id"))


def test_each_page_that_shows_what_somebody_wrote_is_noted(case):
    moderator, colleague = make_moderator(), make_moderator()
    queue.claim_case(case_id=case.pk, staff=moderator)
    opinion = opinions.ask_opinion(case_id=case.pk, staff=moderator, question="算吗？")
    page = log_in(colleague).get(reverse("moderation_opinion", args=[opinion.pk])).content.decode()
    assert CONTACT in page
    assert readings("opinion.read") == [(colleague.pk, case.person_id)]
    log_in(moderator).get(reverse("moderation_queue_case", args=[case.pk]))
    assert readings("queue.read") == [(moderator.pk, case.person_id)]


def test_an_appeal_that_is_read_in_the_queue_is_noted_as_at_its_desk(decision):
    appeals.appeal_decision(decision_id=decision.pk, person=decision.person, words="请再看一次。")
    queue.take_in()
    appeal_case = ModerationQueue.objects.get(kind="appeal")
    reader = make_moderator()
    log_in(reader).get(reverse("moderation_queue_case", args=[appeal_case.pk]))
    assert readings("decision_appeal.read") == [(reader.pk, decision.person_id)]
    assert DecisionAppeal.objects.get().status == "open"


def test_asking_about_a_case_that_is_not_there_is_404():
    answer = log_in(make_moderator()).post(reverse("moderation_opinion_ask", args=[987654321]), {"question": "算吗？"})
    assert answer.status_code == 404
