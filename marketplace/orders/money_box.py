"""An order's money as its pages show it: what was paid, what goes back, who bears a refund. No writing, no queries."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from marketplace.core.money import FEN_PER_YUAN, CommissionSplit
from marketplace.orders.models import Order
from marketplace.orders.shares import split_of, split_of_refund
from marketplace.orders.states import FINAL_STATUSES, FUNDED_STATUSES, OrderStatus


def is_funded(order: Order) -> bool:
    """Whether the order's money lies in escrow now."""
    return order.status in FUNDED_STATUSES


@dataclass(frozen=True)
class MoneyBox:
    """The money of an order, as its page shows it: the lines above less the refunds are `sum_fen`, to the fen."""

    refunded_fen: int  # paid back
    owed_fen: int  # on its way back
    sum_fen: int
    sum_label: str
    is_in_escrow: bool
    promotion_fen: int  # what a coupon of the platform adds to the sum
    commission_fen: int
    seller_fen: int
    stamp: str
    stamp_tone: str


def money(order: Order) -> MoneyBox:
    """What was paid, what lies in escrow, what went where."""
    refunds = list(order.refunds.all())
    # A late payment of an order that was never paid in time is all the money there is to tell about.
    told = [refund for refund in refunds if not refund.payment_reference or order.paid_at is None]
    refunded = sum(refund.amount_fen for refund in told if refund.done_at)
    owed = sum(refund.amount_fen for refund in told if not refund.done_at)
    left = max(0, order.total_fen - refunded - owed)
    label, stamp, tone = _("Total"), _("Not paid"), "ink"
    if is_funded(order):
        label = stamp = _("In escrow")
        tone = ""
    elif order.status in (OrderStatus.COMPLETED, OrderStatus.RESOLVED) and left:
        label = stamp = _("Released")
        tone = ""
        if owed:  # not everything has arrived yet: the stamp speaks of what still moves
            stamp, tone = _("Refund on its way"), "ink"
    elif owed:
        stamp = _("Refund on its way")
    elif refunded:
        stamp, tone = _("Refunded"), ""
    split = split_of(order, min(left, order.total_fen))
    return MoneyBox(
        refunded_fen=refunded,
        owed_fen=owed,
        sum_fen=left,
        sum_label=label,
        is_in_escrow=is_funded(order),
        promotion_fen=split.promotion_fen,
        commission_fen=split.commission_fen,
        seller_fen=split.seller_fen,
        stamp=stamp,
        stamp_tone=tone,
    )


@dataclass(frozen=True)
class RefundTerms:
    """What the form of a part refund says: how much at most, and who bears it."""

    most_fen: int
    is_released: bool
    examples: list[tuple[int, CommissionSplit]]  # what goes back, and what of it the platform and the seller bear
    is_typed: bool  # the one example is what the seller typed

    @property
    def wallet_fen(self) -> int:
        """The most that would leave the wallet for any of the examples."""
        return max((split.seller_fen for _amount, split in self.examples), default=0) if self.is_released else 0


def refund_terms(order: Order, *, typed_fen: int = 0) -> RefundTerms:
    """The most that the seller may give back, and what the typed amount, or else two others, cost seller and platform."""
    most = order.refundable_fen
    amounts = [typed_fen] if typed_fen else sorted({min(100 * FEN_PER_YUAN, most), most})
    return RefundTerms(
        most_fen=most,
        is_released=order.status in FINAL_STATUSES,
        is_typed=bool(typed_fen),
        examples=[
            (
                amount,
                split_of_refund(order, kept_fen=order.kept_fen, refund_fen=amount),
            )
            for amount in amounts
        ],
    )
