"""Which clocks of an order run, computed from the order alone, and setting them. Called under the order's lock.

Every transition calls `keep_clocks`, so that none forgets one. Clocks that are no part of the order's own state (an answer
to a proposal, the steps of a dispute) are set with `set_deadlines` by whoever starts what they are for.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from marketplace.core import clock
from marketplace.core.rules import rule
from marketplace.orders.models import DeadlineKind, Order, OrderDeadline, OrderProposal
from marketplace.orders.states import FINAL_STATUSES, WORKED_ON_STATUSES, OrderStatus, ProposalStatus

Moments = Mapping[DeadlineKind, datetime | None]

# Before a silence accepts (facts/marketplace.md, "suggested own defaults"), and before the promised delivery.
ACCEPT_REMINDERS = {
    DeadlineKind.ACCEPT_REMINDER_FIRST: timedelta(hours=72),
    DeadlineKind.ACCEPT_REMINDER_LAST: timedelta(hours=24),
}
DUE_REMINDER_BEFORE = timedelta(hours=24)
# A buyer who has paid and not said what for is asked again, at last before institutions let go of the money by themselves
# (facts/payments.md: 180 days). Nobody cancels for them.
REQUIREMENTS_REMINDERS = tuple(timedelta(days=days) for days in (1, 3, 14, 60, 120))
# They only say something. One that comes too late is none; every other clock that is over has still to do its work.
SAYINGS = frozenset(
    {
        *ACCEPT_REMINDERS,
        DeadlineKind.REQUIREMENTS_REMINDER,
        DeadlineKind.DUE_REMINDER,
        DeadlineKind.LATE,
        DeadlineKind.VERY_LATE,
        DeadlineKind.DISPUTE_REMINDER,
        DeadlineKind.CANCEL_REMINDER,
    }
)
# What each of them warns of. Beside a deed that is due too it has nothing left to say.
WARNS_OF: Mapping[DeadlineKind, frozenset[DeadlineKind]] = {
    **dict.fromkeys(ACCEPT_REMINDERS, frozenset({DeadlineKind.ACCEPT})),
    DeadlineKind.DUE_REMINDER: frozenset({DeadlineKind.LATE}),
    DeadlineKind.VERY_LATE: frozenset({DeadlineKind.PROPOSAL_CANCEL}),
    DeadlineKind.CANCEL_REMINDER: frozenset({DeadlineKind.PROPOSAL_CANCEL}),
    DeadlineKind.DISPUTE_REMINDER: frozenset(
        {DeadlineKind.DISPUTE_ANSWER, DeadlineKind.DISPUTE_MEDIATION, DeadlineKind.DISPUTE_APPEAL}
    ),
}
# What `clocks_of` answers for. The others belong to proposals and disputes.
STATE_CLOCKS = (
    DeadlineKind.ACCEPT,
    *ACCEPT_REMINDERS,
    DeadlineKind.REQUIREMENTS_REMINDER,
    DeadlineKind.DUE_REMINDER,
    DeadlineKind.LATE,
    DeadlineKind.VERY_LATE,
)


def clocks_of(order: Order) -> dict[DeadlineKind, datetime]:
    """The moments (UTC) of the clocks that the order's state, columns and pinned rules make run, coming ones and past ones."""
    if order.status == OrderStatus.AWAITING_REQUIREMENTS and order.paid_at is not None:
        coming = [order.paid_at + pause for pause in REQUIREMENTS_REMINDERS if order.paid_at + pause > clock.now()]
        return {DeadlineKind.REQUIREMENTS_REMINDER: coming[0]} if coming else {}
    if order.status in WORKED_ON_STATUSES and order.due_at is not None:
        moments = {DeadlineKind.LATE: order.due_at, DeadlineKind.VERY_LATE: very_late_at(order)}
        reminder = order.due_at - DUE_REMINDER_BEFORE
        if order.started_at is None or reminder > order.started_at:
            moments[DeadlineKind.DUE_REMINDER] = reminder
        return moments
    if order.status == OrderStatus.DELIVERED and order.auto_accept_at is not None:
        moments = {DeadlineKind.ACCEPT: order.auto_accept_at}
        for kind, before in ACCEPT_REMINDERS.items():
            reminder = order.auto_accept_at - before
            if order.delivered_at is None or reminder > order.delivered_at:
                moments[kind] = reminder
        return moments
    return {}


def very_late_at(order: Order) -> datetime:
    """From when on the buyer may cancel alone (UTC). For an order whose delivery clock has started."""
    assert order.due_at is not None  # noqa: S101 narrows the type
    return order.due_at + timedelta(hours=rule(order.rules, "orders.very_late_hours"))


def is_very_late(order: Order) -> bool:
    """Whether the buyer may cancel alone now."""
    return order.due_at is not None and clock.now() >= very_late_at(order)


def second_thought_until(order: Order) -> datetime | None:
    """Until when (UTC) a buyer whose seller began without the requirements may still cancel alone. None where that is over.

    Counted from the beginning: a seller may begin a week after the payment, and takes nobody by surprise then either.
    Whoever sends the answers after all, or whose gig asked nothing, has had the last word before the work.
    """
    if order.status not in WORKED_ON_STATUSES or order.started_at is None:
        return None
    until = order.started_at + timedelta(hours=rule(order.rules, "orders.second_thought_hours"))
    if clock.now() >= until or not any(row.is_draft for row in order.requirements.all()):
        return None
    return until


def keep_clocks(order: Order) -> None:
    """Let exactly the clocks run that the (locked, saved) order's state asks for; at its end nothing runs or waits any more."""
    if order.status in FINAL_STATUSES:
        stop_all_deadlines(order)
        OrderProposal.objects.filter(order=order, status=ProposalStatus.OPEN).update(
            status=ProposalStatus.OVERTAKEN, answered_at=clock.now()
        )
        return
    moments = clocks_of(order)
    set_deadlines(order, {kind: moments.get(kind) for kind in STATE_CLOCKS})


def set_deadlines(order: Order, moments: Moments) -> None:
    """Set each of these clocks anew. None stops it; a reminder that is over is stopped too, anything else rings at once."""
    now = clock.now()
    running = {kind: at for kind, at in moments.items() if at is not None and (at > now or kind not in SAYINGS)}
    if running:
        OrderDeadline.objects.bulk_create(
            (OrderDeadline(order=order, kind=kind, due_at=at) for kind, at in running.items()),
            update_conflicts=True,
            unique_fields=["order", "kind"],
            update_fields=["due_at"],
        )
    stop_deadlines(order, *(kind for kind in moments if kind not in running))


def stop_deadlines(order: Order, *kinds: DeadlineKind) -> None:
    """Stop these clocks; those that do not run are left alone."""
    if kinds:
        OrderDeadline.objects.filter(order=order, kind__in=kinds).delete()


def stop_all_deadlines(order: Order) -> None:
    """The order has ended: nothing happens to it by itself any more."""
    OrderDeadline.objects.filter(order=order).delete()
