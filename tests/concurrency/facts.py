"""What is so about one order at one moment: which of the operations have something to do."""

from enum import StrEnum, auto

from marketplace.ledger.models import Clearing
from marketplace.ledger.selectors import wallet_of
from marketplace.orders.models import Order, OrderKind, RefundStatus
from marketplace.orders.states import FUNDED_STATUSES, REFUNDABLE_STATUSES, OrderStatus
from marketplace.payments.gateways.base import PaymentState, RefundState, SettleState
from marketplace.payments.models import PaymentStatus, PayoutStatus
from tests.concurrency.world import World


class Fact(StrEnum):
    PENDING_PAYMENT = auto()
    AWAITING_REQUIREMENTS = auto()
    IN_PROGRESS = auto()
    DELIVERED = auto()
    REVISION_REQUESTED = auto()
    DISPUTED = auto()
    FUNDED = auto()  # the price lies in escrow, and nobody quarrels about it
    RELEASED = auto()
    UNDECIDED = auto()  # an attempt that we do not know the end of
    AT_CASHIER = auto()  # the institution knows an attempt
    OPEN_AT_CASHIER = auto()
    CLOSED_AT_CASHIER = auto()
    UNTOLD = auto()
    TOLD = auto()
    REFUND_OWED = auto()
    REFUND_UNDER_WAY = auto()
    REFUND_STUCK = auto()
    CLEARING = auto()
    MONEY_AVAILABLE = auto()
    PAYOUT_AWAITING = auto()
    PAYOUT_APPROVED = auto()
    PAYOUT_SENT = auto()
    PAYOUT_PAID = auto()
    HELD = auto()  # custody: the institution holds it, and the order is over
    SETTLING = auto()
    STAGE = auto()  # of an agreement in stages


_PAYOUTS = {
    PayoutStatus.AWAITING_APPROVAL: Fact.PAYOUT_AWAITING,
    PayoutStatus.APPROVED: Fact.PAYOUT_APPROVED,
    PayoutStatus.SENT: Fact.PAYOUT_SENT,
    PayoutStatus.AWAITING_PAYEE: Fact.PAYOUT_SENT,
    PayoutStatus.PAID: Fact.PAYOUT_PAID,
}
_REFUNDS = {
    RefundStatus.DUE: Fact.REFUND_OWED,
    RefundStatus.SENT: Fact.REFUND_OWED,
    RefundStatus.STUCK: Fact.REFUND_STUCK,
}


def facts_of(world: World, order_id: int) -> set[Fact]:
    """The facts about one order, its payments, refunds and its seller's withdrawals, read now."""
    order = Order.objects.select_related("seller").get(pk=order_id)
    facts = {Fact(order.status)} if order.status in set(Fact) else set()
    if order.kind == OrderKind.STAGE:
        facts.add(Fact.STAGE)
    if order.status in FUNDED_STATUSES and order.status in REFUNDABLE_STATUSES:
        facts.add(Fact.FUNDED)
    if order.status in (OrderStatus.COMPLETED, OrderStatus.RESOLVED):
        facts.add(Fact.RELEASED)
    for payment in order.payments.all():
        facts |= _facts_of_payment(world, payment, is_over=Fact.RELEASED in facts)
    facts |= {_REFUNDS[refund.status] for refund in order.refunds.all() if refund.status in _REFUNDS}
    facts |= {Fact.TOLD if notice.acknowledged else Fact.UNTOLD for notice in world.notices(order)}
    if Clearing.objects.filter(reference=f"order:{order.number}:release", cleared_at=None).exists():
        facts.add(Fact.CLEARING)
    wallet = wallet_of(order.seller)
    if wallet and wallet.available_fen and not world.is_custody:
        facts.add(Fact.MONEY_AVAILABLE)
    facts |= {_PAYOUTS[payout.status] for payout in order.seller.payouts.all() if payout.status in _PAYOUTS}
    return facts


def _facts_of_payment(world: World, payment, *, is_over: bool) -> set[Fact]:
    facts = {Fact.UNDECIDED} if payment.status == PaymentStatus.PENDING else set()
    trade = world.institutions[payment.gateway].trade_of(payment.out_trade_no)
    if trade is None:
        return facts
    facts.add(Fact.AT_CASHIER)
    match trade.state:
        case PaymentState.PENDING:
            facts.add(Fact.OPEN_AT_CASHIER)
        case PaymentState.CLOSED:
            facts.add(Fact.CLOSED_AT_CASHIER)
    if any(refund.state == RefundState.PROCESSING for refund in trade.refunds.values()):
        facts.add(Fact.REFUND_UNDER_WAY)
    if trade.sub_merchant_id and is_over:
        facts.add(Fact.HELD)
    if trade.split is not None and trade.split.state == SettleState.PROCESSING:
        facts.add(Fact.SETTLING)
    return facts
