"""Two of the staff answer one appeal, or one question, at once; with the lock, and without it."""

from functools import partial

import pytest

from marketplace.moderation import appeals
from marketplace.moderation.models import AdminLog, DecisionAppeal, SecondOpinion
from marketplace.moderation.quality import locks, opinions
from marketplace.moderation.quality.errors import QualityError, QualityErrorCode
from marketplace.moderation.queue import services as queue
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_moderator
from tests.moderation.decided import decided, open_case

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def appeal(committed_db):
    decision = decided()
    return appeals.appeal_decision(decision_id=decision.pk, person=decision.person, words="请再看一次。")


def answer_twice_at_once(appeal):
    """One says yes, the other no: the refusals, and how often it was noted."""
    answers = [
        partial(appeals.answer_appeal, appeal_id=appeal.pk, staff=make_moderator(), upheld=upheld, answer="已看。")
        for upheld in (True, False)
    ]
    refused = [result.code for result in together(*answers) if isinstance(result, QualityError)]
    return refused, AdminLog.objects.filter(action__startswith="decision_appeal.").count()


def test_two_answers_to_one_appeal_at_once_are_one(appeal, meet_before):
    meet_before(locks, "lock_appeal")
    assert answer_twice_at_once(appeal) == ([QualityErrorCode.APPEAL_ANSWERED], 1)


def test_control_without_the_lock_both_are_given(appeal, monkeypatch):
    point = MeetingPoint(once=True)

    def unlocked(appeal_id):
        found = DecisionAppeal.objects.select_related("decision__case", "decision__person").get(pk=appeal_id)
        point.wait()
        return found

    monkeypatch.setattr(locks, "lock_appeal", unlocked)
    assert answer_twice_at_once(appeal) == ([], 2)
    assert point.was_used


@pytest.fixture
def opinion(committed_db):
    moderator = make_moderator()
    case = queue.claim_case(case_id=open_case().pk, staff=moderator)
    return opinions.ask_opinion(case_id=case.pk, staff=moderator, question="算吗？")


def say_twice_at_once(opinion):
    """The refusals, and how often it was noted."""
    answers = [
        partial(opinions.answer_opinion, opinion_id=opinion.pk, staff=make_moderator(), would_act=act, answer="看过。")
        for act in (True, False)
    ]
    refused = [result.code for result in together(*answers) if isinstance(result, QualityError)]
    return refused, AdminLog.objects.filter(action="opinion.answer").count()


def test_two_opinions_at_once_are_one(opinion, meet_before):
    meet_before(locks, "lock_case")
    assert say_twice_at_once(opinion) == ([QualityErrorCode.OPINION_GIVEN], 1)


def test_control_without_the_locks_both_are_noted(opinion, monkeypatch):
    point = MeetingPoint(once=True)

    def unlocked(opinion_id):
        found = SecondOpinion.objects.select_related("case").get(pk=opinion_id)
        point.wait()
        return found

    monkeypatch.setattr(locks, "lock_case", lambda case_id: SecondOpinion.objects.get(case_id=case_id).case)
    monkeypatch.setattr(locks, "lock_opinion", unlocked)
    assert say_twice_at_once(opinion) == ([], 2)
    assert point.was_used
