"""Whatever makes an order holds its two people before it locks anything else (docs/locking.md): no circle of waiting."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.offers import services as offers
from marketplace.orders import services
from marketplace.orders.models import ProposalKind
from tests.factories import make_completed_order, make_paid_order, make_seller, make_user
from tests.offers.situations import complete, make_agreement, make_plan
from tests.orders.changing import make_proposal

pytestmark = pytest.mark.django_db


def additional_work():
    order = make_paid_order()
    proposal = make_proposal(order, ProposalKind.SUPPLEMENT)
    return lambda: services.accept_proposal(proposal_id=proposal.pk, user=order.seller)


def tip():
    order = make_completed_order()
    return lambda: services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=2000)


def next_stage():
    plan = make_plan(buyer=make_user(), seller=make_seller())
    complete(plan.milestones.get(position=1).order)
    return lambda: services.fund_stage(plan_id=plan.pk, buyer=plan.buyer)


def agreement():
    negotiation = make_agreement(buyer=make_user(), seller=make_seller())
    services.cancel_order(order_id=negotiation.order_id, user=negotiation.buyer)
    return lambda: offers.order_agreement(negotiation_id=negotiation.pk, buyer=negotiation.buyer)


@pytest.mark.parametrize("begin", [additional_work, tip, next_stage, agreement], ids=lambda begin: begin.__name__)
def test_the_people_of_a_new_order_are_held_before_anything_is_locked(begin):
    act = begin()
    with CaptureQueriesContext(connection) as captured:
        act()
    locking = [query["sql"] for query in captured if "FOR SHARE" in query["sql"] or "FOR NO KEY UPDATE" in query["sql"]]
    assert len(locking) > 1
    assert "accounts_user" in locking[0]
    assert "FOR SHARE" in locking[0]
