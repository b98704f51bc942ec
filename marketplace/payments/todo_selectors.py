"""What waits for finance and moderators: the admin's first page begins with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.accounts.selectors import cases_to_decide
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.gigs.review_clock import review_due
from marketplace.gigs.review_selectors import cases_to_decide as reviews_to_decide
from marketplace.orders.dispute_selectors import disputes_to_decide
from marketplace.orders.selectors import refunds_for_a_person
from marketplace.payments import (
    custody_selectors,
    invoice_selectors,
    own_money_selectors,
    payout_selectors,
    reconciliation_selectors,
    sub_merchant_selectors,
    waiting_selectors,
)


@dataclass(frozen=True)
class Todo:
    """One kind of thing that a person has to decide."""

    label: Promise
    url_name: str
    icon: str
    number: int
    oldest_at: datetime | None
    amount_fen: int | None  # None where amounts of the kind cannot be added up
    due_at: datetime | None  # of the oldest
    used_percent: int  # of the time that the oldest may take, 100 at most

    @property
    def is_overdue(self) -> bool:
        """Whether the oldest has waited too long."""
        return self.due_at is not None and self.due_at < clock.now()

    @property
    def is_soon(self) -> bool:
        """Whether more than half of its time is over."""
        return not self.is_overdue and self.used_percent > SOON_PERCENT


@dataclass(frozen=True)
class TodoSource:
    """Where such things are counted: `rows` leaves out what this very person may not decide; `amount` is a field of fen.

    `sla` is how long one may wait, `due` until when one may that waits since a moment, where it is not as simple as that.
    """

    label: Promise
    permission: str
    url_name: str
    icon: str
    rows: Callable[[User], QuerySet[Any]]
    amount: str = ""
    moment: str = "created_at"  # the field that says since when it waits
    sla: Callable[[], timedelta] = lambda: waiting_selectors.TOO_LONG
    due: Callable[[datetime], datetime] | None = None

    def due_at(self, since: datetime) -> datetime:
        """Until when something that waits since then is to be decided."""
        return self.due(since) if self.due else since + self.sla()


SOON_PERCENT = 50


def hours(key: str) -> Callable[[], timedelta]:
    """The time that a setting in hours leaves."""
    return lambda: timedelta(hours=get_config(key))


def days(key: str) -> Callable[[], timedelta]:
    """The time that a setting in days leaves."""
    return lambda: timedelta(days=get_config(key))


_SOURCES = [
    TodoSource(
        _("Services to review"),
        "gigs.change_gig",
        "gigs_reviews",
        "tasks",
        # Nobody judges their own, nor approves a steep price twice.
        reviews_to_decide,
        # Of the reviewers' opening hours.
        due=review_due,
    ),
    TodoSource(
        _("Identities and companies to verify"),
        "accounts.change_userverification",
        "accounts_verifications",
        "user",
        # Nobody decides their own case.
        lambda staff: cases_to_decide().exclude(user=staff),
        sla=hours("moderation.identity_hours"),
    ),
    TodoSource(
        _("Disputes to decide"),
        "orders.change_dispute",
        "orders_disputes",
        "warning",
        # Nobody decides their own order, nor the appeal against their own decision.
        disputes_to_decide,
        sla=days("disputes.decision_days"),
    ),
    TodoSource(
        _("Withdrawals to approve"),
        "payments.view_payout",
        "payments_payouts",
        "download",
        # Who approved one already waits for a colleague, and nobody approves their own.
        lambda staff: payout_selectors.payouts_to_approve().exclude(first_approver=staff).exclude(user=staff),
        "gross_fen",
        sla=hours("payouts.arrival_hours"),
    ),
    TodoSource(
        _("Refunds that a gateway refused"),
        "orders.change_refund",
        "orders_refunds",
        "rotate",
        lambda _staff: refunds_for_a_person(),
        "amount_fen",
    ),
    TodoSource(
        _("Differences between bills and books"),
        "payments.view_difference",
        "payments_bills",
        "list-ul",
        lambda _staff: reconciliation_selectors.open_differences(),
    ),
    TodoSource(
        _("Unexplained amounts"),
        "payments.view_ownmovement",
        "payments_own_money",
        "help",
        lambda _staff: own_money_selectors.suspense_items(),
    ),
    TodoSource(
        _("Movements of our own money to approve"),
        "payments.view_ownmovement",
        "payments_own_money",
        "key",
        lambda staff: own_money_selectors.movements_to_approve().exclude(asker=staff),
        "amount_fen",
    ),
    TodoSource(
        _("Settlements that an institution refused"),
        "payments.view_settlement",
        "payments_settlements",
        "lock",
        lambda _staff: custody_selectors.stuck_settlements(),
        "seller_fen",
    ),
    TodoSource(
        _("Returns of settlements that an institution refused"),
        "payments.view_settlement",
        "payments_settlements",
        "resubmit",
        lambda _staff: custody_selectors.stuck_returns(),
        "commission_fen",
    ),
    TodoSource(
        _("Sellers' custody accounts to agree to"),
        "payments.view_submerchant",
        "payments_sub_merchants",
        "user",
        # Who wrote a number down cannot agree to it, nor can the seller.
        lambda staff: sub_merchant_selectors.sub_merchants_to_agree_to().exclude(asker=staff).exclude(user=staff),
    ),
    TodoSource(
        _("Invoices that need a person"),
        "payments.view_invoice",
        "payments_invoices",
        "doc-full",
        lambda _staff: invoice_selectors.invoices_that_need_a_person(),
    ),
]


def register_todo(source: TodoSource) -> None:
    """Let a room above this one say what waits in it. Called once, when the program starts."""
    _SOURCES.append(source)


def todos_of(staff: User) -> list[Todo]:
    """Each kind that this person may look after, also those of which nothing waits. One query a kind."""
    return [_counted(source, staff) for source in _SOURCES if staff.has_perm(source.permission)]


def _counted(source: TodoSource, staff: User) -> Todo:
    total = Sum(source.amount) if source.amount else None
    figures = (
        source.rows(staff)
        .select_related(None)
        .order_by()
        .aggregate(number=Count("pk"), oldest_at=Min(source.moment), **({"amount_fen": total} if total else {}))
    )
    oldest_at = figures["oldest_at"]
    return Todo(
        label=source.label,
        url_name=source.url_name,
        icon=source.icon,
        number=figures["number"],
        oldest_at=oldest_at,
        amount_fen=figures.get("amount_fen"),
        due_at=source.due_at(oldest_at) if oldest_at else None,
        used_percent=_used_percent(source, oldest_at) if oldest_at else 0,
    )


def _used_percent(source: TodoSource, since: datetime) -> int:
    whole, used = source.due_at(since) - since, clock.now() - since
    return min(100, max(0, 100 * used // whole)) if whole > timedelta() else 100
