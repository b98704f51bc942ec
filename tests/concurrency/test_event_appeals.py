"""Two clicks on the answer to an appeal about an order meet at that order's lock (levels and candidates: test_appeals.py)."""

from functools import partial

import pytest

from marketplace.reviews import appeals
from marketplace.reviews.models import AppealKind, ScoreException
from tests.databases import together
from tests.factories import make_completed_order, make_moderator

pytestmark = pytest.mark.usefixtures("committed_db")


def test_two_clicks_on_one_answer_leave_the_order_out_once(meet_before):
    order = make_completed_order()
    appeal = appeals.open_appeal(user=order.seller, kind=AppealKind.EVENT, order=order, words="买家要求延期。")
    staff = make_moderator()
    meet_before(appeals, "lock_order")
    decide = partial(appeals.decide_appeal, appeal_id=appeal.pk, staff=staff, upheld=True, answer="属实。")
    assert sorted(together(decide, decide)) == [False, True]
    assert ScoreException.objects.count() == 1
