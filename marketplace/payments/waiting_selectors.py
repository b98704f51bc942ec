"""What has waited for longer than a day at an institution, a tax provider or a person; and whether the audit still runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.core import clock
from marketplace.ledger.models import DaySeal, EscrowProof, Transaction
from marketplace.orders.models import Refund, RefundStatus
from marketplace.payments import selectors
from marketplace.payments.models import (
    Invoice,
    InvoiceStatus,
    OwnMovement,
    OwnMovementStatus,
    Payout,
    PayoutStatus,
    Settlement,
    SettlementReturn,
    SettlementStatus,
)

TOO_LONG = timedelta(hours=24)
# It runs every night: two hours of grace for a night on which much was posted.
AUDIT_TOO_OLD = timedelta(hours=26)
SHOWN = 200


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: what it is, its number, since when, in which state, how much, and what was answered."""

    what: Promise
    number: str
    since: datetime
    state: str
    amount_fen: int
    attempts: int
    problem: str


@dataclass(frozen=True)
class _Source:
    """Where waiting things are looked for; `amount` is the field of their amount."""

    what: Promise
    rows: Callable[[], QuerySet[Any]]
    amount: str = "amount_fen"


_UNPAID = (PayoutStatus.AWAITING_APPROVAL, PayoutStatus.APPROVED, PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE)
_SOURCES = (
    _Source(_("Refund"), lambda: Refund.objects.exclude(status=RefundStatus.DONE)),
    _Source(_("Withdrawal"), lambda: Payout.objects.filter(status__in=_UNPAID)),
    _Source(_("Settlement"), lambda: Settlement.objects.exclude(status=SettlementStatus.DONE), "seller_fen"),
    _Source(
        _("Settlement taken back"),
        lambda: SettlementReturn.objects.exclude(status=SettlementStatus.DONE),
        "seller_fen",
    ),
    _Source(_("Invoice"), lambda: Invoice.objects.filter(status=InvoiceStatus.REQUESTED)),
    _Source(_("Movement of our own money"), lambda: OwnMovement.objects.filter(status=OwnMovementStatus.ASKED)),
)


def waiting_too_long() -> list[Waiting]:
    """All of them, those that wait longest first; at most 200 of a kind."""
    found = [
        Waiting(
            what=source.what,
            number=row.reference,
            since=row.created_at,
            state=row.get_status_display(),
            amount_fen=getattr(row, source.amount),
            attempts=getattr(row, "attempts", 0),
            problem=getattr(row, "problem", ""),
        )
        for source in _SOURCES
        for row in _overdue(source).order_by("created_at")[:SHOWN]
    ]
    return sorted(found, key=lambda waiting: waiting.since)


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
    return source.rows().filter(created_at__lt=clock.now() - TOO_LONG)
