"""Two of the staff answer one appeal at once; with its lock, and without it."""

from functools import partial

import pytest

from marketplace.notifications.models import Notification
from marketplace.reviews import appeals, locks
from marketplace.reviews.models import AppealKind, AppealStatus, ReputationAppeal, ScoreException
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_completed_order, make_moderator

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def appeal(committed_db):
    seller = make_completed_order().seller
    return appeals.open_appeal(user=seller, kind=AppealKind.LEVEL, words="少算了两笔订单。")


def answer_twice(appeal):
    return together(
        *(
            partial(appeals.decide_appeal, appeal_id=appeal.pk, staff=make_moderator(), upheld=upheld, answer=words)
            for upheld, words in ((True, "补算了。"), (False, "没有少算。"))
        )
    )


def answers(appeal):
    return Notification.objects.filter(
        recipient=appeal.user, notice__in=("appeals.upheld", "appeals.dismissed")
    ).count()


def test_one_answer_stands_and_the_other_changes_nothing(appeal, meet_before):
    meet_before(locks, "lock_appeal")
    assert sorted(answer_twice(appeal)) == [False, True]
    assert answers(appeal) == 1
    appeal.refresh_from_db()
    assert (appeal.status, appeal.answer) in (
        (AppealStatus.UPHELD, "补算了。"),
        (AppealStatus.DISMISSED, "没有少算。"),
    )


def test_control_without_the_lock_the_seller_has_two_answers(appeal, monkeypatch):
    point, may_decide = MeetingPoint(once=True), appeals.require_may_decide

    def both_may(*arguments):
        may_decide(*arguments)
        point.wait()

    monkeypatch.setattr(locks, "lock_appeal", lambda appeal_id: ReputationAppeal.objects.get(pk=appeal_id))
    monkeypatch.setattr(appeals, "require_may_decide", both_may)
    assert answer_twice(appeal) == [True, True]
    assert point.was_used
    assert answers(appeal) == 2


def test_two_clicks_on_one_answer_leave_the_order_out_once(meet_before):
    order = make_completed_order()
    appeal = appeals.open_appeal(user=order.seller, kind=AppealKind.EVENT, order=order, words="买家要求延期。")
    staff = make_moderator()
    meet_before(appeals, "lock_order")
    decide = partial(appeals.decide_appeal, appeal_id=appeal.pk, staff=staff, upheld=True, answer="属实。")
    assert sorted(together(decide, decide)) == [False, True]
    assert ScoreException.objects.count() == 1
