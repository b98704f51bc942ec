"""Two moderators at the same time; the control without the lock shows that the rig can catch what it is for."""

import threading
from functools import partial

import pytest
from django.db import transaction
from wagtail.models import ModelLogEntry, TaskState

from marketplace.gigs import locks, services
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig
from marketplace.gigs.review_selectors import open_case_of
from marketplace.gigs.states import GigStatus
from marketplace.notifications.models import Notification
from tests.concurrency.conftest import MeetingPoint
from tests.concurrency.rig import until_waited_for
from tests.databases import together
from tests.factories import make_moderator, make_seller
from tests.gigs.content import content

pytestmark = pytest.mark.usefixtures("committed_db")
DECIDED = ("wagtail.workflow.approve", "wagtail.workflow.reject")


def waiting():
    seller = make_seller()
    gig = services.create_gig(seller=seller, content=content())
    services.submit_gig(gig_id=gig.pk, seller=seller)
    return open_case_of(gig)


def approval(case):
    return partial(services.approve_review, task_state_id=case.task_state_id, moderator=make_moderator())


def refusal(case):
    return partial(
        services.send_back, task_state_id=case.task_state_id, moderator=make_moderator(), codes=["C1"], words=""
    )


def told_to_the_loser(results):
    return [result.code for result in results if isinstance(result, GigError)]


def decisions(case):
    """Lines in the log that people wrote, the machine's approvals left out."""
    return ModelLogEntry.objects.filter(object_id=case.gig_id, action__in=DECIDED, user__isnull=False).count()


@pytest.mark.parametrize("other", [approval, refusal])
def test_two_moderators_who_decide_at_once_decide_once_and_the_other_is_told(meet_before, other):
    case = waiting()
    meet_before(locks, "lock_review")
    results = together(approval(case), other(case))
    assert told_to_the_loser(results) == [GigErrorCode.ALREADY_DECIDED]
    assert decisions(case) == 1
    assert Notification.objects.filter(recipient=case.gig.seller).count() == 1
    gig, state = Gig.objects.get(pk=case.gig_id), TaskState.objects.get(pk=case.task_state_id)
    approved = state.status == TaskState.STATUS_APPROVED
    assert (gig.status, gig.live) == ((GigStatus.LIVE, True) if approved else (GigStatus.NEEDS_CHANGES, False))


def test_control_without_the_lock_both_decide(monkeypatch):
    case, point = waiting(), MeetingPoint(once=True)
    get_actions = type(case.task_state.task.specific).get_actions

    def both_may(task, gig, user):
        actions = get_actions(task, gig, user)
        point.wait()
        return actions

    monkeypatch.setattr(locks, "lock_review", lambda _gig_id: None)
    monkeypatch.setattr(type(case.task_state.task.specific), "get_actions", both_may)
    results = together(refusal(case), refusal(case))
    assert point.was_used
    assert told_to_the_loser(results) == []
    assert decisions(case) == 2


def test_two_moderators_who_open_a_case_at_once_are_not_both_its_reader():
    case, opened = waiting(), threading.Event()
    one, other = [partial(services.view_case, case_id=case.pk, moderator=make_moderator()) for _ in range(2)]

    def first():
        with transaction.atomic():
            is_theirs = one()
            opened.set()
            until_waited_for()  # the other one has read that nobody reads the case
        return is_theirs

    def second():
        assert opened.wait(60)
        return other()

    assert together(first, second) == [True, False]
