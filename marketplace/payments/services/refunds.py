"""Money back to buyers: carries out what orders decided, under one number, until the gateway says how it ended."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from marketplace.core import clock
from marketplace.orders import services as orders
from marketplace.orders.models import Refund
from marketplace.payments.gateways import gateway
from marketplace.payments.gateways.base import GatewayError, RefundRequest, RefundSnapshot, RefundState, Rejected
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.payments.services import settlement_returns
from marketplace.payments.services.paying import notify_url

logger = logging.getLogger(__name__)


def pay_refund(*, refund: Refund) -> bool:
    """Carry out one refund that orders decided. Returns whether it is done; an unknown answer is asked for next time.

    Safe to run twice and after a crash at any line: the reference makes a repeated request the same refund.
    """
    payment = payment_of(refund)
    if (until := _pause_after_another(refund, payment)) is not None:
        orders.postpone_refund(refund_id=refund.pk, until=until)
        return False
    if orders.begin_refund_attempt(refund_id=refund.pk) is None:
        return False
    request = RefundRequest(
        out_trade_no=payment.out_trade_no,
        reference=refund.reference,
        amount_fen=refund.amount_fen,
        total_fen=payment.amount_fen,
        reason=refund.order.gig_title,
        notify_url=notify_url(payment.gateway),
        sub_merchant_id=payment.sub_merchant_id,
    )
    try:
        if payment.sub_merchant_id and not settlement_returns.take_back_settlement(refund=refund, payment=payment):
            return False  # our fee is on its way back; the refund follows in a later run
        snapshot = gateway(payment.gateway).refund(request)
    except Rejected as problem:
        logger.error("refund %s was refused and needs a person: %s", refund.reference, problem)
        orders.hand_refund_to_a_person(refund_id=refund.pk, problem=str(problem))
        return False
    except GatewayError as problem:
        logger.log(problem.log_level, "refund %s: %s", refund.reference, problem)
        return False
    if snapshot.state == RefundState.NOT_FOUND:
        return False  # accepted, and not to be seen yet
    if misfit := apply_refund_snapshot(refund=refund, snapshot=snapshot):
        logger.error("refund %s is not as it was asked for: %s", refund.reference, misfit)
        orders.hand_refund_to_a_person(refund_id=refund.pk, problem=misfit)
        return False
    return snapshot.state == RefundState.DONE


def _pause_after_another(refund: Refund, payment: Payment) -> datetime | None:
    """When this refund may be asked for, if another one of the same payment was a moment ago."""
    pause = timedelta(seconds=gateway(payment.gateway).refund_pause_seconds)
    if refund.attempts or not pause:
        return None  # it was asked for before: the gateway may know it already, and what it knows is no second refund
    others = Refund.objects.filter(order_id=refund.order_id, payment_reference=refund.payment_reference, attempts__gt=0)
    last = others.exclude(pk=refund.pk).order_by("-updated_at").values_list("updated_at", flat=True).first()
    return last + pause if last is not None and last + pause > clock.now() else None


def apply_refund_snapshot(*, refund: Refund, snapshot: RefundSnapshot) -> str:
    """Bring a refund up to what its gateway says. Returns why the answer does not fit this refund, or an empty text."""
    if snapshot.amount_fen != refund.amount_fen:
        return "amount differs"
    if snapshot.state == RefundState.DONE:
        payment = payment_of(refund)
        with transaction.atomic():
            if orders.mark_refund_done(refund_id=refund.pk, gateway=payment.gateway):
                settlement_returns.book_return(refund=refund, payment=payment)
    elif snapshot.state in (RefundState.ABNORMAL, RefundState.FAILED):
        orders.hand_refund_to_a_person(refund_id=refund.pk, problem=snapshot.state.value)
    return ""


def payment_of(refund: Refund) -> Payment:
    """The payment a refund gives back: the one it names, else the one that funded the order."""
    paid = Payment.objects.filter(order_id=refund.order_id, status=PaymentStatus.PAID)
    if refund.payment_reference:
        return paid.get(out_trade_no=refund.payment_reference)
    return paid.get(return_reason="")
