"""The first step of refunding settled money: our fee comes back to the seller's account, then the refund is paid from it.

A saga: each step is noted, asked for and booked by itself, and the next run goes on wherever it broke off.
"""

import logging

from django.core.exceptions import PermissionDenied
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.identifiers import new_reference
from marketplace.ledger import postings_custody
from marketplace.ledger.selectors import reversed_release
from marketplace.orders import locks as order_locks
from marketplace.orders import services as orders
from marketplace.orders.models import Refund
from marketplace.payments import custody_selectors, locks, selectors
from marketplace.payments.errors import CustodyError, CustodyErrorCode
from marketplace.payments.gateways import custody_gateway
from marketplace.payments.gateways.base import (
    GatewayError,
    Rejected,
    SettleReturnRequest,
    SettleSnapshot,
    SettleState,
)
from marketplace.payments.models import Payment, SettlementReturn, SettlementStatus
from marketplace.payments.states import STAFF, require_settlement_move

logger = logging.getLogger(__name__)


def take_back_settlement(*, refund: Refund, payment: Payment) -> bool:
    """Take our fee back for a refund. Returns whether the refund itself may follow.

    True as well when nothing was settled: frozen money goes straight back to the buyer. Where the settlement waits for a
    person, the refund is handed to one too. Raises GatewayError; Rejected when the return waits for a person.
    """
    taken = _begin_return(refund_id=refund.pk, payment_id=payment.pk)
    if taken is None:
        settlement = selectors.settlement_of(payment)
        if settlement is not None and settlement.status == SettlementStatus.STUCK:
            _wait_for_settlement(refund=refund, payment=payment)
        return settlement is None
    if taken.status == SettlementStatus.DONE:
        return True
    if taken.status == SettlementStatus.STUCK:
        raise Rejected("RETURN_STUCK", taken.problem)
    adapter, request = custody_gateway(payment.gateway), _request_of(taken)
    snapshot = SettleSnapshot(taken.reference, SettleState.DONE)  # a fee of nothing needs no return
    if taken.commission_fen:
        try:
            snapshot = adapter.query_return(request)
            if snapshot.state == SettleState.NOT_FOUND:
                snapshot = adapter.return_settle(request)
        except Rejected as refusal:
            snapshot = SettleSnapshot(taken.reference, SettleState.FAILED, problem=str(refusal))
    is_done = _apply_return(return_id=taken.pk, snapshot=snapshot)
    if not is_done and snapshot.state == SettleState.FAILED:
        raise Rejected("RETURN_STUCK", snapshot.problem)
    return is_done


@transaction.atomic
def _wait_for_settlement(*, refund: Refund, payment: Payment) -> None:
    """Hand a refund to the person who has the settlement before it, unless that one has moved on in the meantime.

    Whoever brings a settlement to an end lets the refunds behind it go on; one that is handed over after that would wait
    for nothing. So both look under the lock of the settlement.
    """
    order_locks.lock_order(refund.order_id)
    locks.lock_payment(payment.pk)
    known = selectors.settlement_of(payment)
    settlement = locks.lock_settlement(known.pk) if known is not None else None
    if settlement is None or settlement.status != SettlementStatus.STUCK:
        return
    logger.error("refund %s waits for the settlement %s, which needs a person", refund.reference, settlement.reference)
    problem = str(Rejected(custody_selectors.SETTLEMENT_STUCK, settlement.problem))
    orders.hand_refund_to_a_person(refund_id=refund.pk, problem=problem)


@transaction.atomic
def _begin_return(*, refund_id: int, payment_id: int) -> SettlementReturn | None:
    """The return that belongs to a refund, about to be asked for.

    None when the payment is not settled, or its settlement is still under way.
    """
    payment = locks.lock_payment(payment_id)
    settlement = selectors.settlement_of(payment)
    if settlement is None or settlement.status != SettlementStatus.DONE:
        return None
    refund = Refund.objects.select_related("order").get(pk=refund_id)
    share = reversed_release(refund_reference=refund.reference)
    known, _created = SettlementReturn.objects.get_or_create(
        refund=refund,
        defaults={
            "settlement": settlement,
            "reference": new_reference("SR"),
            "commission_fen": share.net_commission_fen,  # our coupon never left the buyer's pocket: nothing of it was split off
            "seller_fen": share.seller_fen,
        },
    )
    taken = locks.lock_settlement_return(known.pk)
    if taken.status == SettlementStatus.DUE:
        require_settlement_move(taken, SettlementStatus.SENT)
        taken.status = SettlementStatus.SENT
        taken.save(update_fields=["status", "updated_at"])
    return taken


