"""What has waited for longer than a day, or stands still until a person acts; and whether the audit still runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplace.core import clock
from marketplace.ledger.models import Clearing, DaySeal, EscrowProof, Transaction
from marketplace.orders.models import Refund, RefundStatus
from marketplace.orders.selectors import stalled_deadlines
from marketplace.payments import selectors
from marketplace.payments.models import (
    GatewayNotification,
    Invoice,
    InvoiceStatus,
    OwnMovement,
    OwnMovementStatus,
    Payment,
    Payout,
    PayoutStatus,
    Settlement,
    SettlementReturn,
    SettlementStatus,
    SubMerchant,
    SubMerchantStatus,
)

TOO_LONG = timedelta(hours=24)
# It runs every night: two hours of grace for a night on which much was posted.
AUDIT_TOO_OLD = timedelta(hours=26)
SHOWN = 200
# Nobody can end one by hand: bills of the days after it tell the same.
NOTIFICATIONS_SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: what it is, its number, since when, in which state, how much, and what was answered."""

    what: Promise
    number: str
    since: datetime
    state: str | Promise
    amount_fen: int | None
    attempts: int
    problem: str


@dataclass(frozen=True)
class _Source:
    """Where waiting things are looked for, and in which fields what of them stands.

    `stops` is the status in which a thing stays until a person does something: it is listed at once, as all of a source
    is with `is_at_once`.
    """

    what: Promise
    rows: Callable[[], QuerySet[Any]]
    amount: str = "amount_fen"
    number: str = "reference"
    since: str = "created_at"
    stops: str = ""
    state: Promise | None = None
    status: str = "status"  # the field whose choice is shown when `state` says nothing
    is_at_once: bool = False


_UNPAID = (PayoutStatus.AWAITING_APPROVAL, PayoutStatus.APPROVED, PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE)
_SETTLED = (SettlementStatus.DONE, SettlementStatus.CANCELLED)


def _refunds() -> QuerySet[Refund]:
    """Refunds that have not arrived, each with the number of the settlement that has to end before it (`behind`)."""
    first = Settlement.objects.filter(payment__order=OuterRef("order")).exclude(status__in=_SETTLED)
    return Refund.objects.exclude(status=RefundStatus.DONE).annotate(behind=Subquery(first.values("reference")[:1]))


def _unsettled() -> QuerySet[Payment]:
    """Payments that are ready to settle, since their earnings cleared: a minute is the rule.

    One that stays has lost its share to a refund of another order of the seller, which is on its way or stuck.
    """
    release = Concat(Value("order:"), OuterRef("order__number"), Value(":release"))
    cleared = Clearing.objects.filter(reference=release).values("cleared_at")[:1]
    return selectors.payments_to_settle().annotate(since=Subquery(cleared))


def _quarantined() -> QuerySet[GatewayNotification]:
    """What a gateway told us, and our books could not follow: another amount, an unknown number, paid twice under one.

    A later copy that is applied ends it; else the day's bill has the same line, which is decided there, and this goes
    with its time.
    """
    found = GatewayNotification.objects.filter(verified=True, applied_at=None).exclude(problem="")
    return found.filter(received_at__gte=clock.now() - NOTIFICATIONS_SHOWN_FOR)


_SOURCES = (
    _Source(_("Refund"), _refunds, stops=RefundStatus.STUCK),
    _Source(_("Withdrawal"), lambda: Payout.objects.filter(status__in=_UNPAID)),
    _Source(
        _("Settlement"),
        lambda: Settlement.objects.exclude(status__in=_SETTLED),
        amount="seller_fen",
        stops=SettlementStatus.STUCK,
    ),
    _Source(
        _("Settlement taken back"),
        lambda: SettlementReturn.objects.exclude(status=SettlementStatus.DONE),
        amount="seller_fen",
        stops=SettlementStatus.STUCK,
    ),
    _Source(
        _("Payment that is not settled"),
        _unsettled,
        number="out_trade_no",
        since="since",
        state=_("Waits for a refund of another order of this seller"),
    ),
    _Source(
        _("Number of a seller"),
        lambda: SubMerchant.objects.filter(status=SubMerchantStatus.ASKED),
        amount="",
        number="sub_merchant_id",
    ),
    _Source(_("Invoice"), lambda: Invoice.objects.filter(status=InvoiceStatus.REQUESTED)),
    _Source(
        _("Notification that was not applied"),
        _quarantined,
        amount="",
        number="dedupe_key",
        since="received_at",
        state=_("Not applied"),
        is_at_once=True,
    ),
    _Source(
        _("Clock of an order"),
        stalled_deadlines,
        amount="",
        number="order_number",
        since="due_at",
        status="kind",
        is_at_once=True,
    ),
    _Source(_("Movement of our own money"), lambda: OwnMovement.objects.filter(status=OwnMovementStatus.ASKED)),
)


def waiting_too_long() -> list[Waiting]:
    """All of them, those that wait longest first; at most 200 of a kind."""
    found = [
        Waiting(
            what=source.what,
            number=getattr(row, source.number),
            since=getattr(row, source.since),
            state=source.state or getattr(row, f"get_{source.status}_display")(),
            amount_fen=getattr(row, source.amount) if source.amount else None,
            attempts=getattr(row, "attempts", 0),
            problem=_reason(row),
        )
        for source in _SOURCES
        for row in _overdue(source).order_by(source.since)[:SHOWN]
    ]
    return sorted(found, key=lambda waiting: waiting.since)


def _reason(row: Any) -> str:
    """What was answered last; of a refund behind a settlement, which one that is."""
    problem: str = getattr(row, "problem", "")
    if behind := getattr(row, "behind", None):
        waits = gettext("Waits for the settlement %(number)s") % {"number": behind}
        return f"{waits} · {problem}" if problem else waits
    return problem


def number_waiting() -> int:
    """How many there are."""
    return sum(_overdue(source).count() for source in _SOURCES)


def audit_is_late() -> bool:
    """Whether the newest audit is too old to trust, or there has never been one."""
    latest = selectors.latest_audit()
    return latest is None or latest.at < clock.now() - AUDIT_TOO_OLD


def nights_missed() -> list[Promise]:
    """What did not come out of the last night: the audit, the seal of the books, the published proof of escrow.

    A job that was refused its lock or found the books in disagreement leaves a line in the log, which nobody reads.
    """
    oldest = clock.now() - AUDIT_TOO_OLD
    missed: list[Promise] = [_("the audit of the books")] if audit_is_late() else []
    if not Transaction.objects.filter(created_at__lt=oldest).exists():
        return missed  # the books are younger than a night
    if not DaySeal.objects.filter(sealed_at__gte=oldest).exists():
        missed.append(_("the seal of the day"))
    if not EscrowProof.objects.filter(taken_at__gte=oldest).exists():
        missed.append(_("the proof of escrow"))
    return missed


def _overdue(source: _Source) -> QuerySet[Any]:
    overdue = Q(**{f"{source.since}__lt": clock.now() - TOO_LONG})
    if source.is_at_once:
        return source.rows()
    return source.rows().filter(overdue | Q(status=source.stops) if source.stops else overdue)
