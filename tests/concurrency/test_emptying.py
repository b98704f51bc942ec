"""Emptying an order meets somebody who has it kept: one of the two comes first, for all that belongs together."""

from datetime import timedelta
from functools import partial

import pytest

from marketplace.core import clock
from marketplace.orders import locks, services
from marketplace.orders.errors import OrderErrorCode
from marketplace.orders.models import Order, OrderHold
from tests.databases import together
from tests.factories import make_delivered_order, make_moderator

pytestmark = pytest.mark.usefixtures("committed_db")


def test_of_a_hold_on_additional_work_and_emptying_its_order_one_wins(meet_before):
    order = make_delivered_order()
    proposal = services.propose(
        order_id=order.pk, user=order.seller, kind="supplement", days=3, amount_fen=5_000, message="名片也做"
    )
    services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    more = Order.objects.get(parent=order)
    services.cancel_order(order_id=more.pk, user=order.buyer, reason="不做名片了")
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    hold = partial(services.hold_order, number=more.number, staff=make_moderator(), reason="（2026）浙0106民初1号")

    def empty():
        with clock.moved_to(clock.now() + timedelta(days=1100)):
            return services.empty_order(order_id=order.pk)

    meet_before(locks, "lock_family", (locks, "try_lock_family"))
    results = together(hold, empty)
    emptied = {order.emptied_at is not None for order in Order.objects.all()}
    assert len(emptied) == 1, "one of the two was emptied without the other"
    if OrderHold.objects.exists():
        assert emptied == {False}
        assert not any(isinstance(result, Exception) for result in results)
    else:
        assert emptied == {True}
        assert [result.code for result in results if isinstance(result, Exception)] == [OrderErrorCode.ALREADY_EMPTIED]
