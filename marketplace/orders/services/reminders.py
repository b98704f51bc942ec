"""What the clocks of an order say: that somebody is waited for, that a delivery is late. Nothing moves by them."""

from datetime import datetime, timedelta

from marketplace.core import clock
from marketplace.notifications import catalogue
from marketplace.orders import deadlines, events
from marketplace.orders.models import DeadlineKind, Order, OrderEventType
from marketplace.orders.services._rules import tell
from marketplace.orders.services.clocks import at_deadline
from marketplace.orders.states import WORKED_ON_STATUSES, OrderStatus

DAY = timedelta(days=1)


def _is_to_come(moment: datetime | None, more_than: timedelta = timedelta()) -> bool:
    """Whether what a reminder speaks of is still ahead: a job that comes late says nothing that is over, or another's turn."""
    return moment is not None and moment > clock.now() + more_than


@at_deadline(DeadlineKind.REQUIREMENTS_REMINDER)
def remind_of_requirements(order: Order) -> None:
    """Ask the buyer once more what is to be made; from the second week on the seller, who may begin or cancel, hears too."""
    if order.status != OrderStatus.AWAITING_REQUIREMENTS or order.paid_at is None:
        return
    tell(order.buyer_id, order, catalogue.orders.REQUIREMENTS_WANTED)
    if clock.now() >= order.paid_at + deadlines.REQUIREMENTS_REMINDERS[2]:
        tell(order.seller_id, order, catalogue.orders.REQUIREMENTS_STILL_MISSING)
    deadlines.keep_clocks(order)


@at_deadline(DeadlineKind.ACCEPT_REMINDER_FIRST)
def remind_of_acceptance(order: Order) -> None:
    """Three days before silence accepts."""
    if order.status == OrderStatus.DELIVERED and _is_to_come(order.auto_accept_at, DAY):
        tell(order.buyer_id, order, catalogue.orders.ACCEPT_IN_THREE_DAYS)


@at_deadline(DeadlineKind.ACCEPT_REMINDER_LAST)
def remind_of_acceptance_again(order: Order) -> None:
    """A day before silence accepts."""
    if order.status == OrderStatus.DELIVERED and _is_to_come(order.auto_accept_at):
        tell(order.buyer_id, order, catalogue.orders.ACCEPT_IN_A_DAY)


@at_deadline(DeadlineKind.DUE_REMINDER)
def remind_of_delivery(order: Order) -> None:
    """A day before the promised delivery."""
    if order.status in WORKED_ON_STATUSES and _is_to_come(order.due_at):
        tell(order.seller_id, order, catalogue.orders.DUE_IN_A_DAY)


@at_deadline(DeadlineKind.LATE)
def note_lateness(order: Order) -> None:
    """The promised time is over: both sides hear of it, and it stands in the time line."""
    if order.status not in WORKED_ON_STATUSES or order.due_at is None:
        return
    if order.due_at > clock.now():
        deadlines.keep_clocks(order)
        return
    events.record(order, OrderEventType.LATE, actor=None, at=order.due_at, due_at=order.due_at.isoformat())
    tell(order.seller_id, order, catalogue.orders.LATE_SELLER)
    tell(order.buyer_id, order, catalogue.orders.LATE_BUYER)


@at_deadline(DeadlineKind.VERY_LATE)
def tell_of_the_way_out(order: Order) -> None:
    """The buyer may cancel alone from now on (facts/marketplace.md, rule 4). Nobody does it for them."""
    if order.status in WORKED_ON_STATUSES:
        tell(order.buyer_id, order, catalogue.orders.VERY_LATE)
