"""Staff who reads what two people wrote and handed in leaves a line: once a person, order and day, wherever they open it."""

from django.core.cache import cache
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.orders.models import Order

_DAY_SECONDS = 24 * 60 * 60


def note_reading(reader: User, order: Order) -> None:
    """Write that this person read the order, unless it is one of its two sides. A cache that forgot writes it once more."""
    if reader.pk in (order.buyer_id, order.seller_id):
        return
    key = f"orders-read:{reader.pk}:{order.pk}:{timezone.localdate(clock.now())}"
    if cache.get(key) is None:
        staff_log.note(actor=reader, action="order.read", data={"order": order.number})
        cache.set(key, True, _DAY_SECONDS)
