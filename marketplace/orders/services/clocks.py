"""What happens to an order by itself when a deadline has come. Safe to run twice, late, and on many workers.

The job reads which deadlines are due without a lock, then takes each order's lock, unless somebody holds it (then its next
run comes back), and asks for the row again: a deadline that was moved or stopped meanwhile does nothing. The order's lock
comes first, as everywhere (docs/locking.md): a job that locked deadlines first would wait for a person who holds the
order and sets its clock.
"""

from collections.abc import Callable

from django.db import transaction

from marketplace.core import clock
from marketplace.orders import deadlines, locks
from marketplace.orders.models import DeadlineKind, Order, OrderDeadline

# What to do with the (locked) order; its own checks decide whether there is still something to do.
Handler = Callable[[Order], None]
_HANDLERS: dict[DeadlineKind, Handler] = {}


def at_deadline(kind: DeadlineKind) -> Callable[[Handler], Handler]:
    """Declare what a deadline of `kind` does. Raises ValueError when the kind has a handler already."""

    def register(handler: Handler) -> Handler:
        if kind in _HANDLERS:
            raise ValueError(f"two handlers for {kind}")
        _HANDLERS[kind] = handler
        return handler

    return register


@transaction.atomic
def run_deadline(*, order_id: int, kind: DeadlineKind) -> bool:
    """Do what is due of this kind for one order. Returns whether something was due and done.

    Raises LookupError for a kind without a handler: a clock that nobody answers is a fault of the program.
    """
    order = locks.try_lock_order(order_id)
    if order is None:
        return False
    row = OrderDeadline.objects.filter(order=order, kind=kind, due_at__lte=clock.now()).first()
    if row is None:
        return False
    row.delete()
    if not _is_overtaken(order, kind):
        _HANDLERS[kind](order)
    return True


def _is_overtaken(order: Order, kind: DeadlineKind) -> bool:
    """Whether a reminder comes so late that what it warns of is due already: nobody is asked for what this run ends."""
    deeds = deadlines.WARNS_OF.get(kind, frozenset())
    return bool(deeds) and order.deadlines.filter(kind__in=deeds, due_at__lte=clock.now()).exists()


@transaction.atomic
def wind_clocks(*, order_id: int) -> bool:
    """Set the clocks of one order as its state has them. Returns False when somebody holds it: the next run comes back."""
    order = locks.try_lock_order(order_id)
    if order is None:
        return False
    deadlines.keep_clocks(order)
    return True
