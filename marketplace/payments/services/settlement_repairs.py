"""A settlement that the institution refused, and what finance can do about it: settle it again, or cancel it.

Both ask the institution first, outside any transaction. A number that failed there fails for ever, and only then a
settlement gets a new one: anything else might be done already, and would be done twice. So an answer counts only for the
row as it was when the question was put: whatever happened to it since, a colleague and the job may have done there too.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.ledger import postings_custody
from marketplace.ledger.selectors import reversed_release
from marketplace.orders import locks as order_locks
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import custody_selectors, locks
from marketplace.payments.errors import CustodyError, CustodyErrorCode
from marketplace.payments.gateways import custody_gateway
from marketplace.payments.gateways.base import GatewayError, SettleState
from marketplace.payments.models import Settlement, SettlementStatus
from marketplace.payments.services.custody import owe_locked_settlement, request_of
from marketplace.payments.states import STAFF, require_settlement_move

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Answer:
    """What the institution said, and about which version of the row."""

    state: SettleState
    attempts: int
    updated_at: datetime


def retry_settlement(*, settlement_id: int, staff: User) -> Settlement:
    """Finance has cleared the cause: the job asks again. Returns the settlement that goes on.

    Where the institution says that it failed for good, that is a new one under a new number, for what is left of the
    payment now, and the old one is cancelled. Else it is the same one under the same number.
    Raises PermissionDenied, and CustodyError NOT_WAITING, NO_ANSWER, or REFUND_FIRST when a new number is needed while
    something of the order is open.
    """
    answer = _ask(settlement_id=settlement_id, to=SettlementStatus.DUE, staff=staff)
    return _retry(settlement_id=settlement_id, answer=answer, staff=staff)


def cancel_settlement(*, settlement_id: int, staff: User, reason: str) -> Settlement:
    """The settlement is off: the share is back in the seller's wallet, and refunds that waited for it go on.

    The institution still holds the money, so those go straight to the buyer. Once nothing of the order is open, the job
    settles what is left, under a new number.
    Raises PermissionDenied, and CustodyError NOT_WAITING, NO_ANSWER, PARTLY_DONE.
    """
    answer = _ask(settlement_id=settlement_id, to=SettlementStatus.CANCELLED, staff=staff)
    if answer.state not in (SettleState.FAILED, SettleState.NOT_FOUND):
        raise CustodyError(CustodyErrorCode.PARTLY_DONE)
    return _cancel(settlement_id=settlement_id, answer=answer, staff=staff, reason=reason)


def _ask(*, settlement_id: int, to: SettlementStatus, staff: User) -> _Answer:
    """How it stands at the institution, for who may know and where the answer is of use."""
    if not custody_selectors.may_decide(staff):
        raise PermissionDenied
    settlement = Settlement.objects.select_related("payment__order").get(pk=settlement_id)
    require_settlement_move(settlement, to, actor=STAFF)
    try:
        state = custody_gateway(settlement.payment.gateway).query_settle(request_of(settlement)).state
    except GatewayError as problem:
        logger.log(problem.log_level, "settlement %s: %s", settlement.reference, problem)
        raise CustodyError(CustodyErrorCode.NO_ANSWER) from problem
    return _Answer(state, settlement.attempts, settlement.updated_at)


@transaction.atomic
def _retry(*, settlement_id: int, answer: _Answer, staff: User) -> Settlement:
    order, settlement = _lock(settlement_id)
    _require_unmoved(settlement, SettlementStatus.DUE, answer)
    _let_refunds_go_on(order, staff)
    goes_on = settlement
    if answer.state == SettleState.FAILED:
        _take_off(order, settlement)
        owed = owe_locked_settlement(order=order, payment=locks.lock_payment(settlement.payment_id))
        if owed is None:
            raise CustodyError(CustodyErrorCode.REFUND_FIRST)
        goes_on = owed
    else:
        settlement.status, settlement.problem = SettlementStatus.DUE, ""
        settlement.attempts, settlement.next_attempt_at = 1, clock.now()  # not the first: the job asks before it acts
        settlement.save(update_fields=["status", "problem", "attempts", "next_attempt_at", "updated_at"])
    _log(staff, "retry", settlement, goes_on_as=goes_on.reference)
    return goes_on


@transaction.atomic
def _cancel(*, settlement_id: int, answer: _Answer, staff: User, reason: str) -> Settlement:
    order, settlement = _lock(settlement_id)
    _require_unmoved(settlement, SettlementStatus.CANCELLED, answer)
    _let_refunds_go_on(order, staff)
    _take_off(order, settlement)
    _log(staff, "cancel", settlement, reason=reason.strip()[:200])
    return settlement


def _lock(settlement_id: int) -> tuple[Order, Settlement]:
    """The order first, then the payment and its settlement (docs/locking.md)."""
    payment_id, order_id = Settlement.objects.values_list("payment_id", "payment__order_id").get(pk=settlement_id)
    order = order_locks.lock_order(order_id)
    locks.lock_payment(payment_id)
    return order, locks.lock_settlement(settlement_id)


def _require_unmoved(settlement: Settlement, to: SettlementStatus, answer: _Answer) -> None:
    """Raise NOT_WAITING unless the locked row is still what the question was about.

    It may wait for a person again, after a second try that did half of it. A retry sets `attempts` back, so that alone
    would not show it.
    """
    require_settlement_move(settlement, to, actor=STAFF)
    if (settlement.attempts, settlement.updated_at) != (answer.attempts, answer.updated_at):
        raise CustodyError(CustodyErrorCode.NOT_WAITING)


def _take_off(order: Order, settlement: Settlement) -> None:
    """Cancel it, under its lock: what had left the wallet for it is back."""
    require_settlement_move(settlement, SettlementStatus.CANCELLED, actor=STAFF)
    settlement.status = SettlementStatus.CANCELLED
    settlement.save(update_fields=["status", "updated_at"])
    if not settlement.seller_fen:
        return
    open_refunds = custody_selectors.open_refunds(order).values_list("reference", flat=True)
    postings_custody.cancel_settlement(
        seller=settlement.seller,
        order_number=order.number,
        settlement_reference=settlement.reference,
        amount_fen=settlement.seller_fen,
        repays_fen=sum(reversed_release(refund_reference=reference).seller_fen for reference in open_refunds),
    )


def _let_refunds_go_on(order: Order, staff: User) -> None:
    """Before anything is posted: refunds are locked before accounts."""
    for refund in custody_selectors.refunds_behind(order):
        orders.retry_refund(refund_id=refund.pk, staff=staff)


def _log(staff: User, what: str, settlement: Settlement, **more: str) -> None:
    data = {"settlement": settlement.reference, "order": settlement.payment.order.number, "problem": settlement.problem}
    staff_log.note(actor=staff, action=f"settlement.{what}", subject=settlement.seller, data=data | more)
