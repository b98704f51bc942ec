"""Refunds that race each other and the release. Each race has its control without the lock."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import IntegrityError, connections

from marketplace.ledger import services as ledger
from marketplace.ledger.audit import audit_books
from marketplace.ledger.models import Account, Clearing
from marketplace.ledger.selectors import wallet_of
from marketplace.orders import locks, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Refund
from tests.databases import together
from tests.factories import make_completed_order, make_delivered_order, make_gig, make_paid_order, make_user

pytestmark = pytest.mark.usefixtures("committed_db")


def give_back(order, amount_fen):
    return services.refund_part(order_id=order.pk, actor=order.seller, amount_fen=amount_fen, reason="退一部分")


def refusals(results):
    return [result for result in results if isinstance(result, Exception)]


def test_two_refunds_at_once_never_exceed_the_price(meet_before):
    order = make_completed_order()
    meet_before(locks, "lock_order")
    (refusal,) = refusals(together(partial(give_back, order, 6_000), partial(give_back, order, 6_000)))
    assert isinstance(refusal, OrderError)
    assert refusal.code == OrderErrorCode.REFUND_TOO_LARGE
    assert Refund.objects.get().amount_fen == 6_000
    assert audit_books().violations == []


def test_control_without_the_lock_the_program_would_give_back_too_much(locks_off, meet_before):
    order = make_completed_order()
    meet_before(Refund.objects, "create")
    (refusal,) = refusals(together(partial(give_back, order, 6_000), partial(give_back, order, 6_000)))
    # Both passed the check of the program; the database's own guard is what stopped the second.
    assert isinstance(refusal, IntegrityError)
    assert "refunds of order" in str(refusal)


def test_a_refund_that_is_booked_and_one_that_is_decided_at_once_do_not_wait_for_each_other_for_ever(meet_before):
    """One moves the escrow and then the wallet, the other the wallet and then the escrow: the order keeps them apart."""
    order = make_completed_order()
    first = give_back(order, 1_000)
    meet_before(locks, "lock_order")
    book = partial(services.mark_refund_done, refund_id=first.pk, gateway="alipay")
    booked, decided = together(book, partial(give_back, order, 1_000))
    assert booked is True
    assert isinstance(decided, Refund)
    assert Account.objects.get(code=f"escrow:{order.number}").balance_fen == 1_000
    assert audit_books().violations == []


def test_a_refund_and_an_acceptance_at_once_share_the_price_exactly(meet_before):
    order = make_delivered_order()
    meet_before(locks, "lock_order")
    accept = partial(services.accept_delivery, order_id=order.pk, buyer=order.buyer)
    assert refusals(together(partial(give_back, order, 4_000), accept)) == []
    assert wallet_of(order.seller).pending_fen == 5_400
    assert Clearing.objects.get().amount_fen == 5_400
    assert Account.objects.get(code=f"escrow:{order.number}").balance_fen == 4_000
    assert audit_books().violations == []


def test_control_without_the_lock_the_release_forgets_the_refund(locks_off, meet_before):
    order = make_delivered_order()
    meet_before(Refund.objects, "create", (ledger, "release_escrow"))
    accept = partial(services.accept_delivery, order_id=order.pk, buyer=order.buyer)
    together(partial(give_back, order, 4_000), accept)
    escrow = Account.objects.get(code=f"escrow:{order.number}").balance_fen
    assert (escrow, sum(Refund.objects.values_list("amount_fen", flat=True))) == (0, 4_000)  # owed, and nothing there


def test_five_hundred_orders_refunded_twice_at_once_are_refunded_once_each():
    """Formance's shape (facts/reliability.md, section 1): exactly as many succeed as there are orders."""
    count, gig, buyer = 500, make_gig(), make_user()
    orders = [make_paid_order(gig=gig, buyer=buyer) for _ in range(count)]

    def attempt(order):
        try:
            give_back(order, 6_000)
        except OrderError as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, [order for order in orders for _ in range(2)]))
    assert results.count("done") == count
    assert results.count(OrderErrorCode.REFUND_TOO_LARGE) == count
    assert Refund.objects.count() == count
    assert audit_books().violations == []
