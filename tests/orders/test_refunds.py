"""A part of the price given back: out of escrow, out of released income, and as a debt."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.core import clock
from marketplace.core.money import split_commission
from marketplace.ledger import services as ledger
from marketplace.ledger.models import Account, Clearing
from marketplace.ledger.selectors import reversed_release, wallet_of
from marketplace.ledger.tasks import clear_due_earnings
from marketplace.orders import services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Refund, RefundStatus
from marketplace.orders.selectors import can_pay_back, escrow_of_sales
from marketplace.orders.services.refunds import owe_refund
from marketplace.payments.audit import audit_money
from tests.factories import (
    decide_finally,
    make_completed_order,
    make_delivered_order,
    make_finance,
    make_gig,
    make_moderator,
    make_order,
    make_paid_order,
    make_seller,
)

pytestmark = pytest.mark.django_db


def give_back(order, amount_fen, *, actor=None):
    return services.refund_part(
        order_id=order.pk, actor=actor or order.seller, amount_fen=amount_fen, reason="少做了一个方案"
    )


def pay_back(refund):
    services.mark_refund_done(refund_id=refund.pk, gateway="alipay")


def balance(code):
    return Account.objects.filter(code=code).values_list("balance_fen", flat=True).first() or 0


def violations():
    """Without the sentence on payments: the factories capture money that no payment row tells of."""
    return [line for line in audit_money().violations if "by its documents" not in line]


@pytest.fixture(autouse=True)
def _books_balance():
    yield
    assert violations() == []


def test_a_part_given_back_while_the_work_goes_on_is_not_released():
    order = make_paid_order()
    refund = give_back(order, 2_500)
    assert (refund.amount_fen, refund.status) == (2_500, RefundStatus.DUE)
    assert balance(f"escrow:{order.number}") == 10_000  # until the gateway has paid it back
    pay_back(refund)
    assert balance(f"escrow:{order.number}") == 7_500
    services.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。")
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    assert wallet_of(order.seller).pending_fen == 6_750
    assert balance(f"escrow:{order.number}") == 0


def test_a_part_still_on_its_way_when_the_work_is_accepted_stays_in_escrow():
    order = make_delivered_order()
    refund = give_back(order, 2_500)
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    assert balance(f"escrow:{order.number}") == 2_500
    assert violations() == []
    pay_back(refund)
    assert balance(f"escrow:{order.number}") == 0
    assert wallet_of(order.seller).pending_fen == 6_750


def test_cancelling_gives_back_only_what_is_left():
    order = make_paid_order()
    pay_back(give_back(order, 4_000))
    services.cancel_order(order_id=order.pk, user=order.seller)
    assert sorted(Refund.objects.values_list("amount_fen", flat=True)) == [4_000, 6_000]


def test_a_mediator_shares_only_what_is_left():
    order = make_delivered_order()
    pay_back(give_back(order, 4_000))
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="不满意")
    services.answer_dispute(order_id=order.pk, user=order.seller, text="做完了。")
    with pytest.raises(ValueError, match="still holds 6000"):
        services.decide_dispute(order_id=order.pk, mediator=make_moderator(), refund_fen=6_001, explanation="各一半")
    decide_finally(order, refund_fen=3_000)
    assert wallet_of(order.seller).pending_fen == 2_700


def test_after_the_release_the_pending_income_of_the_order_shrinks():
    order = make_completed_order()
    refund = give_back(order, 1_000)
    share = reversed_release(refund_reference=refund.reference)
    assert (share.commission_fen, share.seller_fen) == (100, 900)
    assert wallet_of(order.seller).pending_fen == 8_100
    assert Clearing.objects.get().amount_fen == 8_100
    pay_back(refund)
    assert balance(f"escrow:{order.number}") == 0


def test_all_of_a_completed_order_can_go_back_and_nothing_is_left_to_clear():
    order = make_completed_order()
    pay_back(give_back(order, 10_000))
    wallet = wallet_of(order.seller)
    assert (wallet.pending_fen, wallet.available_fen) == (0, 0)
    with clock.moved_to(Clearing.objects.get().clears_at + timedelta(days=1)):
        assert clear_due_earnings() == 0
    with pytest.raises(OrderError) as refusal:
        give_back(order, 1)
    assert refusal.value.code == OrderErrorCode.REFUND_TOO_LARGE


def cleared_and_spent(spent_fen):
    """A completed order whose income was cleared, and of which the seller took some out."""
    order = make_completed_order()
    with clock.moved_to(Clearing.objects.get().clears_at):
        clear_due_earnings()
    legs = [
        ledger.Leg(wallet_of(order.seller).available_account, -spent_fen),
        ledger.Leg(ledger.clearing_account("alipay"), spent_fen),
    ]
    ledger.post(kind="payout_paid", key=f"spend:{order.number}", legs=legs)
    return order


def test_what_the_seller_no_longer_has_becomes_a_debt_that_later_income_repays():
    order = cleared_and_spent(8_000)
    pay_back(give_back(order, 5_000, actor=make_finance()))
    wallet = wallet_of(order.seller)
    assert wallet.available_fen == 0
    assert balance(f"user:{order.seller_id}:debt") == -3_500  # 4500 of the 5000 were the seller's, 1000 were there
    assert wallet.debt_fen == 3_500

    again = make_completed_order(gig=make_gig(seller=order.seller))
    with clock.moved_to(Clearing.objects.get(reference=f"order:{again.number}:release").clears_at):
        assert clear_due_earnings() == 1
    assert balance(f"user:{order.seller_id}:debt") == 0
    assert wallet_of(order.seller).available_fen == 9_000 - 3_500


def test_the_form_says_that_the_wallet_is_short_where_the_service_would_refuse(client):
    order = cleared_and_spent(8_000)
    client.force_login(order.seller, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("orders:refund_preview", args=[order.number])
    assert client.get(url, {"amount": "11.12"}).context["is_short"]
    assert not client.get(url, {"amount": "11.11"}).context["is_short"]
    give_back(order, 1_111)


def test_what_is_still_pending_covers_the_refund_of_its_own_order():
    order = make_completed_order()
    assert can_pay_back(order, 9_000)
    assert not can_pay_back(order, 9_001)
    make_completed_order(gig=make_gig(seller=order.seller))
    assert not can_pay_back(order, 9_001)  # what waits of another order is not touched


def test_a_sellers_goodwill_is_paid_by_the_sellers_own_money_only():
    order = cleared_and_spent(8_000)
    for amount_fen in (1_112, 5_000):  # nine tenths of it would be the seller's; 1,000 fen are left
        with pytest.raises(OrderError) as refusal:
            give_back(order, amount_fen)
        assert refusal.value.code == OrderErrorCode.REFUND_NOT_COVERED
    assert not Refund.objects.exists()
    assert wallet_of(order.seller).available_fen == 1_000
    pay_back(give_back(order, 1_111))
    assert (wallet_of(order.seller).available_fen, wallet_of(order.seller).debt_fen) == (0, 0)


def test_after_almost_a_year_nothing_can_be_given_back():
    order = make_completed_order()
    with clock.moved_to(order.paid_at + timedelta(days=361)), pytest.raises(OrderError) as refusal:
        give_back(order, 1_000)
    assert refusal.value.code == OrderErrorCode.REFUND_TOO_LATE
    assert not Refund.objects.exists()


def test_what_a_seller_is_shown_in_escrow_is_less_what_was_given_back():
    order = make_delivered_order()
    give_back(order, 4_000)
    assert escrow_of_sales(order.seller) == {"amount_fen": 6_000, "orders": 1}
    assert balance(f"escrow:{order.number}") == 10_000  # 4,000 of it still on the way to the buyer


def test_several_small_refunds_take_back_exactly_what_one_large_one_would():
    order = make_completed_order()
    for amount_fen in (3_333, 3_333, 3_333, 1):
        pay_back(give_back(order, amount_fen))
    wallet = wallet_of(order.seller)
    assert (wallet.pending_fen, balance(f"escrow:{order.number}")) == (0, 0)
    shares = [reversed_release(refund_reference=refund.reference) for refund in Refund.objects.all()]
    assert sum(share.seller_fen for share in shares) == 9_000
    assert sum(share.commission_fen for share in shares) == 1_000


@settings(max_examples=1000)
@given(
    rate=st.integers(0, 3_000),
    parts=st.lists(st.integers(1, 1_000_000), min_size=1, max_size=8),
    left_fen=st.integers(0, 1_000_000),
)
def test_the_parts_of_refunds_never_leak_a_fen(rate, parts, left_fen):
    kept_fen = sum(parts) + left_fen
    whole = split_commission(amount_fen=kept_fen, rate_basis_points=rate)
    taken_fee = taken_share = 0
    for part in parts:
        before = split_commission(amount_fen=kept_fen, rate_basis_points=rate)
        after = split_commission(amount_fen=kept_fen - part, rate_basis_points=rate)
        fee, share = before.commission_fen - after.commission_fen, before.seller_fen - after.seller_fen
        assert fee >= 0
        assert share >= 0
        assert fee + share == part
        kept_fen, taken_fee, taken_share = kept_fen - part, taken_fee + fee, taken_share + share
    rest = split_commission(amount_fen=left_fen, rate_basis_points=rate)
    assert (whole.commission_fen - taken_fee, whole.seller_fen - taken_share) == (rest.commission_fen, rest.seller_fen)


@pytest.mark.parametrize("amount_fen", [0, -1, 10_000, 10_001])
def test_of_a_running_order_something_has_to_be_left(amount_fen):
    order = make_paid_order()
    with pytest.raises(OrderError) as refusal:
        give_back(order, amount_fen)
    assert refusal.value.code == OrderErrorCode.REFUND_TOO_LARGE
    assert "99.99" in refusal.value.message
    assert not Refund.objects.exists()


def test_finance_may_give_back_and_strangers_may_not():
    order = make_completed_order()
    for stranger in (order.buyer, make_seller(), make_moderator()):
        with pytest.raises(PermissionDenied):
            give_back(order, 1_000, actor=stranger)
    assert give_back(order, 1_000, actor=make_finance()).amount_fen == 1_000


def test_an_order_in_dispute_is_the_mediators():
    order = make_delivered_order()
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="不满意")
    with pytest.raises(OrderError) as refusal:
        give_back(order, 1_000)
    assert refusal.value.code == OrderErrorCode.WRONG_STATE


def test_an_unpaid_order_has_nothing_to_give_back():
    order = make_order()
    with pytest.raises(OrderError) as refusal:
        give_back(order, 1_000)
    assert refusal.value.code == OrderErrorCode.WRONG_STATE


def test_the_database_itself_refuses_refunds_above_the_price():
    order = make_paid_order()
    owe_refund(order, amount_fen=9_999, reason="x")
    with pytest.raises(IntegrityError, match="sum to 10001 fen, its price is 10000"), transaction.atomic():
        owe_refund(order, amount_fen=2, reason="x")
    owe_refund(order, amount_fen=50_000, reason="x", payment_reference="PA-late")  # never part of the price
    Refund.objects.filter(payment_reference="PA-late").delete()


def test_the_seller_gives_back_on_the_page(client):
    order = make_paid_order()
    client.force_login(order.seller)
    page = client.get(order.get_absolute_url())
    assert f"/orders/{order.number}/do/refund/" in page.content.decode()
    answer = client.post(f"/orders/{order.number}/do/refund/", {"amount": "25.5", "reason": "少做了一个方案"})
    assert answer.status_code == 302
    assert Refund.objects.get().amount_fen == 2_550
    too_much = client.post(f"/orders/{order.number}/do/refund/", {"amount": "99", "reason": "再退一点"})
    assert too_much.status_code == 422
    assert "再退一点" in too_much.content.decode()  # nothing typed is lost
    client.force_login(order.buyer)
    assert f"/orders/{order.number}/do/refund/" not in client.get(order.get_absolute_url()).content.decode()
