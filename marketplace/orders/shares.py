"""Who gets what of an order's money. The one place that knows of its rate, its coupon and its refunds together."""

from marketplace.core.money import CommissionSplit, share_of
from marketplace.orders.models import Order


def split_of(order: Order, kept_fen: int | None = None) -> CommissionSplit:
    """The seller's share, the platform's fee and its coupon when `kept_fen` of what the buyer paid are kept.

    `kept_fen` is what is left of the price now, unless somebody asks what would be. Raises ValueError outside 0..total.
    """
    return share_of(
        paid_fen=order.total_fen,
        discount_fen=order.discount_fen,
        kept_fen=order.kept_fen if kept_fen is None else kept_fen,
        rate_basis_points=order.commission_basis_points,
    )


def split_of_refund(order: Order, *, kept_fen: int, refund_fen: int) -> CommissionSplit:
    """How a refund is borne when `kept_fen` were shared so far: what seller, fee and coupon lose by it, in fen.

    The difference of two splits, so that several refunds lose no fen either. Raises ValueError for more than there is.
    """
    before, after = split_of(order, kept_fen), split_of(order, kept_fen - refund_fen)
    return CommissionSplit(
        commission_fen=before.commission_fen - after.commission_fen,
        seller_fen=before.seller_fen - after.seller_fen,
        promotion_fen=before.promotion_fen - after.promotion_fen,
    )
