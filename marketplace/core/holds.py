"""What is still needed although its time is over, told room by room.

Rooms below may not ask those above whether a case about an order or a message is open: whoever has such cases names them here,
as with core/staff_log.py. Whatever removes data (orders/keeping.py, messaging/keeping.py) leaves out what is named.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

# What a holder names: keys of orders, of conversations, of messages.
ORDERS, CONVERSATIONS, MESSAGES = "orders", "conversations", "messages"
Holder = Callable[[], QuerySet[Any]]
_holders: dict[tuple[str, str], Holder] = {}


def hold(what: str, name: str, holder: Holder) -> None:
    """Have `holder` say which of `what` the room `name` still needs: one column of keys, none of them empty.

    Called once, when the room's app is ready; a second call takes the place of the first.
    """
    _holders[what, name] = holder


def is_held(what: str, path: str = "pk") -> Q:
    """Those rows whose key at `path` some room needs."""
    held = Q(pk__in=())
    for (kind, _name), holder in sorted(_holders.items()):
        if kind == what:
            held |= Q(**{f"{path}__in": holder()})
    return held
