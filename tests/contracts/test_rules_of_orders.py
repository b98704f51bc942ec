"""What an order was promised is asked of the rules it was made under, never of those in force today (docs/orders.md)."""

import ast

import pytest

from marketplace.core.rules import PINNED_PREFIXES
from marketplace.offers.services import order_agreement
from marketplace.orders import services
from marketplace.orders.models import OrderKind, ProposalKind
from tests.contracts.source import modules, name_of, tree
from tests.factories import make_completed_order, make_order, make_paid_order, make_user
from tests.offers.situations import make_agreement, make_plan
from tests.orders.changing import make_proposal, other_side


# Rooms above may ask what an order is to be made with (offers/terms.py).
@pytest.mark.parametrize("path", list(modules("marketplace/orders")), ids=name_of)
def test_no_constant_that_orders_keep_is_read_as_it_is_today(path):
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and node.args]
    read = [
        node.args[0].value
        for node in calls
        if getattr(node.func, "id", "") == "get_config" and isinstance(node.args[0], ast.Constant)
    ]
    assert [key for key in read if key.startswith(PINNED_PREFIXES)] == []


@pytest.mark.django_db
def test_an_order_has_its_rules_however_it_was_placed(seller, buyer):
    completed, running = make_completed_order(), make_paid_order()
    proposal = make_proposal(running, ProposalKind.SUPPLEMENT)
    services.accept_proposal(proposal_id=proposal.pk, user=other_side(proposal))
    placed = [
        make_order(),
        order_agreement(negotiation_id=make_agreement(seller=seller, buyer=buyer).pk, buyer=buyer),
        make_plan(seller=seller, buyer=make_user()).milestones.get(position=1).order,
        services.give_tip(order_id=completed.pk, buyer=completed.buyer, amount_fen=1_000),
        running.children.get(),
    ]
    assert {order.kind for order in placed} == set(OrderKind)
    assert all(order.rules_id for order in placed)
