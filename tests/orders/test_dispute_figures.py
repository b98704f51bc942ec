"""The public figures of disputes: nothing at zero, no shares of too few, and then exactly what there is."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from marketplace.core import clock
from marketplace.orders import dispute_figures, services
from marketplace.orders.models import Dispute
from tests.factories import decide_finally, make_delivered_order
from tests.orders.test_dispute_steps import make_dispute_in

pytestmark = pytest.mark.django_db


def figures():
    cache.clear()
    return dispute_figures.dispute_figures()


def page() -> str:
    return Client().get(reverse("ledger:escrow") + "?", headers={"Accept-Language": "en"}).content.decode()


def closed(*, refund_fen: int, days: int = 2, agreed: bool = False):
    order = make_delivered_order()
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="说不拢")
    if agreed:
        proposal = services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=refund_fen)
        services.accept_split(order_id=order.pk, proposal_id=proposal.pk, user=order.seller)
    else:
        decide_finally(order, refund_fen=refund_fen)
    dispute = Dispute.objects.get(order=order)
    Dispute.objects.filter(pk=dispute.pk).update(opened_at=dispute.decided_at - timedelta(days=days))
    return order


def test_at_zero_it_says_that_there_is_nothing_yet_and_no_share():
    found = figures()
    assert (found.opened, found.closed, found.median_days, found.is_enough, found.per_thousand) == (
        0,
        0,
        None,
        False,
        "0",
    )
    assert "outcomes" not in page()


def test_few_cases_give_no_shares(monkeypatch):
    monkeypatch.setattr(dispute_figures, "FEWEST_CASES", 3)
    for _case in range(2):
        closed(refund_fen=0)
    found = figures()
    assert (found.opened, found.closed, found.is_enough, found.median_days) == (2, 2, False, None)
    assert "outcomes" not in page()


def test_enough_cases_are_counted_by_outcome_with_the_median(monkeypatch):
    monkeypatch.setattr(dispute_figures, "FEWEST_CASES", 3)
    closed(refund_fen=0, days=1)
    closed(refund_fen=4_000, days=3, agreed=True)
    closed(refund_fen=10_000, days=9)
    make_dispute_in("mediation")
    make_dispute_in("withdrawn")
    make_delivered_order()
    found = figures()
    assert (found.paid_orders, found.opened, found.closed) == (6, 5, 3)
    assert (found.refunded, found.split, found.released, found.agreed) == (1, 0, 1, 1)
    # Every one that was opened stands in one line: by whom it was ended, or that it was not.
    numbers = [number for _label, number, _percent in found.outcomes]
    assert numbers == [1, 1, 0, 1, 1, 1]
    assert sum(numbers) == found.opened
    assert found.median_days == 3
    assert found.per_thousand == "833.3"
    assert "outcomes" in page()
    with clock.moved_to(clock.now() + timedelta(days=400)):
        assert figures().opened == 0  # of the last year alone


def test_the_figures_are_kept_for_a_while(monkeypatch, django_assert_num_queries):
    figures()
    with django_assert_num_queries(0):
        dispute_figures.dispute_figures()