@transaction.atomic
def _apply_return(*, return_id: int, snapshot: SettleSnapshot) -> bool:
    """Bring a return up to what its gateway says. Returns whether it is done."""
    taken = locks.lock_settlement_return(return_id)
    if taken.status == SettlementStatus.DONE:
        return True
    if snapshot.reference != taken.reference:
        return False  # an answer about the number before; this one has its own
    if snapshot.state == SettleState.DONE:
        require_settlement_move(taken, SettlementStatus.DONE)
        taken.status, taken.done_at, taken.problem = SettlementStatus.DONE, clock.now(), ""
    elif snapshot.state == SettleState.FAILED and taken.status != SettlementStatus.STUCK:
        logger.error("return %s failed and needs a person: %s", taken.reference, snapshot.problem)
        require_settlement_move(taken, SettlementStatus.STUCK)
        taken.status, taken.problem = SettlementStatus.STUCK, snapshot.problem[:200]
    taken.save()
    return taken.status == SettlementStatus.DONE


def retry_return(*, return_id: int, staff: User) -> SettlementReturn:
    """Finance has cleared the cause of a failed return: it and its refund go on.

    The institution is asked first. What failed there for good fails again under the same number, so it gets a new one;
    anything else goes on under the old one, so that nothing comes back twice.
    Raises PermissionDenied, and CustodyError NOT_WAITING, NO_ANSWER.
    """
    if not custody_selectors.may_decide(staff):
        raise PermissionDenied
    taken = SettlementReturn.objects.select_related("settlement__payment", "refund__order").get(pk=return_id)
    require_settlement_move(taken, SettlementStatus.DUE, actor=STAFF)
    try:
        asked = custody_gateway(taken.settlement.payment.gateway).query_return(_request_of(taken))
    except GatewayError as problem:
        logger.log(problem.log_level, "return %s: %s", taken.reference, problem)
        raise CustodyError(CustodyErrorCode.NO_ANSWER) from problem
    return _retry(return_id=return_id, asked=asked, staff=staff)


@transaction.atomic
def _retry(*, return_id: int, asked: SettleSnapshot, staff: User) -> SettlementReturn:
    order_locks.lock_order(SettlementReturn.objects.values_list("refund__order_id", flat=True).get(pk=return_id))
    taken = locks.lock_settlement_return(return_id)
    require_settlement_move(taken, SettlementStatus.DUE, actor=STAFF)
    if asked.reference != taken.reference:
        raise CustodyError(CustodyErrorCode.NOT_WAITING)  # somebody else was faster, and it failed again
    if asked.state == SettleState.FAILED:
        taken.reference = new_reference("SR")
    taken.status, taken.problem = SettlementStatus.DUE, ""
    taken.save(update_fields=["status", "problem", "reference", "updated_at"])
    staff_log.note(
        actor=staff,
        action="settlement_return.retry",
        subject=taken.settlement.seller,
        data={"return": asked.reference, "goes_on_as": taken.reference, "refund": taken.refund.reference},
    )
    orders.retry_refund(refund_id=taken.refund_id, staff=staff)
    return taken


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


def _request_of(taken: SettlementReturn) -> SettleReturnRequest:
    payment = taken.settlement.payment
    return SettleReturnRequest(
        out_trade_no=payment.out_trade_no,
        gateway_trade_no=payment.gateway_trade_no or "",
        reference=taken.reference,
        split_reference=taken.settlement.reference,
        amount_fen=taken.commission_fen,
        sub_merchant_id=payment.sub_merchant_id,
        remark=payment.order.number,
    )
