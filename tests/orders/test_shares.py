"""Who gets what of an order's money, for any price, rate, coupon and sequence of refunds. To the fen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import split_commission
from marketplace.orders.models import Order
from marketplace.orders.shares import split_of, split_of_refund


@st.composite
def orders(draw, *, with_coupon: bool = True) -> Order:
    price_fen = draw(st.one_of(st.integers(2, 500), st.integers(2, 200_000_000)))
    rate = draw(st.integers(0, 3000))
    fee_fen = split_commission(amount_fen=price_fen, rate_basis_points=rate).commission_fen
    discount_fen = draw(st.integers(0, min(fee_fen, price_fen - 1))) if with_coupon else 0
    return Order(total_fen=price_fen - discount_fen, discount_fen=discount_fen, commission_basis_points=rate)


def parts(split):
    return split.seller_fen, split.commission_fen, split.promotion_fen, split.net_commission_fen


@given(orders())
def test_all_kept_gives_the_seller_what_the_full_price_would(order):
    full = split_commission(
        amount_fen=order.total_fen + order.discount_fen, rate_basis_points=order.commission_basis_points
    )
    split = split_of(order, order.total_fen)
    assert (split.seller_fen, split.commission_fen) == (full.seller_fen, full.commission_fen)
    assert split.promotion_fen == order.discount_fen
    assert split.paid_fen == order.total_fen


@given(orders(), st.lists(st.integers(1, 10**9), max_size=8))
def test_no_sequence_of_refunds_loses_a_fen_or_takes_from_anybody_twice(order, refunds):
    kept_fen = order.total_fen
    left = parts(split_of(order, kept_fen))
    for wanted in refunds:
        if not kept_fen:
            break
        refund_fen = 1 + wanted % kept_fen
        taken = split_of_refund(order, kept_fen=kept_fen, refund_fen=refund_fen)
        assert min(parts(taken)) >= 0
        assert taken.paid_fen == refund_fen
        kept_fen -= refund_fen
        left = tuple(part - gone for part, gone in zip(left, parts(taken), strict=True))
        assert left == parts(split_of(order, kept_fen))
        assert min(left) >= 0
        assert split_of(order, kept_fen).paid_fen == kept_fen
    if not kept_fen:
        assert left == (0, 0, 0, 0)


@given(orders(with_coupon=False), st.data())
def test_without_a_coupon_it_is_the_plain_split_of_what_is_kept(order, data):
    kept_fen = data.draw(st.integers(0, order.total_fen))
    plain = split_commission(amount_fen=kept_fen, rate_basis_points=order.commission_basis_points)
    assert split_of(order, kept_fen) == plain


@pytest.mark.parametrize(("discount_fen", "kept_fen"), [(1001, 9000), (100, 9901), (100, -1), (-1, 9000)])
def test_what_does_not_fit_is_refused(discount_fen, kept_fen):
    order = Order(total_fen=10_000 - discount_fen, discount_fen=discount_fen, commission_basis_points=1000)
    with pytest.raises(ValueError, match="cannot share"):
        split_of(order, kept_fen)
