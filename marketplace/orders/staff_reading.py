"""Staff who reads what two people wrote and handed in leaves a line: once a person, order and day, wherever they open it."""

from marketplace.accounts.models import User
from marketplace.core import staff_log
from marketplace.orders.models import Order


def note_reading(reader: User, order: Order) -> None:
    """Write that this person read the order, unless it is one of its two sides. A cache that forgot writes it once more."""
    if reader.pk in (order.buyer_id, order.seller_id):
        return
    staff_log.note_reading(actor=reader, action="order.read", what=order.pk, data={"order": order.number})
