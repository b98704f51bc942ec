"""Two of the staff claim, or decide, one case at once; with the lock, and without it."""

from functools import partial

import pytest
from django.db import IntegrityError

from marketplace.moderation import locks, reports
from marketplace.moderation.models import (
    DecisionReason,
    ModerationDecision,
    ModerationQueue,
    ReportReason,
)
from marketplace.moderation.queue import services, taking_in
from marketplace.moderation.queue.errors import QueueError, QueueErrorCode
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_gig, make_moderator, make_user, make_verified_seller

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def reported(committed_db):
    reports.report_gig(
        gig=make_gig(seller=make_verified_seller()), reporter=make_user(), reason=ReportReason.COPIED, words="抄的。"
    )


@pytest.fixture
def case(reported):
    services.take_in()
    return ModerationQueue.objects.get()


def claim_twice_at_once(case):
    """What both were answered: the refusals."""
    claims = [partial(services.claim_case, case_id=case.pk, staff=make_moderator()) for _person in range(2)]
    return [answer for answer in together(*claims) if isinstance(answer, QueueError)]


def test_of_two_who_claim_one_case_one_has_it(case, meet_before):
    meet_before(locks, "lock_case")
    (refusal,) = claim_twice_at_once(case)
    assert refusal.code == QueueErrorCode.CLAIMED_BY_OTHER


def test_control_without_the_lock_both_have_it(case, monkeypatch):
    point = MeetingPoint(once=True)

    def unlocked(case_id):
        found = ModerationQueue.objects.get(pk=case_id)
        point.wait()
        return found

    monkeypatch.setattr(locks, "lock_case", unlocked)
    assert claim_twice_at_once(case) == []
    assert point.was_used


def test_two_who_take_the_next_one_take_different_ones(case, meet_before):
    reports.report_gig(
        gig=make_gig(seller=make_verified_seller()), reporter=make_user(), reason=ReportReason.COPIED, words="也抄的。"
    )
    services.take_in()
    meet_before(locks, "lock_case")
    taken = together(*[partial(services.claim_next, staff=make_moderator()) for _person in range(2)])
    assert len({one.pk for one in taken}) == 2


def test_two_who_decide_at_once_decide_once(case, meet_before):
    meet_before(locks, "lock_case")
    reason = DecisionReason.objects.get(code="I1")
    deeds = [
        partial(
            services.decide_case,
            case_id=case.pk,
            staff=make_moderator(),
            effect="remove",
            reason=reason,
            words="抄的。",
        )
        for _person in range(2)
    ]
    (refusal,) = [answer for answer in together(*deeds) if isinstance(answer, Exception)]
    assert refusal.code == QueueErrorCode.DECIDED_ALREADY
    assert ModerationDecision.objects.count() == 1


def test_two_runs_of_the_job_take_a_thing_in_once(reported, meet_before):
    meet_before(taking_in, "_let_in")
    together(services.take_in, services.take_in)
    assert ModerationQueue.objects.count() == 1


def test_control_without_passing_over_one_of_two_runs_fails(reported, monkeypatch):
    point = MeetingPoint(once=True)

    def insisting(cases):
        point.wait()
        ModerationQueue.objects.bulk_create(cases)
        return len(cases)

    monkeypatch.setattr(taking_in, "_let_in", insisting)
    answers = together(services.take_in, services.take_in)
    assert [type(answer) for answer in answers].count(IntegrityError) == 1
    assert point.was_used
