"""Reads of payments."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Concat
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.ledger.models import Clearing
from marketplace.ledger.selectors import has_uncleared_release
from marketplace.orders.models import Order, Refund, RefundStatus
from marketplace.orders.selectors import expired_unpaid
from marketplace.orders.states import OrderStatus
from marketplace.payments.balance_selectors import balances_that_are_off
from marketplace.payments.gateways import custody_gateway
from marketplace.payments.models import (
    AuditRun,
    Invoice,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Settlement,
    SettlementStatus,
    SubMerchant,
    SubMerchantStatus,
)


def order_to_pay(user: User, number: str) -> Order:
    """An order of this buyer, whatever its state. Raises Http404 for anybody else."""
    order = (
        Order.objects.filter(buyer=user, number=number)
        .select_related("seller__profile")
        .prefetch_related("items")
        .first()
    )
    if order is None:
        raise Http404
    return order


def pending_payment(order: Order, gateway_code: str = "") -> Payment | None:
    """The newest attempt that is not decided yet, at one gateway or at any."""
    pending = order.payments.filter(status=PaymentStatus.PENDING)
    return (pending.filter(gateway=gateway_code) if gateway_code else pending).first()


def has_open_attempt(order_id: int) -> bool:
    """Whether an institution may still take money for an order: an attempt that nobody has heard the end of."""
    return Payment.objects.filter(order=order_id, status=PaymentStatus.PENDING).exists()


def expired_unpaid_orders() -> QuerySet[Order]:
    """Orders whose payment clock ran out: those whose attempts nobody has tried to close first, then the longest untried.

    One that cannot be closed (another amount was paid) goes to the end each time, and keeps no other open.
    """
    tried = Max("payments__asked_at", filter=Q(payments__status=PaymentStatus.PENDING))
    expired = expired_unpaid().annotate(tried_at=tried).prefetch_related("payments")
    return expired.order_by(F("tried_at").asc(nulls_first=True), "payment_expires_at", "pk")


def undecided_payments() -> QuerySet[Payment]:
    """Attempts whose outcome we do not know yet; notifications are best effort, so they are asked for."""
    undecided = Payment.objects.filter(status=PaymentStatus.PENDING).select_related("order")
    return undecided.order_by(F("asked_at").asc(nulls_first=True), "pk")


SETTLED_ORDER_STATUSES = (OrderStatus.COMPLETED, OrderStatus.RESOLVED)
# The alarm comes a month before the institution releases the money by itself (facts/payments.md, section 6: day 150 of 180).
FREEZE_ALARM_DAYS = 30


def active_sub_merchant_id(*, user_id: int, gateway_code: str) -> str:
    """The number of a seller's own account at a gateway, or "" when the gateway has not approved one."""
    active = SubMerchant.objects.filter(user_id=user_id, gateway=gateway_code, status=SubMerchantStatus.ACTIVE)
    return active.values_list("sub_merchant_id", flat=True).first() or ""


def _custody_payments() -> QuerySet[Payment]:
    return Payment.objects.filter(status=PaymentStatus.PAID, return_reason="").exclude(sub_merchant_id="")


def custody_payment_of(order: Order) -> Payment | None:
    """The payment of an order that an institution holds; None where there is none, or our own account holds it."""
    return _custody_payments().filter(order=order).order_by("pk").first()


def _returned() -> QuerySet[Refund, int]:
    """What went back to the buyer of the order of an outer payment, in fen."""
    done = Refund.objects.filter(order=OuterRef("order"), payment_reference="", status=RefundStatus.DONE)
    return done.order_by().values("order").annotate(total=Sum("amount_fen")).values_list("total", flat=True)


def settlement_of(payment: Payment) -> Settlement | None:
    """The settlement of a payment that counts: the one that is not cancelled, or None."""
    return Settlement.objects.filter(payment=payment).exclude(status=SettlementStatus.CANCELLED).first()


