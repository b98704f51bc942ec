"""Money that goes back: owed here, carried out by a job of payments, booked here once the gateway said yes."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.identifiers import new_reference
from marketplace.core.money import display_yuan
from marketplace.ledger import services as ledger
from marketplace.ledger.errors import LedgerError
from marketplace.notifications import catalogue
from marketplace.orders import events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderEventType, Refund, RefundStatus
from marketplace.orders.services._rules import tell
from marketplace.orders.shares import split_of_refund
from marketplace.orders.states import FINAL_STATUSES, REFUNDABLE_STATUSES

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 30, 3600
# WeChat Pay gives back for 365 days, Alipay for about twelve months: some days stay for the job to carry it out.
REFUNDABLE_FOR = timedelta(days=360)
# WeChat Pay gives a payment back in fifty parts at most. The fiftieth is kept for what ends the order: a cancellation, a
# decision, which may not fail because of it (facts/payments.md, section 3).
MOST_PARTS = 49


def owe_refund(order: Order, *, amount_fen: int, reason: str, payment_reference: str = "") -> Refund:
    """Note that money is to go back. A job of payments carries it out: nothing here talks to a gateway."""
    return Refund.objects.create(
        order=order,
        reference=new_reference("RF"),
        amount_fen=amount_fen,
        reason=reason,
        payment_reference=payment_reference,
        next_attempt_at=clock.now(),
    )


@transaction.atomic
def refund_part(*, order_id: int, actor: User, amount_fen: int, reason: str) -> Refund:
    """Give back a part of the price, several times if need be: the seller's goodwill, or a decision of finance.

    While the money is in escrow the rest stays there, and only the rest is released. Once it is released, the refund
    takes back what the seller and the platform got, in the proportion in which they got it. What finance decides and
    the seller no longer has becomes a debt that later income repays; a seller's own goodwill is paid by the seller's own
    money, never by everybody else's, so it is refused when the wallet does not hold it (product decision). In custody
    the institution itself takes it from the seller's account there. A refund reduces what the seller gets, always
    (facts/marketplace.md), and gateways give nothing back after a year (facts/payments.md, section 3).
    Raises PermissionDenied, OrderError WRONG_STATE, REFUND_TOO_LATE, REFUND_TOO_OFTEN, REFUND_TOO_LARGE or
    REFUND_NOT_COVERED.
    """
    order = locks.lock_order(order_id)
    if actor.pk != order.seller_id and not actor.has_perm("orders.change_refund"):
        raise PermissionDenied
    if order.status not in REFUNDABLE_STATUSES:
        raise OrderError(OrderErrorCode.WRONG_STATE)
    if order.paid_at is None or order.paid_at + REFUNDABLE_FOR < clock.now():
        raise OrderError(OrderErrorCode.REFUND_TOO_LATE)
    if order.refunds.filter(payment_reference="").count() >= MOST_PARTS:
        raise OrderError(OrderErrorCode.REFUND_TOO_OFTEN)
    kept_fen = order.kept_fen
    is_released = order.status in FINAL_STATUSES
    most_fen = order.refundable_fen
    if not 0 < amount_fen <= most_fen:
        raise OrderError(OrderErrorCode.REFUND_TOO_LARGE, most=display_yuan(most_fen))
    refund = owe_refund(order, amount_fen=amount_fen, reason=reason[:200])
    if is_released:
        is_goodwill = actor.pk == order.seller_id
        _take_back(order, refund, kept_fen=kept_fen, may_owe=not is_goodwill or settings.SETTLEMENT_MODE == "custody")
    events.record(order, OrderEventType.REFUND_DECIDED, actor=actor, amount_fen=amount_fen, reason=refund.reason)
    tell(order.buyer_id, order, catalogue.money.REFUND_PART)
    if actor.pk != order.seller_id:
        tell(order.seller_id, order, catalogue.money.REFUND_PART_SELLER)
    return refund


def _take_back(order: Order, refund: Refund, *, kept_fen: int, may_owe: bool) -> None:
    """Bring a part of released income back into escrow. Raises OrderError REFUND_NOT_COVERED."""
    try:
        ledger.reverse_release(
            reference=order.number,
            seller=order.seller,
            split=split_of_refund(order, kept_fen=kept_fen, refund_fen=refund.amount_fen),
            release_key=f"order:{order.number}:release",
            key=f"refund:{refund.reference}:reverse",
            may_owe=may_owe,
            at=clock.now(),
        )
    except LedgerError as error:
        raise OrderError(OrderErrorCode.REFUND_NOT_COVERED) from error


@transaction.atomic
def return_payment(*, order_id: int, gateway: str, payment_reference: str, amount_fen: int) -> Refund:
    """Money came for an order that no longer waits for it (closed, or paid already): book it, and owe all of it back."""
    order = locks.lock_order(order_id)
    ledger.hold_escrow(
        reference=order.number,
        gateway=gateway,
        amount_fen=amount_fen,
        key=f"payment:{payment_reference}:capture",
        at=clock.now(),
    )
    refund = owe_refund(order, amount_fen=amount_fen, reason="unexpected_payment", payment_reference=payment_reference)
    tell(order.buyer_id, order, catalogue.money.PAID_TWICE)
    return refund


@transaction.atomic
def begin_refund_attempt(*, refund_id: int) -> Refund | None:
    """Note that the gateway is about to be asked, so that its answer can be looked up whatever happens next.

    Also says when to ask again if no answer comes: after 30 seconds, then twice as long each time, up to an hour.
    Returns None when the refund is done already, waits for a person, or its turn has not come: runs of the job overlap,
    and the one before may have asked a moment ago.
    """
    refund = locks.lock_refund(refund_id)
    if refund.status in (RefundStatus.DONE, RefundStatus.STUCK) or refund.next_attempt_at > clock.now():
        return None
    pause = min(FIRST_PAUSE_SECONDS * 2**refund.attempts, LONGEST_PAUSE_SECONDS)
    refund.status = RefundStatus.SENT
    refund.attempts += 1
    refund.next_attempt_at = clock.now() + timedelta(seconds=pause)
    refund.save(update_fields=["status", "attempts", "next_attempt_at", "updated_at"])
    return refund


@transaction.atomic
def postpone_refund(*, refund_id: int, until: datetime) -> None:
    """Its gateway wants a pause after another refund of the same payment: it is asked for not before then."""
    refund = locks.lock_refund(refund_id)
    if refund.status not in (RefundStatus.DONE, RefundStatus.STUCK):
        refund.next_attempt_at = max(refund.next_attempt_at, until)
        refund.save(update_fields=["next_attempt_at", "updated_at"])


@transaction.atomic
def hand_refund_to_a_person(*, refund_id: int, problem: str) -> None:
    """The gateway refused: asking again would only be refused again, so finance has to look (facts/payments.md, 9.13)."""
    refund = locks.lock_refund(refund_id)
    if refund.status == RefundStatus.DONE:
        return
    refund.status, refund.problem = RefundStatus.STUCK, problem[:200]
    refund.save(update_fields=["status", "problem", "updated_at"])


@transaction.atomic
def retry_refund(*, refund_id: int, staff: User) -> Refund:
    """Finance has cleared the cause: let the job ask again, under the same reference. Raises PermissionDenied."""
    if not staff.has_perm("orders.change_refund"):
        raise PermissionDenied
    return resume_refund(refund_id=refund_id)


@transaction.atomic
def resume_refund(*, refund_id: int) -> Refund:
    """What it waited for has come about by itself: the job asks again, under the same reference. Safe to run twice."""
    refund = locks.lock_refund(refund_id)
    if refund.status == RefundStatus.STUCK:
        refund.status, refund.problem, refund.next_attempt_at = RefundStatus.DUE, "", clock.now()
        refund.attempts = 0
        refund.save(update_fields=["status", "problem", "next_attempt_at", "attempts", "updated_at"])
    return refund


@transaction.atomic
def mark_refund_done(*, refund_id: int, gateway: str) -> bool:
    """The gateway confirmed the refund: the money leaves escrow in the books too. Safe to run twice.

    Returns whether this call did it, so that what belongs to it is booked with it, once.
    """
    # The order first: its escrow and its seller's wallet are moved here and by `refund_part`, in another sequence.
    locks.lock_order(Refund.objects.values_list("order_id", flat=True).get(pk=refund_id))
    refund = locks.lock_refund(refund_id)
    if refund.status == RefundStatus.DONE:
        return False
    now = clock.now()
    ledger.refund_escrow(
        reference=refund.order.number,
        gateway=gateway,
        amount_fen=refund.amount_fen,
        key=f"refund:{refund.reference}",
        at=now,
    )
    refund.status, refund.done_at, refund.problem = RefundStatus.DONE, now, ""
    refund.save(update_fields=["status", "done_at", "problem", "updated_at"])
    events.record(refund.order, OrderEventType.REFUNDED, actor=None, at=now, amount_fen=refund.amount_fen)
    tell(refund.order.buyer_id, refund.order, catalogue.money.REFUNDED)
    return True
