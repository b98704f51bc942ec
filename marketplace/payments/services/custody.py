"""Custody: the licensed institution holds the money, and our books mirror it (非银行支付机构监督管理条例, article 6).

A payment lands, frozen, in the seller's own account at the institution (WeChat 平台收付通, Alipay 直付通). When the
seller's earnings have cleared, a `Settlement` row asks the institution to split our fee off and to release the rest.
A refund of settled money takes the split back first (settlement_returns.py); what the institution refused, finance brings
to an end (settlement_repairs.py).
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.identifiers import new_reference
from marketplace.core.rules import rule
from marketplace.ledger import postings_custody
from marketplace.ledger.errors import LedgerError
from marketplace.ledger.selectors import seller_share_fen
from marketplace.orders import locks as order_locks
from marketplace.orders import services as orders
from marketplace.orders.channels import HeldWork
from marketplace.orders.models import Order
from marketplace.payments import custody_selectors, locks, selectors
from marketplace.payments.errors import PaymentError, PaymentErrorCode
from marketplace.payments.gateways import configured_gateways, custody_gateway, gateway
from marketplace.payments.gateways.base import (
    Capability,
    GatewayError,
    Rejected,
    SettleRequest,
    SettleSnapshot,
    SettleState,
)
from marketplace.payments.models import (
    Payment,
    Settlement,
    SettlementStatus,
)
from marketplace.payments.states import require_settlement_move

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 30, 3600
# What may pass between the promised delivery and the end of the freeze besides the clocks: waiting for requirements, revisions,
# the buyer's one pause, a dispute (facts/marketplace.md).
FREEZE_RESERVE_DAYS = 15
# Asking again changes neither.
_FOR_A_PERSON = (SettleState.FAILED, SettleState.PARTLY_DONE)


def is_custody() -> bool:
    """Whether the institution holds buyers' money; else our own merchant account does (sandbox only)."""
    return settings.SETTLEMENT_MODE == "custody"


def custody_account(*, order: Order, gateway_code: str) -> str:
    """Whose account a payment of this order lands in: the seller's number at the gateway, or "" outside custody.

    Raises PaymentError SELLER_NOT_AT_GATEWAY, or TOO_LONG_FOR_GATEWAY when the work may outlast the freeze.
    """
    if not is_custody():
        return ""
    number = selectors.active_sub_merchant_id(user_id=order.seller_id, gateway_code=gateway_code)
    if not number:
        raise PaymentError(PaymentErrorCode.SELLER_NOT_AT_GATEWAY)
    longest = longest_delivery_days(gateway_code, order=order)
    if order.delivery_days > longest:
        raise PaymentError(PaymentErrorCode.TOO_LONG_FOR_GATEWAY, days=longest)
    return number


def longest_delivery_days(gateway_code: str, *, order: Order | None = None) -> int:
    """How many days of work fit into the freeze: it must outlast acceptance, clearing and a reserve for a dispute.

    Of an `order` that is there, by the rules it was made under; else by those of today.
    """
    pinned = rule(order.rules, "orders.auto_accept_days") if order else get_config("orders.auto_accept_days")
    return (
        custody_gateway(gateway_code).freeze_limit_days
        - pinned
        - get_config("ledger.clearing_days")
        - FREEZE_RESERVE_DAYS
    )


def longest_work_by_channel() -> dict[str, int]:
    """The same of every channel that a buyer can choose and that can hold money, by its name for people: what an offer may
    promise (orders/channels.py). Whatever the mode of settlement is now: an agreement may outlive it."""
    holding = (code for code in configured_gateways() if Capability.CUSTODY in gateway(code).capabilities)
    return {str(code.label): longest_delivery_days(code) for code in holding}


def held_work(order: Order) -> HeldWork | None:
    """Until when the work of a paid order has to be delivered, however often more time is given (orders/channels.py): counted
    from the payment, since the freeze is. None where our own account holds the money."""
    payment = selectors.custody_payment_of(order)
    if payment is None or payment.paid_at is None:
        return None
    longest = timedelta(days=longest_delivery_days(payment.gateway, order=order))
    return HeldWork(payment.get_gateway_display(), payment.paid_at + longest)


@transaction.atomic
def owe_settlement(*, payment_id: int) -> Settlement | None:
    """Ask for the settlement of one payment whose earnings have cleared; the seller's share leaves the wallet.

    Safe to run twice: a payment is settled once; a cancelled settlement does not count. Returns None while something
    of the order is still open, or while a refund of another order of this seller, on its way through the institution,
    has taken the share from the wallet.
    """
    order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
    order = order_locks.lock_order(order_id)
    return owe_locked_settlement(order=order, payment=locks.lock_payment(payment_id))


