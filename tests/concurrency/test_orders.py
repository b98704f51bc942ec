import threading
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.ledger.models import Transaction
from marketplace.ledger.selectors import wallet_of
from marketplace.orders import locks, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, Order, OrderDeadline, Refund
from marketplace.orders.services import placing
from marketplace.orders.states import OrderStatus
from tests.databases import together
from tests.factories import make_delivered_order, make_gig, make_paid_order, make_user

pytestmark = pytest.mark.usefixtures("committed_db")


def accept(order):
    return services.accept_delivery(order_id=order.pk, buyer=order.buyer)


def dispute(order):
    return services.open_dispute(order_id=order.pk, user=order.seller, reason="说不拢")


def deliver(order):
    return services.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。")


def cancel_very_late(order):
    with clock.moved_to(order.due_at + timedelta(days=2)):  # a thread has a clock of its own
        return services.cancel_order(order_id=order.pk, user=order.buyer)


def refusals(results):
    return [result for result in results if isinstance(result, Exception)]


def test_two_acceptances_at_once_release_the_money_once(meet_before):
    order = make_delivered_order()
    meet_before(locks, "lock_order")
    assert refusals(together(partial(accept, order), partial(accept, order))) == []
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
    assert order.events.filter(type="accepted").count() == 1
    assert order.gig.stats.orders_completed == 1
    assert wallet_of(order.seller).pending_fen == 9000


def test_control_without_the_lock_both_acceptances_go_through(locks_off):
    order = make_delivered_order()
    together(partial(accept, order), partial(accept, order))
    assert order.events.filter(type="accepted").count() == 2
    assert order.gig.stats.orders_completed == 2
    # The second line of defence held: the books know the posting by its key.
    assert Transaction.objects.filter(kind="escrow_released").count() == 1


def test_an_acceptance_and_the_clock_at_once_release_the_money_once(meet_before):
    order = make_delivered_order()

    def by_the_clock():
        with clock.moved_to(order.auto_accept_at):
            return services.run_deadline(order_id=order.pk, kind=DeadlineKind.ACCEPT)

    meet_before(locks, "lock_order", (locks, "try_lock_order"))
    assert refusals(together(partial(accept, order), by_the_clock)) == []
    assert order.events.filter(type__in=["accepted", "auto_accepted"]).count() == 1
    assert wallet_of(order.seller).pending_fen == 9000


def ring(order):
    with clock.moved_to(order.auto_accept_at):
        return services.run_deadline(order_id=order.pk, kind=DeadlineKind.ACCEPT)


def test_two_workers_and_the_buyer_at_once_accept_once(meet_before):
    order = make_delivered_order()
    meet_before(locks, "lock_order", (locks, "try_lock_order"), parties=3)
    assert refusals(together(partial(ring, order), partial(ring, order), partial(accept, order))) == []
    assert order.events.filter(type__in=["accepted", "auto_accepted"]).count() == 1
    assert order.gig.stats.orders_completed == 1
    assert wallet_of(order.seller).pending_fen == 9000
    assert not OrderDeadline.objects.filter(order=order).exists()


def test_control_without_the_lock_both_workers_accept(meet_before, monkeypatch):
    order = make_delivered_order()
    monkeypatch.setattr(locks, "try_lock_order", lambda order_id: Order.objects.get(pk=order_id))
    meet_before(OrderDeadline, "delete")  # both have read the order, and that its clock has run out
    assert together(partial(ring, order), partial(ring, order)) == [True, True]
    assert order.events.filter(type="auto_accepted").count() == 2
    assert order.gig.stats.orders_completed == 2
    # The second line of defence held: the books know the posting by its key.
    assert Transaction.objects.filter(kind="escrow_released").count() == 1


def test_a_worker_passes_an_order_by_that_somebody_holds_and_comes_back():
    order = make_delivered_order()
    held, looked = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            locks.lock_order(order.pk)
            held.set()
            assert looked.wait(20)

    def work():
        assert held.wait(20)
        try:
            return ring(order)
        finally:
            looked.set()

    assert together(hold, work) == [None, False]
    assert OrderDeadline.objects.filter(order=order, kind=DeadlineKind.ACCEPT).exists()
    assert ring(order) is True
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED


