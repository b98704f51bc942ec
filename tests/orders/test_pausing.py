"""The one pause of the acceptance, and the clocks that a delivery starts."""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.core.rules import current_rules
from marketplace.orders import services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, Order
from marketplace.orders.states import OrderStatus
from tests.factories import make_delivered_order
from tests.orders.changing import picture
from tests.orders.delivering import deliver, delivered_picture
from tests.orders.situations import EVERY_STATE, footprint, make_order_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", EVERY_STATE, ids=str)
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_the_pause_is_the_buyers_and_only_while_the_clock_runs(status, side):
    order = make_order_in(status)
    before, at = footprint(order), order.auto_accept_at
    user = getattr(order, side)
    if (status, side) == (OrderStatus.DELIVERED, "buyer"):
        services.pause_acceptance(order_id=order.pk, buyer=user)
        order.refresh_from_db()
        assert order.auto_accept_at == at + timedelta(days=7)
        clocks = dict(order.deadlines.values_list("kind", "due_at"))
        assert clocks["accept"] == order.auto_accept_at
        assert clocks["accept_reminder_2"] == order.auto_accept_at - timedelta(hours=24)
        assert clocks["accept_reminder_1"] == order.auto_accept_at - timedelta(hours=72)
        assert order.events.first().type == "acceptance_paused"
        with clock.moved_to(at + timedelta(minutes=1)):
            assert services.run_deadline(order_id=order.pk, kind=DeadlineKind.ACCEPT) is False
        with clock.moved_to(order.auto_accept_at + timedelta(minutes=1)):
            assert services.run_deadline(order_id=order.pk, kind=DeadlineKind.ACCEPT) is True
    else:
        with pytest.raises(OrderError) as refusal:
            services.pause_acceptance(order_id=order.pk, buyer=user)
        assert refusal.value.code == OrderErrorCode.WRONG_STATE
        assert footprint(order) == before


def test_the_pause_is_as_long_as_the_rules_the_order_was_made_under_say():
    order = make_delivered_order()
    Order.objects.filter(pk=order.pk).update(rules=current_rules())
    at = order.auto_accept_at
    set_config(key="orders.acceptance_pause_days", value=2, reason="test")
    services.pause_acceptance(order_id=order.pk, buyer=order.buyer)
    order.refresh_from_db()
    assert order.auto_accept_at == at + timedelta(days=7)


def test_there_is_one_pause_for_an_order_whatever_is_delivered():
    order, _file = delivered_picture()
    services.pause_acceptance(order_id=order.pk, buyer=order.buyer)
    services.request_revision(order_id=order.pk, buyer=order.buyer, message="改")
    deliver(order, picture())
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        services.pause_acceptance(order_id=order.pk, buyer=order.buyer)
    assert refusal.value.code == OrderErrorCode.ALREADY_PAUSED
    assert footprint(order) == before


def test_the_clocks_of_the_acceptance_run_from_the_delivery_and_stop_with_a_revision():
    order, _file = delivered_picture()
    order.refresh_from_db()
    clocks = dict(order.deadlines.values_list("kind", "due_at"))
    # Three days before the third day is now: a reminder too late is no reminder.
    assert clocks == {
        "accept": order.auto_accept_at,
        "accept_reminder_2": order.auto_accept_at - timedelta(hours=24),
    }
    services.request_revision(order_id=order.pk, buyer=order.buyer, message="改")
    order.refresh_from_db()
    clocks = dict(order.deadlines.values_list("kind", "due_at"))
    assert set(clocks) == {"due_reminder", "late", "very_late"}
    assert clocks["late"] == order.due_at
