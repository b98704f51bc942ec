"""Money in through gateways. No call to a gateway ever happens inside a database transaction."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.identifiers import new_reference
from marketplace.orders import locks as order_locks
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.payments import locks
from marketplace.payments.errors import PaymentError, PaymentErrorCode
from marketplace.payments.gateways import configured_gateways, gateway
from marketplace.payments.gateways.base import (
    Capability,
    CloseOutcome,
    CustodyTerms,
    GatewayError,
    NumberSpent,
    PayIntent,
    PaymentState,
    PayRequest,
    PayScene,
    PaySnapshot,
)
from marketplace.payments.marks import payer_mark
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.payments.services.custody import custody_account
from marketplace.payments.wechat_identity import can_identify

logger = logging.getLogger(__name__)

# Waiting pages ask us every three seconds; gateways are asked less often, and tell by themselves when somebody paid.
ASK_AGAIN_SECONDS = 10
ORDER_CLOSED, ORDER_ALREADY_PAID = "order_closed", "order_already_paid"


@transaction.atomic
def check_out(
    *,
    buyer: User,
    package_id: int,
    gateway_code: str,
    extra_ids: Sequence[int] = (),
    quantity: int = 1,
    coupon_code: str = "",
    checkout_key: UUID | None = None,
    seen_offer: str | None = None,
) -> tuple[Payment, bool]:
    """Place an order and start its payment: both or neither. The payment (with its order), and whether it is a new one.

    Raises what `orders.get_or_place_order` and `start_payment` raise.
    """
    order, is_new = orders.get_or_place_order(
        buyer=buyer,
        package_id=package_id,
        extra_ids=extra_ids,
        quantity=quantity,
        coupon_code=coupon_code,
        checkout_key=checkout_key,
        seen_offer=seen_offer,
    )
    if is_new:  # nobody else sees it before this transaction ends: nothing to lock, and no attempt to look for
        return _new_attempt(order, gateway_code), True
    return get_or_start_payment(order_id=order.pk, gateway_code=gateway_code)


def start_payment(*, order_id: int, gateway_code: str) -> Payment:
    """The payment attempt of an order at a gateway. Raises what `get_or_start_payment` raises."""
    return get_or_start_payment(order_id=order_id, gateway_code=gateway_code)[0]


@transaction.atomic
def get_or_start_payment(*, order_id: int, gateway_code: str) -> tuple[Payment, bool]:
    """The open payment attempt of an order at a gateway, so that a reload pays the same number; and whether it is new.

    Raises PaymentError NOT_PAYABLE or GATEWAY_UNAVAILABLE; in custody also what `custody_account` says.
    """
    order = order_locks.lock_order(order_id)
    if order.status != OrderStatus.PENDING_PAYMENT or order.payment_expires_at <= clock.now():
        raise PaymentError(PaymentErrorCode.NOT_PAYABLE)
    payment = order.payments.filter(gateway=gateway_code, status=PaymentStatus.PENDING).first()
    return (payment, False) if payment else (_new_attempt(order, gateway_code), True)


def _new_attempt(order: Order, gateway_code: str) -> Payment:
    if gateway_code not in configured_gateways():
        raise PaymentError(PaymentErrorCode.GATEWAY_UNAVAILABLE)
    return Payment.objects.create(
        order=order,
        sub_merchant_id=custody_account(order=order, gateway_code=gateway_code),
        gateway=gateway_code,
        out_trade_no=new_reference("PA"),
        amount_fen=order.total_fen,
        expires_at=order.payment_expires_at,
    )


def scene_for(*, gateway_code: str, is_phone: bool, wants_code: bool, is_in_wechat: bool = False) -> PayScene:
    """How a buyer goes on at a gateway: a phone opens the app, a desk its page, or a code if it wants one or must.

    Inside WeChat only WeChat's own script pays, and only whom our Official Account knows.
    """
    capabilities = gateway(gateway_code).capabilities
    if is_in_wechat and Capability.JSAPI in capabilities:
        return PayScene.JSAPI if can_identify() else PayScene.QR
    if is_phone and Capability.WAP in capabilities:
        return PayScene.WAP
    wants_code = wants_code or Capability.PAGE not in capabilities
    return PayScene.QR if wants_code and Capability.QR in capabilities else PayScene.PAGE


def can_scan(gateway_code: str = "") -> bool:
    """Whether a gateway, or any of the configured ones, gives codes to scan."""
    codes = [gateway_code] if gateway_code else configured_gateways()
    return any(Capability.QR in gateway(code).capabilities for code in codes)


def begin_payment(*, payment: Payment, scene: PayScene, client_ip: str = "127.0.0.1", openid: str = "") -> PayIntent:
    """Open the payment at its gateway: a page to go to, a code to show, or parameters for WeChat's script.

    Raises GatewayError; the same payment may be begun again, it is the same number. NumberSpent says that it cannot be:
    see `open_payment`.
    """
    order = payment.order
    return gateway(payment.gateway).create(
        PayRequest(
            out_trade_no=payment.out_trade_no,
            amount_fen=payment.amount_fen,
            subject=order.gig_title,
            expires_at=clock.real(payment.expires_at),
            return_url=settings.SITE_URL + reverse("payments:return", args=[order.number]),
            notify_url=notify_url(payment.gateway),
            scene=scene,
            client_ip=client_ip,
            openid=openid,
            custody=CustodyTerms(payment.sub_merchant_id) if payment.sub_merchant_id else None,
        )
    )


def open_payment(
    *, payment: Payment, scene: PayScene, client_ip: str = "127.0.0.1", openid: str = ""
) -> PayIntent | None:
    """Open a started payment at its gateway. None: an earlier attempt turned out to be paid, and is booked.

    WeChat opens a number in one way only: whoever saw its code at a desk and goes on at the phone needs another number.
    The earlier one is closed at WeChat first, so that two can never be paid. Once, not in a loop: a second refusal means
    that somebody else (another tab) has just done the same. Raises what `start_payment` and `begin_payment` raise.
    """
    try:
        return begin_payment(payment=payment, scene=scene, client_ip=client_ip, openid=openid)
    except NumberSpent:
        if not _close_attempt(payment):
            raise
    payment.refresh_from_db()
    if payment.status == PaymentStatus.PAID:
        return None
    payment = start_payment(order_id=payment.order_id, gateway_code=payment.gateway)
    return begin_payment(payment=payment, scene=scene, client_ip=client_ip, openid=openid)


def replace_payment(*, payment: Payment) -> Payment | None:
    """An attempt that can be opened in any way, after this one was closed at its gateway. None when this one was paid.

    For ways that only a later page can open (inside WeChat, once it said who the buyer is): that page opens what is there,
    and neither starts nor closes anything. Raises what `start_payment` raises.
    """
    if not _close_attempt(payment):
        return payment  # never opened, or not to be closed now: then opening it says so
    payment.refresh_from_db()
    if payment.status == PaymentStatus.PAID:
        return None
    return start_payment(order_id=payment.order_id, gateway_code=payment.gateway)


def notify_url(gateway_code: str) -> str:
    """Where a gateway tells us what happened."""
    return (settings.PAYMENT_NOTIFY_BASE_URL or settings.SITE_URL) + reverse(f"{gateway_code}_notify")


@transaction.atomic
def apply_snapshot(*, payment_id: int, snapshot: PaySnapshot) -> Payment:
    """Bring a payment up to what its gateway says. Notification, return page and polling all end here.

    Order of locks: order, payment, then accounts (inside orders.confirm_payment). Safe to repeat: a payment moves
    from pending once. Money for an order that no longer waits for it is noted to be given back whole.
    """
    order = locks.lock_order_of_payment(payment_id)
    payment = locks.lock_payment(payment_id)
    if snapshot.state == PaymentState.PAID and payment.status != PaymentStatus.PAID:
        if snapshot.amount_fen != payment.amount_fen:
            logger.error("%s was paid with another amount: left for a person", payment.out_trade_no)
            return payment
        payment.status = PaymentStatus.PAID
        payment.gateway_trade_no = snapshot.gateway_trade_no or None
        payment.paid_at = snapshot.paid_at or clock.now()
        payment.payer_mark = payer_mark(gateway=payment.gateway, payer=snapshot.payer)
        accepted = orders.confirm_payment(
            order_id=order.pk,
            gateway=payment.gateway,
            payment_reference=payment.out_trade_no,
            amount_fen=payment.amount_fen,
            locked_order=order,
        )
        if not accepted:
            orders.return_payment(
                order_id=order.pk,
                gateway=payment.gateway,
                payment_reference=payment.out_trade_no,
                amount_fen=payment.amount_fen,
            )
            is_closed = order.status == OrderStatus.CANCELLED
            payment.return_reason = ORDER_CLOSED if is_closed else ORDER_ALREADY_PAID
        payment.save(
            update_fields=["status", "gateway_trade_no", "paid_at", "payer_mark", "return_reason", "updated_at"]
        )
    elif payment.status == PaymentStatus.PENDING and _is_over(payment, snapshot):
        payment.status = PaymentStatus.CLOSED
        payment.save(update_fields=["status", "updated_at"])
    return payment


def _is_over(payment: Payment, snapshot: PaySnapshot) -> bool:
    """Closed at the gateway, or never opened there and too late to open now: asking again would go on for ever."""
    never_opened = snapshot.state == PaymentState.NOT_FOUND and payment.expires_at <= clock.now()
    return never_opened or snapshot.state == PaymentState.CLOSED


def refresh_payment(*, payment: Payment) -> Payment:
    """Ask the gateway how a payment stands. An answer that does not come changes nothing."""
    try:
        snapshot = gateway(payment.gateway).query(payment.out_trade_no, sub_merchant_id=payment.sub_merchant_id)
    except GatewayError as problem:
        logger.log(problem.log_level, "query of %s: %s", payment.out_trade_no, problem)
        return payment
    return apply_snapshot(payment_id=payment.pk, snapshot=snapshot)


def ask_about_order(*, order: Order) -> None:
    """Its buyer waits: ask about every open attempt, each at most once in `ASK_AGAIN_SECONDS`, however often a page asks."""
    since = clock.now() - timedelta(seconds=ASK_AGAIN_SECONDS)
    unasked = Q(asked_at=None) | Q(asked_at__lte=since)
    for payment in order.payments.filter(unasked, status=PaymentStatus.PENDING):
        # Two pages at once: the first one asks.
        if Payment.objects.filter(unasked, pk=payment.pk).update(asked_at=clock.now()):
            refresh_payment(payment=payment)


def settle_undecided(*, payment: Payment) -> bool:
    """Ask about one attempt nobody told us about; one whose order no longer waits is closed at its gateway instead.

    Returns whether it is decided now.
    """
    if not _begin_asking(payment):
        return False
    if payment.order.status == OrderStatus.PENDING_PAYMENT:
        return refresh_payment(payment=payment).status != PaymentStatus.PENDING
    return _close_attempt(payment)


def _begin_asking(payment: Payment) -> bool:
    """Whether nobody has asked about it since it was read: runs of a job overlap, and waiting pages ask as well."""
    unasked = Payment.objects.filter(pk=payment.pk, asked_at=payment.asked_at, status=PaymentStatus.PENDING)
    return bool(unasked.update(asked_at=clock.now()))


def _close_attempt(payment: Payment) -> bool:
    """Make an attempt impossible to pay; one that was paid meanwhile is booked. Returns whether it is decided now."""
    try:
        outcome = gateway(payment.gateway).close(payment.out_trade_no, sub_merchant_id=payment.sub_merchant_id)
    except GatewayError as problem:
        logger.log(problem.log_level, "closing %s: %s", payment.out_trade_no, problem)
        return False
    if outcome == CloseOutcome.ALREADY_PAID:
        return refresh_payment(payment=payment).status != PaymentStatus.PENDING
    if outcome == CloseOutcome.NOT_FOUND and payment.expires_at > clock.now():
        return False  # its page was never opened, and still could be: ask again until it has expired
    apply_snapshot(payment_id=payment.pk, snapshot=PaySnapshot(payment.out_trade_no, PaymentState.CLOSED))
    return True


def close_expired_order(*, order: Order) -> bool:
    """End an unpaid order whose clock ran out, gateway first: a payment that won the race is booked instead.

    Returns whether the order was closed. An unknown answer leaves it for the next run, behind those not tried yet.
    """
    # As the job read them, so that a run beside it shows.
    for payment in order.payments.all():
        if payment.status == PaymentStatus.PENDING and not (_begin_asking(payment) and _close_attempt(payment)):
            return False
    return orders.close_unpaid_order(order_id=order.pk)
