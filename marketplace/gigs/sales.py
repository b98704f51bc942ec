"""How often gigs are bought, and how many orders of one are worked on, asked from below.

Orders are a room above this one and may not be imported here: it says at start-up (orders/apps.py) how they are counted.
"""

from collections.abc import Callable, Collection
from datetime import date

from django.db.models.expressions import Combinable

# (gig, day of China's) → orders paid on that day
SalesByDay = dict[tuple[int, date], int]
SalesCounter = Callable[[Collection[int], date], SalesByDay]
# name of the column of the outer query that names a gig → its count
WorkCounter = Callable[[str], Combinable]

_counters: list[SalesCounter] = []
_work_counters: list[WorkCounter] = []


def counted_by(counter: SalesCounter) -> None:
    """Name the one function that counts the orders of some gigs that were paid since a day, in one query."""
    _counters[:] = [counter]


def sales_since(gig_ids: Collection[int], since: date) -> SalesByDay:
    """Paid orders of these gigs by day. Raises RuntimeError when no room of orders is installed."""
    if not _counters:
        raise RuntimeError("nobody counts orders")
    return _counters[0](gig_ids, since)


def work_counted_by(counter: WorkCounter) -> None:
    """Name the one expression that counts the orders of a gig on which its seller works."""
    _work_counters[:] = [counter]


def orders_in_progress(gig: str) -> Combinable:
    """For a query whose column `gig` names a gig: how many of its orders are worked on, without a query more.

    Counted when a page is read (who looks around may see the number of a minute ago), not kept in GigStats: each step of each
    order would write the one row of its gig, and buyers of the same gig would wait for one another. Raises RuntimeError when no
    room of orders is installed.
    """
    if not _work_counters:
        raise RuntimeError("nobody counts orders")
    return _work_counters[0](gig)
