"""Who has claimed a case asks a colleague before deciding."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse

from marketplace.core import clock
from marketplace.moderation.models import DecisionReason, SecondOpinion
from marketplace.moderation.quality import opinions
from marketplace.moderation.quality.errors import QualityError, QualityErrorCode
from marketplace.moderation.quality.opinion_desk import context_of
from marketplace.moderation.queue import services as queue
from marketplace.moderation.queue.errors import QueueError, QueueErrorCode
from marketplace.notifications.models import Notification
from tests.factories import make_finance, make_moderator
from tests.logins import log_in
from tests.moderation.decided import open_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(db):
    return make_moderator()


@pytest.fixture
def case(moderator):
    case = open_case()
    return queue.claim_case(case_id=case.pk, staff=moderator)


def refused(code, act, **arguments):
    with pytest.raises(QualityError) as refusal:
        act(**arguments)
    assert refusal.value.code == code
    assert str(refusal.value.message)


def ask(case, staff, question="这算抄袭吗？"):
    return opinions.ask_opinion(case_id=case.pk, staff=staff, question=question)


def test_a_colleague_answers_and_who_asked_is_told_at_the_bell(case, moderator):
    colleague = make_moderator(name="同事")
    opinion = ask(case, moderator)
    assert list(opinions.open_opinions(colleague)) == [opinion]
    assert list(opinions.open_opinions(moderator)) == []
    opinions.answer_opinion(opinion_id=opinion.pk, staff=colleague, would_act=True, answer="构图一样。")
    told = Notification.objects.get(recipient=moderator, notice="moderation.opinion_given")
    assert "同事" in told.title
    assert told.spread_due_at is None  # the bell alone
    assert list(opinions.open_opinions(colleague)) == []


def test_only_who_has_claimed_it_asks_and_once_at_a_time(case, moderator):
    told = {"case_id": case.pk, "question": "算吗？"}
    refused(QualityErrorCode.OPINION_NOT_YOUR_CASE, opinions.ask_opinion, staff=make_moderator(), **told)
    refused(
        QualityErrorCode.OPINION_WORDS_MISSING, opinions.ask_opinion, case_id=case.pk, staff=moderator, question=" "
    )
    ask(case, moderator)
    refused(QualityErrorCode.OPINION_ASKED, opinions.ask_opinion, staff=moderator, **told)


def test_nobody_answers_their_own_and_only_who_may_decide_such_cases(case, moderator):
    opinion = ask(case, moderator)
    told = {"opinion_id": opinion.pk, "would_act": False, "answer": "不算"}
    refused(QualityErrorCode.OPINION_OWN, opinions.answer_opinion, staff=moderator, **told)
    with pytest.raises(Http404):
        opinions.answer_opinion(staff=make_finance(), **told)
    opinions.answer_opinion(staff=make_moderator(), **told)
    refused(QualityErrorCode.OPINION_GIVEN, opinions.answer_opinion, staff=make_moderator(), **told)
    assert SecondOpinion.objects.get().would_act is False


def test_the_case_stays_claimed_while_a_colleague_thinks_and_the_waiting_is_no_work(case, moderator):
    begun = case.claimed_at
    with clock.moved_to(begun + timedelta(minutes=5)):
        opinion = ask(case, moderator)
    with clock.moved_to(begun + timedelta(hours=5)):
        with pytest.raises(QueueError) as refusal:
            queue.claim_case(case_id=case.pk, staff=make_moderator())
        assert refusal.value.code == QueueErrorCode.CLAIMED_BY_OTHER
        opinions.answer_opinion(opinion_id=opinion.pk, staff=make_moderator(), would_act=True, answer="算")
    with clock.moved_to(begun + timedelta(hours=5, minutes=1)):
        reason = DecisionReason.objects.get(code="H1")
        decision = queue.decide_case(case_id=case.pk, staff=moderator, effect="warn", reason=reason, words="请改。")
    assert 5 * 60 <= decision.seconds <= 7 * 60


def test_the_page_of_a_case_offers_asking_then_answering(case, moderator):
    colleague = make_moderator()
    assert type(context_of(moderator, case)["opinion_form"]).__name__ == "OpinionQuestionForm"
    assert context_of(colleague, case)["opinion_form"] is None
    client = log_in(moderator)
    client.post(reverse("moderation_opinion_ask", args=[case.pk]), {"question": "算吗？"})
    opinion = SecondOpinion.objects.get()
    case.refresh_from_db()
    assert context_of(moderator, case) == {"opinions": [opinion], "may_answer": False, "opinion_form": None}
    assert context_of(colleague, case)["may_answer"]
    answering = log_in(colleague)
    assert "算吗？" in answering.get(reverse("moderation_opinions")).content.decode()
    address = reverse("moderation_opinion", args=[opinion.pk])
    assert answering.post(address, {"would_act": "1", "answer": ""}).status_code == 422
    assert answering.post(address, {"would_act": "1", "answer": "算"}).url == reverse("moderation_opinions")
    assert "算吗？" in client.get(reverse("moderation_opinions")).content.decode()
    opinion.refresh_from_db()
    assert (opinion.would_act, opinion.answered_by) == (True, colleague)


def test_the_way_back_of_a_form_leads_nowhere_else(case, moderator):
    answer = log_in(moderator).post(
        reverse("moderation_opinion_ask", args=[case.pk]), {"question": "算吗？", "next": "https://evil.example/"}
    )
    assert answer.url == reverse("moderation_opinions")
