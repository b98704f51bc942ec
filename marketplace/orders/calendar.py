"""The deadlines of somebody's running orders by day: a month as a grid, and the same as an agenda. Three queries."""

import calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.orders import selectors
from marketplace.orders.automatic import title_of
from marketplace.orders.deadlines import SAYINGS
from marketplace.orders.models import DeadlineKind, Order, OrderDeadline
from marketplace.orders.states import BUYER, WORKED_ON_STATUSES, OrderStatus

# Columns of the order say these; what a clock only says is no deadline, but that the buyer may cancel alone is.
_LEFT_OUT = {DeadlineKind.ACCEPT, *SAYINGS} - {DeadlineKind.VERY_LATE}


@dataclass(frozen=True)
class DueThing:
    """Something of an order that is due at a moment."""

    at: datetime
    what: str | Promise
    order: Order
    is_over: bool


@dataclass(frozen=True)
class Day:
    """A day of the grid."""

    day: date
    is_in_month: bool
    is_today: bool
    things: list[DueThing]


@dataclass(frozen=True)
class Month:
    """A month of China's calendar, in whole weeks from Monday."""

    first: date
    weeks: list[list[Day]]

    @property
    def before(self) -> str:
        """The month before, as an address names it."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after."""
        return f"{self.first + timedelta(days=31):%Y-%m}"

    @property
    def agenda(self) -> list[Day]:
        """The days of the month on which something is due."""
        return [day for week in self.weeks for day in week if day.is_in_month and day.things]


def month_of(user: User, side: str, asked: str = "") -> Month:
    """What is due in the month `asked` (2026-12; this one for anything else) of the orders this person bought or sold."""
    first = _first_day(asked)
    days = calendar.Calendar(calendar.MONDAY).monthdatescalendar(first.year, first.month)
    things = _things(user, side, clock.midnight(days[0][0]), clock.midnight(days[-1][-1] + timedelta(days=1)))
    today = timezone.localdate(clock.now())
    weeks = [[Day(day, day.month == first.month, day == today, things[day]) for day in week] for week in days]
    return Month(first, weeks)


def _first_day(asked: str) -> date:
    try:
        found = date.fromisoformat(f"{asked}-01")
    except ValueError:
        found = timezone.localdate(clock.now())
    # The weeks around the first and the last month that Python knows would lie outside it.
    return found.replace(day=1) if 2000 <= found.year <= 2100 else timezone.localdate(clock.now()).replace(day=1)


def _things(user: User, side: str, start: datetime, end: datetime) -> defaultdict[date, list[DueThing]]:
    orders = (selectors.purchases if side == BUYER else selectors.sales)(user, group="open")
    within = (
        Q(status__in=WORKED_ON_STATUSES, due_at__gte=start, due_at__lt=end)
        | Q(status=OrderStatus.DELIVERED, auto_accept_at__gte=start, auto_accept_at__lt=end)
        | Q(status=OrderStatus.PENDING_PAYMENT, payment_expires_at__gte=start, payment_expires_at__lt=end)
    )
    found = [_of_the_columns(order) for order in orders.filter(within)]
    rows = OrderDeadline.objects.filter(order__in=orders.order_by(), due_at__gte=start, due_at__lt=end)
    rows = rows.exclude(kind__in=_LEFT_OUT).select_related("order__dispute")
    found += [(row.due_at, title_of(row.kind, row.order, user), row.order) for row in rows]
    now, by_day = clock.now(), defaultdict(list)
    for at, what, order in sorted(found, key=lambda each: (each[0], each[2].pk)):
        by_day[timezone.localdate(at)].append(DueThing(at, what, order, at < now))
    return by_day


def _of_the_columns(order: Order) -> tuple[datetime, str | Promise, Order]:
    if order.status == OrderStatus.DELIVERED and order.auto_accept_at:
        return order.auto_accept_at, _("Accepted automatically"), order
    if order.status == OrderStatus.PENDING_PAYMENT or order.due_at is None:
        return order.payment_expires_at, _("Closed, not paid in time"), order
    is_revision = order.status == OrderStatus.REVISION_REQUESTED
    return order.due_at, _("Promised revision") if is_revision else _("Promised delivery"), order
