"""Two of the staff decide the same appeal, or the same candidate, at once; with the lock, and without it."""

from functools import partial

import pytest

from marketplace.moderation.models import AdminLog
from marketplace.reviews import appeals, locks
from marketplace.reviews.levels import decide_selection, evaluate_level, selection
from marketplace.reviews.levels.errors import LevelError, LevelErrorCode
from marketplace.reviews.models import AppealKind, Reputation, ReputationAppeal, SelectionCase, SellerLevel
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_moderator, make_seller
from tests.reviews.level_situations import make_reputation

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def appeal(committed_db):
    seller = make_seller()
    make_reputation(seller)
    evaluate_level(user_id=seller.pk)
    return appeals.open_appeal(user=seller, kind=AppealKind.LEVEL, words="请再看一次。")


def answer_twice_at_once(appeal):
    """One says yes, the other no."""
    answers = [
        partial(appeals.decide_appeal, appeal_id=appeal.pk, staff=make_moderator(), upheld=upheld, answer="已看。")
        for upheld in (True, False)
    ]
    results = together(*answers)
    return sorted(results), AdminLog.objects.filter(action__startswith="appeal.").count()


def test_two_answers_at_once_are_one(appeal, meet_before):
    meet_before(locks, "lock_appeal")
    assert answer_twice_at_once(appeal) == ([False, True], 1)


def test_control_without_the_lock_both_are_given(appeal, monkeypatch):
    point = MeetingPoint(once=True)

    def unlocked(appeal_id):
        found = ReputationAppeal.objects.get(pk=appeal_id)
        point.wait()
        return found

    monkeypatch.setattr(locks, "lock_appeal", unlocked)
    assert answer_twice_at_once(appeal) == ([True, True], 2)
    assert point.was_used


@pytest.fixture
def candidate(committed_db):
    seller = make_seller()
    make_reputation(seller, "top")
    evaluate_level(user_id=seller.pk)
    return SelectionCase.objects.get(user=seller)


def decide_twice_at_once(candidate):
    """One chooses, the other refuses."""
    results = together(
        *[
            partial(decide_selection, case_id=candidate.pk, staff=make_moderator(), is_chosen=is_chosen, words="已看。")
            for is_chosen in (True, False)
        ]
    )
    return [result for result in results if isinstance(result, LevelError)]


def test_a_candidate_is_decided_about_once_whoever_comes_together(candidate, meet_before):
    meet_before(locks, "lock_reputation")
    (refusal,) = decide_twice_at_once(candidate)
    assert refusal.code == LevelErrorCode.DECIDED_ALREADY


def test_control_without_the_locks_a_candidate_is_chosen_and_refused(candidate, monkeypatch):
    point = MeetingPoint(once=True)

    def unlocked(case_id):
        found = SelectionCase.objects.get(pk=case_id)
        point.wait()
        return found

    monkeypatch.setattr(locks, "lock_reputation", lambda user_id: Reputation.objects.get(user_id=user_id))
    monkeypatch.setattr(locks, "lock_level", lambda user_id: SellerLevel.objects.get(user_id=user_id))
    monkeypatch.setattr(selection.locks, "lock_selection", unlocked)
    assert decide_twice_at_once(candidate) == []
    assert point.was_used
