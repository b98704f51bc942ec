"""Custody: the licensed institution holds the money, and our books mirror it (非银行支付机构监督管理条例, article 6).

A payment lands, frozen, in the seller's own account at the institution (WeChat 平台收付通, Alipay 直付通). When the
seller's earnings have cleared, a `Settlement` row asks the institution to split our fee off and to release the rest.
A refund of settled money is a saga: the split comes back first (`SettlementReturn`), then the money goes to the buyer.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.identifiers import new_reference
from marketplace.ledger import postings_custody
from marketplace.ledger.errors import LedgerError
from marketplace.ledger.selectors import reversed_release, seller_share_fen
from marketplace.orders import locks as order_locks
from marketplace.orders.models import Order, Refund
from marketplace.payments import locks, selectors
from marketplace.payments.errors import PaymentError, PaymentErrorCode
from marketplace.payments.gateways import custody_gateway
from marketplace.payments.gateways.base import (
    GatewayError,
    Rejected,
    SettleRequest,
    SettleReturnRequest,
    SettleSnapshot,
    SettleState,
)
from marketplace.payments.models import (
    Payment,
    Settlement,
    SettlementReturn,
    SettlementStatus,
)
from marketplace.payments.states import STAFF, require_settlement_move

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 30, 3600
# What may pass between the delivery and the end of the freeze besides the clocks: revisions, a dispute (facts/marketplace.md).
FREEZE_RESERVE_DAYS = 15


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
    longest = longest_delivery_days(gateway_code)
    if order.delivery_days > longest:
        raise PaymentError(PaymentErrorCode.TOO_LONG_FOR_GATEWAY, days=longest)
    return number


def longest_delivery_days(gateway_code: str) -> int:
    """How many days of work fit into the freeze: it must outlast acceptance, clearing and a reserve for a dispute."""
    clocks = get_config("orders.auto_accept_days") + get_config("ledger.clearing_days") + FREEZE_RESERVE_DAYS
    return custody_gateway(gateway_code).freeze_limit_days - clocks


@transaction.atomic
def owe_settlement(*, payment_id: int) -> Settlement | None:
    """Ask for the settlement of one payment whose earnings have cleared; the seller's share leaves the wallet.

    Safe to run twice: a payment is settled once. Returns None while something of the order is still open, or while a
    refund of another order of this seller, on its way through the institution, has taken the share from the wallet.
    """
    order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
    order = order_locks.lock_order(order_id)
    payment = locks.lock_payment(payment_id)
    if existing := Settlement.objects.filter(payment=payment).first():
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
    request = _request_of(begun)
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
    settlement = locks.lock_settlement(settlement_id)
    if settlement.status not in (SettlementStatus.DUE, SettlementStatus.SENT):
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
    if snapshot.state == SettleState.DONE:
        require_settlement_move(settlement, SettlementStatus.DONE)
        if settlement.seller_fen:
            postings_custody.finish_settlement(
                gateway=settlement.payment.gateway,
                order_number=settlement.payment.order.number,
                settlement_reference=settlement.reference,
                amount_fen=settlement.seller_fen,
            )
        settlement.status, settlement.done_at, settlement.problem = SettlementStatus.DONE, clock.now(), ""
        settlement.gateway_no = snapshot.gateway_no
    elif snapshot.state == SettleState.FAILED:
        require_settlement_move(settlement, SettlementStatus.STUCK)
        settlement.status, settlement.problem = SettlementStatus.STUCK, snapshot.problem[:200]
    settlement.save()
    return settlement.status == SettlementStatus.DONE


@transaction.atomic
def retry_settlement(*, settlement_id: int, staff: User) -> Settlement:
    """Finance has cleared the cause: let the job ask again, under the same reference. Raises PermissionDenied."""
    if not staff.has_perm("payments.change_settlement"):
        raise PermissionDenied
    settlement = locks.lock_settlement(settlement_id)
    if settlement.status == SettlementStatus.STUCK:
        require_settlement_move(settlement, SettlementStatus.DUE, actor=STAFF)
        settlement.status, settlement.problem, settlement.attempts = SettlementStatus.DUE, "", 0
        settlement.next_attempt_at = clock.now()
        settlement.save()
    return settlement


def take_back_settlement(*, refund: Refund, payment: Payment) -> bool:
    """The first step of refunding settled money: our fee comes back. Returns whether the refund itself may follow.

    True as well when nothing was settled: frozen money goes straight back to the buyer. Raises GatewayError; Rejected
    when the settlement itself waits for a person, who then has to look at both.
    """
    taken = _owe_return(refund_id=refund.pk, payment_id=payment.pk)
    if taken is None:
        settlement = Settlement.objects.filter(payment=payment).first()
        if settlement is not None and settlement.status == SettlementStatus.STUCK:
            raise Rejected("SETTLEMENT_STUCK", settlement.problem)
        return settlement is None
    if taken.status == SettlementStatus.DONE:
        return True
    request = SettleReturnRequest(
        out_trade_no=payment.out_trade_no,
        gateway_trade_no=payment.gateway_trade_no or "",
        reference=taken.reference,
        split_reference=taken.settlement.reference,
        amount_fen=taken.commission_fen,
        sub_merchant_id=payment.sub_merchant_id,
        remark=refund.order.number,
    )
    adapter = custody_gateway(payment.gateway)
    snapshot = SettleSnapshot(taken.reference, SettleState.DONE)  # a fee of nothing needs no return
    if taken.commission_fen:
        snapshot = adapter.query_return(request)
        if snapshot.state == SettleState.NOT_FOUND:
            snapshot = adapter.return_settle(request)
    return _apply_return(return_id=taken.pk, snapshot=snapshot)


@transaction.atomic
def _owe_return(*, refund_id: int, payment_id: int) -> SettlementReturn | None:
    """The return that belongs to a refund; None when the payment is not settled, or its settlement is still under way."""
    locks.lock_payment(payment_id)
    settlement = Settlement.objects.filter(payment_id=payment_id).first()
    if settlement is None or settlement.status != SettlementStatus.DONE:
        return None
    refund = Refund.objects.select_related("order").get(pk=refund_id)
    share = reversed_release(refund_reference=refund.reference)
    taken, _created = SettlementReturn.objects.get_or_create(
        refund=refund,
        defaults={
            "settlement": settlement,
            "reference": new_reference("SR"),
            "commission_fen": share.commission_fen,
            "seller_fen": share.seller_fen,
        },
    )
    return taken


@transaction.atomic
def _apply_return(*, return_id: int, snapshot: SettleSnapshot) -> bool:
    taken = locks.lock_settlement_return(return_id)
    if taken.status == SettlementStatus.DONE:
        return True
    if snapshot.state == SettleState.DONE:
        taken.status, taken.done_at, taken.problem = SettlementStatus.DONE, clock.now(), ""
    elif snapshot.state == SettleState.FAILED:
        # The refund keeps the problem: a person decides about it (hand_refund_to_a_person).
        raise Rejected("RETURN_FAILED", snapshot.problem)
    else:
        taken.status = SettlementStatus.SENT
    taken.save()
    return taken.status == SettlementStatus.DONE


def book_return(*, refund: Refund, payment: Payment) -> None:
    """The refund of settled money is done: the seller's share came from the seller's own account. Inside its transaction."""
    taken = SettlementReturn.objects.filter(refund=refund).select_related("settlement__seller").first()
    if taken is None or not taken.seller_fen:
        return
    postings_custody.return_settlement(
        gateway=payment.gateway,
        seller=taken.settlement.seller,
        order_number=refund.order.number,
        refund_reference=refund.reference,
        amount_fen=taken.seller_fen,
    )


def warn_of_freeze_ends() -> int:
    """Log an error for each payment that the institution will soon release by itself. Returns how many."""
    ending = selectors.payments_near_freeze_end()
    for payment in ending:
        logger.error("%s: the freeze of %s ends soon and its order is not over", payment.gateway, payment.out_trade_no)
    return len(ending)


def _request_of(settlement: Settlement) -> SettleRequest:
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
