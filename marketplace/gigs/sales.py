"""How often gigs are bought, asked from below.

Orders are a room above this one and may not be imported here: it says at start-up (orders/apps.py) how they are counted.
"""

from collections.abc import Callable, Collection
from datetime import date

# (gig, day of China's) → orders paid on that day
SalesByDay = dict[tuple[int, date], int]
SalesCounter = Callable[[Collection[int], date], SalesByDay]

_counters: list[SalesCounter] = []


def counted_by(counter: SalesCounter) -> None:
    """Name the one function that counts the orders of some gigs that were paid since a day, in one query."""
    _counters[:] = [counter]


def sales_since(gig_ids: Collection[int], since: date) -> SalesByDay:
    """Paid orders of these gigs by day. Raises RuntimeError when no room of orders is installed."""
    if not _counters:
        raise RuntimeError("nobody counts orders")
    return _counters[0](gig_ids, since)
