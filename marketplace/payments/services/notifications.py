"""What gateways tell us: stored raw before it is believed, verified, applied exactly once."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import assert_never

from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.orders.models import Refund
from marketplace.payments.errors import PaymentError, PaymentErrorCode
from marketplace.payments.gateways import configured_gateways, gateway
from marketplace.payments.gateways.base import (
    Notification,
    NotificationInvalid,
    NotificationKind,
    PaymentState,
    PaySnapshot,
    RawReply,
    RawRequest,
)
from marketplace.payments.models import GatewayNotification, Payment
from marketplace.payments.services.paying import apply_snapshot
from marketplace.payments.services.payouts import apply_transfer_snapshot
from marketplace.payments.services.refunds import apply_refund_snapshot, payment_of

logger = logging.getLogger(__name__)

MAX_NOTIFICATION_CHARACTERS, KEEP_REFUSED_DAYS = 20_000, 30
MAX_REFUSED_CHARACTERS = 4_000  # anybody can post them
MAX_HEADER_CHARACTERS = 1_000  # a signature has 344
KEPT_HEADERS = ("content-type", "wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial")


def receive_notification(
    *, gateway_code: str, raw: RawRequest, may_keep_refused: Callable[[], bool] = lambda: True
) -> RawReply:
    """Store what a gateway posted, verify it, apply it once; returns the answer in the gateway's own form.

    A forged or foreign notification changes nothing. It stays stored, marked as such and cut short, if `may_keep_refused`
    agrees: anybody can post one, so an address gets a share of our disk and no more.
    Raises PaymentError GATEWAY_UNAVAILABLE when this gateway is not configured.
    """
    if gateway_code not in configured_gateways():
        raise PaymentError(PaymentErrorCode.GATEWAY_UNAVAILABLE)
    adapter = gateway(gateway_code)
    received = GatewayNotification.objects.create(
        gateway=gateway_code,
        dedupe_key="",
        headers={name: raw.headers[name][:MAX_HEADER_CHARACTERS] for name in KEPT_HEADERS if name in raw.headers},
        body=raw.body.decode("utf-8", "backslashreplace").replace("\0", "")[:MAX_NOTIFICATION_CHARACTERS],
    )
    try:
        notification = adapter.parse_notification(raw)
    except NotificationInvalid as problem:
        _refuse(received, problem, keep=may_keep_refused())
        return adapter.acknowledge(ok=False, reason="invalid")
    stored = _as_verified(received, notification)
    if problem_found := _apply(gateway_code, notification):
        GatewayNotification.objects.filter(pk=stored.pk).update(problem=problem_found)
        logger.error("a valid notification of %s is quarantined: %s", gateway_code, problem_found)
        return adapter.acknowledge(ok=False, reason=problem_found)
    # A copy that could not be applied before has no problem any more.
    GatewayNotification.objects.filter(pk=stored.pk, applied_at=None).update(applied_at=clock.now(), problem="")
    return adapter.acknowledge(ok=True)


def _refuse(received: GatewayNotification, problem: NotificationInvalid, *, keep: bool) -> None:
    if not keep:
        received.delete()
        return
    received.problem, received.body = str(problem)[:200], received.body[:MAX_REFUSED_CHARACTERS]
    received.save(update_fields=["problem", "body"])
    logger.warning("refused a notification of %s: %s", received.gateway, problem)


def _apply(gateway_code: str, notification: Notification) -> str:
    """Bring what it is about up to date. Returns why it must not be applied, or an empty text."""
    match notification.kind:
        case NotificationKind.PAYMENT:
            snapshot = notification.payment
            assert snapshot is not None  # noqa: S101 the kind says which snapshot is set
            payment = Payment.objects.filter(gateway=gateway_code, out_trade_no=snapshot.out_trade_no).first()
            if payment is None:
                return "unknown number"
            if snapshot.amount_fen != payment.amount_fen:
                return "amount differs"
            if _is_another_trade(payment, snapshot):
                return "paid twice under one number"
            apply_snapshot(payment_id=payment.pk, snapshot=snapshot)
        case NotificationKind.REFUND:
            refunded = notification.refund
            assert refunded is not None  # noqa: S101
            refund = Refund.objects.filter(reference=refunded.reference).first()
            if refund is None or payment_of(refund).gateway != gateway_code:
                return "unknown number"
            return apply_refund_snapshot(refund=refund, snapshot=refunded)
        case NotificationKind.TRANSFER:
            transferred = notification.transfer
            assert transferred is not None  # noqa: S101
            return apply_transfer_snapshot(transferred, gateway_code=gateway_code)
        case _:
            assert_never(notification.kind)
    return ""


def _is_another_trade(payment: Payment, snapshot: PaySnapshot) -> bool:
    """Whether it tells of a second payment under the number of one that is booked: no institution should let that happen."""
    known, told = payment.gateway_trade_no, snapshot.gateway_trade_no
    return snapshot.state == PaymentState.PAID and bool(known and told) and known != told


def _as_verified(received: GatewayNotification, notification: Notification) -> GatewayNotification:
    """Mark the row as verified; a second copy of the same notification gives way to the first."""
    try:
        with transaction.atomic():
            GatewayNotification.objects.filter(pk=received.pk).update(
                dedupe_key=notification.dedupe_key, kind=notification.kind.value, verified=True
            )
        return received
    except IntegrityError:
        received.delete()
        return GatewayNotification.objects.get(
            gateway=received.gateway, dedupe_key=notification.dedupe_key, verified=True
        )


def forget_refused_notifications() -> int:
    """Delete refused notifications older than a month: anybody can post them, so they must not pile up. Returns how many."""
    limit = clock.now() - timedelta(days=KEEP_REFUSED_DAYS)
    return GatewayNotification.objects.filter(verified=False, received_at__lt=limit).delete()[0]
