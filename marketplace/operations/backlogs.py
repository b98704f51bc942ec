"""What is to leave the house or to be worked off: one list of everything that may pile up."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from marketplace.core import clock
from marketplace.discovery.models import SearchChange
from marketplace.notifications.models import Dispatch, DispatchStatus, Notification, OutboundMessage, OutboundStatus
from marketplace.operations.queues import in_words
from marketplace.operations.signs import Level, Signal
from marketplace.orders.models import OrderDeadline, Refund, RefundStatus
from marketplace.payments.models import (
    GatewayNotification,
    Invoice,
    InvoiceStatus,
    Payout,
    PayoutStatus,
    Settlement,
    SettlementStatus,
)
from marketplace.uploads.models import Upload
from marketplace.uploads.states import UNDECIDED


@dataclass(frozen=True)
class Backlog:
    """What waits: `moment` is the field that says since when, `limit` how long is usual. `key` is its name for programs.

    `is_dead`: nothing works on it any more, a person has to. `is_real`: its moments are of the real clock, not of the
    marketplace's. `url_name`: the desk where something can be done.
    """

    key: str
    label: str | Promise
    rows: Callable[[], QuerySet[Any]]
    moment: str
    limit: timedelta
    url_name: str = ""
    is_dead: bool = False
    is_real: bool = False


def _due(model: type[Any], statuses: list[str]) -> Callable[[], QuerySet[Any]]:
    return lambda: model.objects.filter(status__in=statuses)


STRAGGLERS = 3
_QUICK, _SOON, _DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(hours=24)
_BACKLOGS: list[Backlog] = [
    Backlog(
        "notices_to_spread",
        gettext_lazy("Notices to be spread"),
        lambda: Notification.objects.filter(spread_due_at__lte=clock.now()),
        "spread_due_at",
        _QUICK,
    ),
    Backlog(
        "notices_to_send",
        gettext_lazy("Notices to be sent"),
        lambda: Dispatch.objects.filter(
            status__in=[DispatchStatus.WAITING, DispatchStatus.SENDING], due_at__lte=clock.now()
        ),
        "due_at",
        _QUICK,
    ),
    Backlog(
        "notices_undelivered",
        gettext_lazy("Notices that could not be delivered"),
        _due(Dispatch, [DispatchStatus.DEAD]),
        "due_at",
        _DAY,
        "notifications_undelivered",
        is_dead=True,
    ),
    Backlog(
        "text_messages",
        gettext_lazy("Text messages to be sent"),
        lambda: OutboundMessage.objects.filter(
            Q(not_before=None) | Q(not_before__lte=clock.now()),
            status__in=[OutboundStatus.WAITING, OutboundStatus.SENDING],
        ),
        "created_at",
        _QUICK,
        is_real=True,
    ),
    Backlog(
        "order_deadlines",
        gettext_lazy("Clocks of orders that have come"),
        lambda: OrderDeadline.objects.filter(due_at__lte=clock.now()),
        "due_at",
        _SOON,
    ),
    Backlog(
        "refunds",
        gettext_lazy("Refunds on their way"),
        _due(Refund, [RefundStatus.DUE, RefundStatus.SENT]),
        "created_at",
        _DAY,
        "payments_waiting",
        is_real=True,
    ),
    Backlog(
        "refunds_stuck",
        gettext_lazy("Refunds that need a person"),
        _due(Refund, [RefundStatus.STUCK]),
        "created_at",
        _DAY,
        "orders_refunds",
        is_dead=True,
        is_real=True,
    ),
    Backlog(
        "withdrawals",
        gettext_lazy("Withdrawals on their way"),
        _due(Payout, [PayoutStatus.APPROVED, PayoutStatus.SENT]),
        "created_at",
        _DAY,
        "payments_waiting",
        is_real=True,
    ),
    Backlog(
        "settlements",
        gettext_lazy("Settlements on their way"),
        _due(Settlement, [SettlementStatus.DUE, SettlementStatus.SENT]),
        "created_at",
        _DAY,
        "payments_waiting",
        is_real=True,
    ),
    Backlog(
        "gateway_notifications",
        gettext_lazy("What institutions told and nobody could apply"),
        lambda: GatewayNotification.objects.filter(verified=True, applied_at=None).exclude(problem=""),
        "received_at",
        _SOON,
        "payments_waiting",
        is_dead=True,
        is_real=True,
    ),
    Backlog(
        "invoices",
        gettext_lazy("Invoices being issued"),
        _due(Invoice, [InvoiceStatus.REQUESTED, InvoiceStatus.REVERSING]),
        "created_at",
        _DAY,
        "payments_invoices",
        is_real=True,
    ),
    Backlog(
        "uploads",
        gettext_lazy("Uploads being looked at"),
        lambda: Upload.objects.filter(state__in=UNDECIDED, received_at__isnull=False),
        "received_at",
        _QUICK,
        is_real=True,
    ),
    Backlog(
        "search_changes",
        gettext_lazy("Services that the search was not told of"),
        SearchChange.objects.all,
        "created_at",
        timedelta(minutes=1),
        is_real=True,
    ),
]


def register_backlog(backlog: Backlog) -> None:
    """Let a room above this one say what may pile up in it. Called once, when the program starts."""
    _BACKLOGS.append(backlog)


@dataclass(frozen=True)
class Waiting:
    """How much of one backlog waits now, and for how long the oldest of it has."""

    backlog: Backlog
    number: int
    age: timedelta


def waiting() -> list[Waiting]:
    """Each backlog as it stands. One query each."""
    return [_counted(backlog) for backlog in _BACKLOGS]


def backlog_signals() -> list[Signal]:
    """Each backlog with its number and the age of the oldest, in words."""
    return [_in_words(counted) for counted in waiting()]


def late_backlogs(keys: Collection[str]) -> set[str]:
    """Which of these have at least STRAGGLERS over their limit: fewer are cases of their own, and no disturbance of the site."""
    return {backlog.key for backlog in _BACKLOGS if backlog.key in keys and _is_late(backlog)}


def _is_late(backlog: Backlog) -> bool:
    now = timezone.now() if backlog.is_real else clock.now()
    over = backlog.rows().order_by().filter(**{f"{backlog.moment}__lt": now - backlog.limit})
    return over[:STRAGGLERS].count() >= STRAGGLERS


def _counted(backlog: Backlog) -> Waiting:
    figures = backlog.rows().order_by().aggregate(number=Count("pk"), oldest=Min(backlog.moment))
    return Waiting(backlog, figures["number"], _age(figures["oldest"], is_real=backlog.is_real))


def _in_words(waits: Waiting) -> Signal:
    backlog, number, age = waits.backlog, waits.number, waits.age
    url = reverse(backlog.url_name) if backlog.url_name else ""
    if not number:
        return Signal(str(backlog.label), Level.GOOD, _("Nothing waits."), url)
    words = ngettext("%(number)s, since %(age)s.", "%(number)s, the oldest since %(age)s.", number)
    level = Level.GOOD
    if age > backlog.limit:
        level = Level.BAD
    elif backlog.is_dead:
        level = Level.WATCH
    return Signal(str(backlog.label), level, words % {"number": number, "age": in_words(age)}, url)


def _age(moment: datetime | None, *, is_real: bool) -> timedelta:
    now = timezone.now() if is_real else clock.now()
    return max(timedelta(), now - moment) if moment is not None else timedelta()
