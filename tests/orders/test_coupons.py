"""A coupon from the checkout to the books, and back when nothing was bought."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.ledger.models import AccountKind, Entry
from marketplace.ledger.postings_own_money import own_fen
from marketplace.orders import locks, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Coupon, CouponUse, Order, Refund
from marketplace.orders.states import OrderStatus
from marketplace.orders.tasks import run_due_deadlines
from marketplace.payments.audit import audit_money
from tests.factories import (
    decide_finally,
    make_category,
    make_coupon,
    make_finance,
    make_gig,
    make_order,
    make_paid_order,
    make_user,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def books(order: Order) -> dict[str, int]:
    """What stands on each kind of account for this order, in fen."""
    found: dict[str, int] = {}
    for kind, fen in Entry.objects.filter(transaction__reference=order.number).values_list(
        "account__kind", "amount_fen"
    ):
        found[kind] = found.get(kind, 0) + fen
    return {kind: fen for kind, fen in found.items() if fen}


def delivered(**choice) -> Order:
    order = make_paid_order(**choice)
    services.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。")
    return order


def completed(**choice) -> Order:
    order = delivered(**choice)
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    order.refresh_from_db()
    return order


def sound(order: Order) -> None:
    report = audit_money()
    # The payments of these tests have no row of payments: what gateways hold is not theirs to say.
    assert [line for line in report.violations if "by its documents" not in line] == []
    assert order.number


def test_the_buyer_pays_less_and_the_seller_gets_what_the_full_price_gives():
    coupon = make_coupon(amount_fen=700)
    order = completed(coupon_code=coupon.code.lower())
    assert (order.total_fen, order.discount_fen) == (9_300, 700)
    assert books(order) == {
        AccountKind.CLEARING: -9_300,
        AccountKind.USER_PENDING: 9_000,
        AccountKind.COMMISSION: 1_000,
        AccountKind.PROMOTIONS: -700,
    }
    coupon.refresh_from_db()
    assert (coupon.uses, coupon.spent_fen) == (1, 700)
    assert order.snapshot["bought"]["coupon"] == coupon.code
    assert own_fen() == 300  # of the fee, what the coupon left
    sound(order)


def test_the_audit_holds_promotions_against_the_orders():
    order = completed(coupon_code=make_coupon(amount_fen=700).code)
    Order.objects.filter(pk=order.pk).update(discount_fen=699)
    assert [line for line in audit_money().violations if "coupon" in line] == [
        f"order {order.number}: its coupon cost 700 fen by the books, 699 by the order"
    ]
    Order.objects.filter(pk=order.pk).update(discount_fen=0)
    assert [line for line in audit_money().violations if "coupon" in line] == [
        f"{order.number}: promotions moved -700 fen, and no released order has a coupon"
    ]


def test_a_coupon_never_gives_more_than_the_fee():
    order = make_order(coupon_code=make_coupon(amount_fen=5_000).code)
    assert (order.total_fen, order.discount_fen) == (9_000, 1_000)


def test_a_share_of_the_price_is_bounded():
    set_config(key="payments.commission_basis_points", value=3000, reason="测试")
    coupon = make_coupon(percent=20, cap_fen=1_500, most_uses_per_person=9)
    buyer = make_user()
    assert make_order(buyer=buyer, gig=make_gig(price_fen=5_000), coupon_code=coupon.code).discount_fen == 1_000
    assert make_order(buyer=buyer, gig=make_gig(price_fen=50_000), coupon_code=coupon.code).discount_fen == 1_500


def test_quantity_counts_before_the_coupon():
    order = make_order(coupon_code=make_coupon(amount_fen=5_000).code, quantity=3)
    assert (order.total_fen, order.discount_fen) == (27_000, 3_000)


def test_part_refunds_on_both_sides_of_the_release_leave_nothing_behind():
    order = delivered(coupon_code=make_coupon(amount_fen=700).code)
    services.refund_part(order_id=order.pk, actor=order.seller, amount_fen=1_234, reason="少做一版")
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    finance = make_finance()
    for amount in (1, 3_333, 1_000):
        services.refund_part(order_id=order.pk, actor=finance, amount_fen=amount, reason="补偿")
    sound(order)
    order.refresh_from_db()
    services.refund_part(order_id=order.pk, actor=finance, amount_fen=order.kept_fen, reason="补偿")
    for refund in Refund.objects.all():
        services.mark_refund_done(refund_id=refund.pk, gateway="alipay")
    assert books(order) == {}
    sound(order)


@pytest.mark.parametrize("how", ["decided", "agreed"])
@pytest.mark.parametrize("refund_fen", [0, 1, 4_000, 9_299, 9_300])
def test_the_end_of_a_dispute_shares_what_is_left_and_a_whole_refund_gives_the_coupon_back(refund_fen, how):
    coupon = make_coupon(amount_fen=700)
    order = delivered(coupon_code=coupon.code)
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="不符")
    if how == "decided":
        decide_finally(order, refund_fen=refund_fen)
    else:
        proposal = services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=refund_fen)
        services.accept_split(order_id=order.pk, proposal_id=proposal.pk, user=order.seller)
    kinds = books(order)
    assert kinds.get(AccountKind.ESCROW, 0) == refund_fen
    if refund_fen == 0:
        assert (kinds[AccountKind.USER_PENDING], kinds[AccountKind.PROMOTIONS]) == (9_000, -700)
    coupon.refresh_from_db()
    assert coupon.uses == (0 if refund_fen == 9_300 else 1)
    sound(order)


@pytest.mark.parametrize("how", ["agreed", "by silence"])
def test_a_coupon_comes_back_when_the_two_cancel_together(how):
    coupon = make_coupon(amount_fen=700)
    order = delivered(coupon_code=coupon.code)
    proposal = services.propose_cancellation(order_id=order.pk, user=order.seller)
    if how == "agreed":
        services.accept_cancellation(order_id=order.pk, proposal_id=proposal.pk, user=order.buyer)
    else:
        with clock.moved_to(proposal.expires_at):
            run_due_deadlines()
    assert order.refunds.get().amount_fen == 9_300
    coupon.refresh_from_db()
    assert (coupon.uses, coupon.spent_fen) == (0, 0)
    assert AccountKind.PROMOTIONS not in books(order)
    sound(order)


def test_a_coupon_comes_back_when_the_order_is_never_paid_or_cancelled_whole():
    coupon, buyer = make_coupon(first_order_only=True, most_uses=1, budget_fen=500), make_user()
    order = make_order(buyer=buyer, coupon_code=coupon.code)
    with pytest.raises(OrderError) as refusal:
        make_order(buyer=buyer, coupon_code=coupon.code)
    assert (refusal.value.code, refusal.value.parameters) == (OrderErrorCode.COUPON_HELD, {"number": order.number})
    services.cancel_order(order_id=order.pk, user=buyer)
    services.cancel_order(order_id=order.pk, user=buyer)  # a double click gives it back once
    coupon.refresh_from_db()
    assert (coupon.uses, coupon.spent_fen) == (0, 0)
    assert CouponUse.objects.get(order=order).returned_at is not None

    unpaid = make_order(buyer=buyer, coupon_code=coupon.code)
    Order.objects.filter(pk=unpaid.pk).update(payment_expires_at=timezone.now() - DAY)
    assert services.close_unpaid_order(order_id=unpaid.pk)

    paid = make_paid_order(buyer=buyer, gig=make_gig(requirements=1), coupon_code=coupon.code)
    services.cancel_order(order_id=paid.pk, user=paid.seller)
    assert paid.refunds.get().amount_fen == 9_500
    coupon.refresh_from_db()
    assert (coupon.uses, coupon.spent_fen) == (0, 0)


def test_one_page_sent_twice_uses_the_coupon_once():
    coupon, buyer, gig, key = make_coupon(most_uses=1), make_user(), make_gig(), uuid4()
    first, again = (make_order(buyer=buyer, gig=gig, coupon_code=coupon.code, checkout_key=key) for _twice in range(2))
    assert first == again
    coupon.refresh_from_db()
    assert coupon.uses == 1


def test_another_coupon_of_the_same_sum_is_another_choice_and_gives_the_first_one_back():
    first, second = make_coupon(amount_fen=500, most_uses=1), make_coupon(amount_fen=500, most_uses=1)
    buyer, gig, key = make_user(), make_gig(), uuid4()
    one, two = (
        make_order(buyer=buyer, gig=gig, coupon_code=coupon.code, checkout_key=key) for coupon in (first, second)
    )
    assert (one.pk != two.pk, one.discount_fen) == (True, two.discount_fen)
    assert two.snapshot["bought"]["coupon"] == second.code
    for coupon in (first, second):
        coupon.refresh_from_db()
    assert (first.uses, second.uses) == (0, 1)


def test_two_coupons_for_a_first_order_can_be_tried_one_after_the_other_on_one_page():
    coupons = [make_coupon(amount_fen=amount_fen, first_order_only=True) for amount_fen in (500, 800)]
    buyer, gig, key = make_user(), make_gig(), uuid4()
    orders = [make_order(buyer=buyer, gig=gig, coupon_code=coupon.code, checkout_key=key) for coupon in coupons]
    assert CouponUse.objects.get(returned_at=None).order == orders[1]
    orders[0].refresh_from_db()
    assert orders[0].status == OrderStatus.CANCELLED


def refusal_of(coupon_code: str, **choice) -> OrderErrorCode:
    before = Order.objects.count(), CouponUse.objects.count(), list(Coupon.objects.values_list("uses", "spent_fen"))
    with pytest.raises(OrderError) as refusal:
        make_order(coupon_code=coupon_code, **choice)
    after = Order.objects.count(), CouponUse.objects.count(), list(Coupon.objects.values_list("uses", "spent_fen"))
    assert after == before
    return OrderErrorCode(refusal.value.code)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"is_active": False}, OrderErrorCode.COUPON_OVER),
        ({"starts_at": timezone.now() + DAY}, OrderErrorCode.COUPON_OVER),
        ({"starts_at": timezone.now() - 3 * DAY, "ends_at": timezone.now() - DAY}, OrderErrorCode.COUPON_OVER),
        ({"minimum_fen": 10_001}, OrderErrorCode.COUPON_MINIMUM),
        ({"most_uses": 0}, OrderErrorCode.COUPON_USED_UP),
        ({"budget_fen": 499}, OrderErrorCode.COUPON_USED_UP),
    ],
    ids=["switched off", "not yet", "no longer", "too small an order", "no uses left", "no budget left"],
)
def test_a_coupon_keeps_to_its_terms(terms, code):
    assert refusal_of(make_coupon(**terms).code) == code


@pytest.mark.parametrize("change", [{"amount_fen": 400}, {"amount_fen": 600}, {"is_active": False}], ids=str)
def test_what_staff_changes_between_the_sum_and_the_lock_is_not_given(monkeypatch, change):
    coupon, lock = make_coupon(), locks.lock_coupon

    def changed_meanwhile(coupon_id):
        Coupon.objects.filter(pk=coupon_id).update(**change)
        return lock(coupon_id)

    monkeypatch.setattr(locks, "lock_coupon", changed_meanwhile)
    code = OrderErrorCode.COUPON_OVER if "is_active" in change else OrderErrorCode.OFFER_CHANGED
    assert refusal_of(coupon.code) == code


def test_an_unknown_code_is_refused_not_ignored():
    assert refusal_of("没有这张") == OrderErrorCode.COUPON_UNKNOWN


def test_a_platform_without_a_fee_has_nothing_to_give():
    set_config(key="payments.commission_basis_points", value=0, reason="测试")
    assert refusal_of(make_coupon().code) == OrderErrorCode.COUPON_NO_GAIN


def test_a_coupon_of_a_category_holds_for_its_subcategories_and_nothing_else():
    parent = make_category()
    coupon = make_coupon()
    coupon.categories.add(parent)
    assert refusal_of(coupon.code) == OrderErrorCode.COUPON_ELSEWHERE
    assert make_order(gig=make_gig(category=make_category(parent=parent)), coupon_code=coupon.code).discount_fen == 500


def test_a_coupon_is_used_as_often_as_one_person_may():
    buyer, coupon = make_user(), make_coupon(most_uses_per_person=2)
    for _twice in range(2):
        make_paid_order(buyer=buyer, coupon_code=coupon.code)
    assert refusal_of(coupon.code, buyer=buyer) == OrderErrorCode.COUPON_USED_BY_YOU
    assert make_order(coupon_code=coupon.code).discount_fen == 500


def test_a_first_order_is_one_for_all_coupons_of_the_kind():
    buyer, coupons = make_user(), [make_coupon(first_order_only=True) for _two in range(2)]
    make_order(buyer=buyer, coupon_code=coupons[0].code)
    assert refusal_of(coupons[1].code, buyer=buyer) == OrderErrorCode.COUPON_HELD
    regular = make_paid_order().buyer
    assert refusal_of(coupons[1].code, buyer=regular) == OrderErrorCode.COUPON_FIRST_ORDER


def test_a_first_order_that_came_to_nothing_was_none():
    coupon, buyer = make_coupon(first_order_only=True), make_user()
    cancelled = make_paid_order(buyer=buyer, coupon_code=coupon.code)
    services.cancel_order(order_id=cancelled.pk, user=cancelled.seller)
    disputed = delivered(buyer=buyer, coupon_code=coupon.code)
    services.open_dispute(order_id=disputed.pk, user=buyer, reason="不符")
    decide_finally(disputed, refund_fen=disputed.total_fen)
    coupon.refresh_from_db()
    assert coupon.uses == 0
    half = delivered(buyer=buyer, coupon_code=coupon.code)
    assert half.discount_fen == 500
    services.open_dispute(order_id=half.pk, user=buyer, reason="不符")
    decide_finally(half, refund_fen=1)
    assert refusal_of(make_coupon(first_order_only=True).code, buyer=buyer) == OrderErrorCode.COUPON_USED_BY_YOU


def test_a_purchase_that_stands_is_a_first_order_although_a_part_went_back():
    order = delivered()
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="不符")
    decide_finally(order, refund_fen=1)
    code = make_coupon(first_order_only=True).code
    assert refusal_of(code, buyer=order.buyer) == OrderErrorCode.COUPON_FIRST_ORDER


def test_a_code_that_folds_to_more_than_fits_is_said_at_its_field():
    with pytest.raises(ValidationError, match="code"):
        make_coupon(code="㍿" * 10)
    assert make_coupon(code="㍿").code == "株式会社"


def test_a_coupon_says_one_thing_or_the_other():
    for terms in ({"percent": 10}, {"amount_fen": 100, "percent": 10, "cap_fen": 5}, {"amount_fen": 0}):
        with pytest.raises(ValidationError):
            make_coupon(**terms)
    coupon = make_coupon()
    with pytest.raises(IntegrityError, match="orders_coupon_amount_or_percent"), transaction.atomic():
        Coupon.objects.filter(pk=coupon.pk).update(percent=10, cap_fen=5)
    make_order(coupon_code=coupon.code)
    coupon.refresh_from_db()
    coupon.most_uses = 0
    with pytest.raises(ValidationError, match="most_uses"):
        coupon.full_clean()