def test_of_an_acceptance_and_a_dispute_at_once_one_wins(meet_before):
    order = make_delivered_order()
    meet_before(locks, "lock_order")
    (refusal,) = refusals(together(partial(accept, order), partial(dispute, order)))
    assert isinstance(refusal, OrderError)
    assert refusal.code == OrderErrorCode.WRONG_STATE
    order.refresh_from_db()
    released = Transaction.objects.filter(kind="escrow_released").exists()
    assert (order.status, released) in {(OrderStatus.COMPLETED, True), (OrderStatus.DISPUTED, False)}


def test_control_without_the_lock_a_disputed_orders_money_is_gone(locks_off):
    order = make_delivered_order()
    assert refusals(together(partial(accept, order), partial(dispute, order))) == []
    types = set(order.events.values_list("type", flat=True))
    assert {"accepted", "dispute_opened"} <= types
    assert Transaction.objects.filter(kind="escrow_released").exists()


def test_of_a_delivery_and_a_cancellation_at_once_one_wins(meet_before):
    order = make_paid_order()
    meet_before(locks, "lock_order")
    (refusal,) = refusals(together(partial(deliver, order), partial(cancel_very_late, order)))
    assert refusal.code == OrderErrorCode.WRONG_STATE
    order.refresh_from_db()
    outcome = (order.status, order.deliveries.count(), Refund.objects.filter(order=order).count())
    assert outcome in {(OrderStatus.DELIVERED, 1, 0), (OrderStatus.CANCELLED, 0, 1)}


def test_control_without_the_lock_a_delivered_order_is_refunded_too(locks_off):
    order = make_paid_order()
    assert refusals(together(partial(deliver, order), partial(cancel_very_late, order))) == []
    assert (order.deliveries.count(), Refund.objects.filter(order=order).count()) == (1, 1)


def test_two_cancellations_at_once_owe_one_refund(meet_before):
    order = make_paid_order(gig=make_gig(requirements=1))
    meet_before(locks, "lock_order")
    sides = [partial(services.cancel_order, order_id=order.pk, user=user) for user in (order.buyer, order.seller)]
    assert refusals(together(*sides)) == []
    assert Refund.objects.filter(order=order).count() == 1


def test_control_without_the_lock_only_the_database_stops_the_second_refund(locks_off, meet_before):
    order = make_paid_order(gig=make_gig(requirements=1))
    meet_before(Order, "save")
    sides = [partial(services.cancel_order, order_id=order.pk, user=user) for user in (order.buyer, order.seller)]
    (refusal,) = refusals(together(*sides))
    # Both sides' programs owed the whole price; the trigger of orders' migration 0002 let one of them.
    assert isinstance(refusal, IntegrityError)
    assert "refunds of order" in str(refusal)
    assert Refund.objects.filter(order=order).count() == 1


def test_one_checkout_page_sent_twice_at_once_is_one_order(meet_before):
    buyer, package, key = make_user(), make_gig(requirements=1).packages.get(), uuid4()
    meet_before(placing, "current_rules")  # both have looked for the key, neither has written it
    place = partial(services.place_order, buyer=buyer, package=package, checkout_key=key)
    first, second = together(place, place)
    assert first == second
    order = Order.objects.get()
    assert (order.items.count(), order.requirements.count(), order.events.count()) == (1, 1, 1)


def test_one_page_sent_twice_at_once_after_its_order_ended_is_one_more_order(meet_before):
    buyer, package, key = make_user(), make_gig().packages.get(), uuid4()
    place = partial(services.place_order, buyer=buyer, package=package, checkout_key=key)
    services.cancel_order(order_id=place().pk, user=buyer)
    meet_before(placing, "current_rules")
    first, second = together(place, place)
    assert first == second
    assert [order.status for order in Order.objects.order_by("pk")] == ["cancelled", "pending_payment"]


def test_one_page_sent_at_once_with_two_choices_is_two_orders(meet_before):
    buyer, key, packages = make_user(), uuid4(), [make_gig().packages.get() for _gig in range(2)]
    meet_before(placing, "current_rules")
    orders = together(
        *[partial(services.place_order, buyer=buyer, package=package, checkout_key=key) for package in packages]
    )
    assert [order.package for order in orders] == packages


def test_control_without_the_key_in_common_there_are_two_orders(meet_before):
    buyer, package = make_user(), make_gig().packages.get()
    meet_before(placing, "current_rules")
    pages = [partial(services.place_order, buyer=buyer, package=package, checkout_key=uuid4()) for _page in range(2)]
    assert refusals(together(*pages)) == []
    assert Order.objects.count() == 2