def owe_locked_settlement(*, order: Order, payment: Payment) -> Settlement | None:
    """The same, for who has locked the order and then the payment in this transaction."""
    if existing := selectors.settlement_of(payment):
        return existing
    if not selectors.is_ready_to_settle(payment):
        return None
    left_fen = payment.amount_fen - selectors.refunded_fen(payment)
    if left_fen <= 0:
        return None  # all of it went back to the buyer: nothing is held any more
    seller_fen, reference = seller_share_fen(user=order.seller, order_number=order.number), new_reference("SE")
    if seller_fen:
        try:
            postings_custody.begin_settlement(
                seller=order.seller,
                order_number=order.number,
                settlement_reference=reference,
                amount_fen=seller_fen,
            )
        except LedgerError:
            logger.warning("settlement of %s waits for a refund of another order", payment.out_trade_no)
            payment.asked_at = clock.now()  # the others first
            payment.save(update_fields=["asked_at", "updated_at"])
            return None
    return Settlement.objects.create(
        payment=payment,
        seller=order.seller,
        reference=reference,
        commission_fen=left_fen - seller_fen,
        seller_fen=seller_fen,
        next_attempt_at=clock.now(),
    )


def send_settlement(*, settlement: Settlement) -> bool:
    """Carry out one settlement; an unknown answer is asked about next time. Returns whether it is done.

    Safe to run twice and after a crash at any line: the reference makes a repeated request the same settlement.
    """
    begun = _begin_attempt(settlement_id=settlement.pk)
    if begun is None:
        return False
    adapter = custody_gateway(begun.payment.gateway)
    request = request_of(begun)
    try:
        snapshot = adapter.query_settle(request) if begun.attempts > 1 else adapter.settle(request)
        if snapshot.state in (SettleState.NOT_FOUND, SettleState.PROCESSING) and begun.attempts > 1:
            snapshot = adapter.settle(request)
    except Rejected as problem:
        logger.error("settlement %s was refused and needs a person: %s", begun.reference, problem)
        snapshot = SettleSnapshot(begun.reference, SettleState.FAILED, problem=str(problem))
    except GatewayError as problem:
        logger.log(problem.log_level, "settlement %s: %s", begun.reference, problem)
        return False
    return apply_settle_snapshot(settlement_id=begun.pk, snapshot=snapshot)


@transaction.atomic
def _begin_attempt(*, settlement_id: int) -> Settlement | None:
    """None when it is not under way, another run of the job has asked a moment ago, or nothing may leave now."""
    settlement = locks.lock_settlement(settlement_id)
    if settlement.status == SettlementStatus.DUE and selectors.payouts_are_halted():
        return None
    is_under_way = settlement.status in (SettlementStatus.DUE, SettlementStatus.SENT)
    if not is_under_way or settlement.next_attempt_at > clock.now():
        return None
    pause = min(FIRST_PAUSE_SECONDS * 2**settlement.attempts, LONGEST_PAUSE_SECONDS)
    settlement.status = SettlementStatus.SENT
    settlement.attempts += 1
    settlement.next_attempt_at = clock.now() + timedelta(seconds=pause)
    settlement.save(update_fields=["status", "attempts", "next_attempt_at", "updated_at"])
    return settlement


@transaction.atomic
def apply_settle_snapshot(*, settlement_id: int, snapshot: SettleSnapshot) -> bool:
    """Bring a settlement up to what its gateway says; books it once. Returns whether it is done."""
    settlement = locks.lock_settlement(settlement_id)
    if settlement.status == SettlementStatus.DONE:
        return True
    if settlement.status == SettlementStatus.CANCELLED:
        if snapshot.state == SettleState.DONE:
            logger.error("settlement %s was cancelled, and the institution did it after all", settlement.reference)
        return False
    if snapshot.state == SettleState.DONE:
        require_settlement_move(settlement, SettlementStatus.DONE)
        # Those that were handed to a person only because this one was. Before anything is posted: refunds are locked first.
        for refund in custody_selectors.refunds_behind(settlement.payment.order):
            orders.resume_refund(refund_id=refund.pk)
        if settlement.seller_fen:
            postings_custody.finish_settlement(
                gateway=settlement.payment.gateway,
                order_number=settlement.payment.order.number,
                settlement_reference=settlement.reference,
                amount_fen=settlement.seller_fen,
            )
        settlement.status, settlement.done_at, settlement.problem = SettlementStatus.DONE, clock.now(), ""
        settlement.gateway_no = snapshot.gateway_no
    elif snapshot.state in _FOR_A_PERSON and settlement.status != SettlementStatus.STUCK:
        require_settlement_move(settlement, SettlementStatus.STUCK)
        settlement.status, settlement.problem = SettlementStatus.STUCK, snapshot.problem[:200]
    settlement.save()
    return settlement.status == SettlementStatus.DONE


def warn_of_freeze_ends() -> int:
    """Log an error for each payment that the institution will soon release by itself. Returns how many."""
    ending = selectors.payments_near_freeze_end()
    for payment in ending:
        logger.error("%s: the freeze of %s ends soon and its order is not over", payment.gateway, payment.out_trade_no)
    return len(ending)


def request_of(settlement: Settlement) -> SettleRequest:
    """What the institution is asked: about the account the payment landed in, whichever the seller's is now."""
    payment = settlement.payment
    return SettleRequest(
        out_trade_no=payment.out_trade_no,
        gateway_trade_no=payment.gateway_trade_no or "",
        reference=settlement.reference,
        commission_fen=settlement.commission_fen,
        seller_fen=settlement.seller_fen,
        sub_merchant_id=payment.sub_merchant_id,
        remark=payment.order.number,
    )