def payments_to_settle() -> QuerySet[Payment]:
    """Custody payments that are ready to settle, longest unasked first; `is_ready_to_settle` has the last word, under a lock.

    What is not ready is left out here too, and what has to wait for another order's refund goes to the end: the job
    takes a batch, and must not meet the same waiting ones for ever.
    """
    begun = Settlement.objects.filter(payment=OuterRef("pk")).exclude(status=SettlementStatus.CANCELLED)
    over = _custody_payments().filter(~Exists(begun), order__status__in=SETTLED_ORDER_STATUSES)
    release = Concat(Value("order:"), OuterRef("order__number"), Value(":release"))
    uncleared = Clearing.objects.filter(reference=release, cleared_at=None)
    refunds = Refund.objects.filter(order=OuterRef("order"))
    waiting = Exists(uncleared) | Exists(refunds.exclude(status=RefundStatus.DONE))
    left = over.exclude(waiting).exclude(amount_fen__lte=Coalesce(Subquery(_returned()), 0))
    return left.select_related("order").order_by(F("asked_at").asc(nulls_first=True), "pk")


def is_ready_to_settle(payment: Payment) -> bool:
    """Whether nothing of the order is open: it is over, its earnings have cleared, no refund is under way."""
    return (
        payment.status == PaymentStatus.PAID
        and bool(payment.sub_merchant_id)
        and not payment.return_reason
        and payment.order.status in SETTLED_ORDER_STATUSES
        and not has_uncleared_release(payment.order.number)
        and not payment.order.refunds.exclude(status=RefundStatus.DONE).exists()
    )


def refunded_fen(payment: Payment) -> int:
    """What went back to the buyer of the payment that funded its order, in fen."""
    done = Refund.objects.filter(order_id=payment.order_id, status=RefundStatus.DONE)
    own = done.filter(Q(payment_reference="") | Q(payment_reference=payment.out_trade_no))
    return own.aggregate(total=Sum("amount_fen"))["total"] or 0


def due_settlements() -> QuerySet[Settlement]:
    """Settlements whose turn it is. While payouts are halted none begins; those sent are still asked about."""
    begun = (SettlementStatus.SENT,) if payouts_are_halted() else (SettlementStatus.DUE, SettlementStatus.SENT)
    waiting = Settlement.objects.filter(status__in=begun)
    return waiting.filter(next_attempt_at__lte=clock.now()).order_by("next_attempt_at")


def payments_near_freeze_end() -> list[Payment]:
    """Held payments that their institution will release by itself within a month, soonest first."""
    now = clock.now()
    held = _custody_payments().exclude(settlements__status=SettlementStatus.DONE).select_related("order")
    held = held.exclude(amount_fen__lte=Coalesce(Subquery(_returned()), 0)).order_by("paid_at")
    near: list[Payment] = []
    for code in held.order_by().values_list("gateway", flat=True).distinct():
        alarm = timedelta(days=custody_gateway(code).freeze_limit_days - FREEZE_ALARM_DAYS)
        near += held.filter(gateway=code, paid_at__lte=now - alarm)
    return near


def latest_audit() -> AuditRun | None:
    """The audit that counts, if there was one: the newest, or the newest of the whole past while that one is not sound.

    A clean look at today's balances says nothing about a seal that was found broken in the night.
    """
    newest = AuditRun.objects.first()
    if newest is None or newest.history or not newest.is_sound:
        return newest
    whole = AuditRun.objects.filter(history=True).first()
    return newest if whole is None or whole.is_sound else whole


def payouts_are_halted() -> bool:
    """Whether no money may leave: the audit that counts found something, or an institution's balance is off."""
    latest = latest_audit()
    return (latest is not None and not latest.is_sound) or bool(balances_that_are_off())


def orders_awaiting_payment() -> QuerySet[Payment, Any]:
    """Keys of the orders that an undecided payment may still come for (core/holds.py)."""
    return Payment.objects.filter(status=PaymentStatus.PENDING).order_by().values("order")


def orders_awaiting_invoices() -> QuerySet[Invoice, Any]:
    """Keys of the orders that an invoice is being issued or reversed for (core/holds.py)."""
    under_way = (InvoiceStatus.REQUESTED, InvoiceStatus.REVERSING)
    return Invoice.objects.filter(status__in=under_way).order_by().values("order")
