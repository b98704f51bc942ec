"""Two of the staff decide the same case at once; with the lock, and without it."""

from functools import partial

import pytest

from marketplace.reviews.integrity import locks, services
from marketplace.reviews.integrity.errors import CaseError, CaseErrorCode
from marketplace.reviews.integrity.services import clear_case, confirm_case, find_cases
from marketplace.reviews.models import CaseStatus, IntegrityCase, Review
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_moderator
from tests.reviews.ring import make_ring

pytestmark = pytest.mark.usefixtures("committed_db")


def decide_in_two_ways():
    make_ring(rounds=1, rows=1, columns=3)
    (case_id,) = find_cases()
    return together(
        *(partial(step, case_id=case_id, staff=make_moderator(), words="理由") for step in (confirm_case, clear_case))
    )


def test_one_decision_stands_and_the_other_is_refused(meet_before):
    meet_before(locks, "lock_case")
    results = decide_in_two_ways()
    assert [result.code for result in results if isinstance(result, CaseError)] == [CaseErrorCode.ALREADY_DECIDED]
    case = IntegrityCase.objects.get()
    excluded = Review.objects.filter(excluded_at__isnull=False).count()
    # Three deals, and what both sides of each wrote (docs/integrity.md).
    assert (case.status, excluded) in ((CaseStatus.CONFIRMED, 6), (CaseStatus.CLEARED, 0))


def test_control_without_the_lock_both_decide(monkeypatch):
    point, require = MeetingPoint(once=True), services._require_may_decide

    def both_may(*arguments):
        words = require(*arguments)
        point.wait()
        return words

    monkeypatch.setattr(locks, "lock_case", lambda case_id: IntegrityCase.objects.get(pk=case_id))
    monkeypatch.setattr(services, "_require_may_decide", both_may)
    results = decide_in_two_ways()
    assert point.was_used
    assert not any(isinstance(result, CaseError) for result in results)


def test_two_searches_at_once_open_one_case(meet_before):
    make_ring(rounds=1, rows=1, columns=3)
    meet_before(locks, "hold_search")
    results = together(find_cases, find_cases)
    assert not any(isinstance(result, Exception) for result in results)
    assert IntegrityCase.objects.count() == 1
