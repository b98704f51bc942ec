"""Whether somebody may still be paying for an order in this moment, asked from below.

Payments are a room above this one and may not be imported here: it says at start-up (payments/apps.py) who knows.
"""

from collections.abc import Callable

_known_by: list[Callable[[int], bool]] = []


def known_by(has_open_attempt: Callable[[int], bool]) -> None:
    """Name the function that knows whether an institution may still take the money of an order (its id)."""
    _known_by[:] = [has_open_attempt]


def may_be_paid_now(order_id: int) -> bool:
    """Whether a payment of this order was begun that nobody has heard the end of. Ask under the order's lock."""
    return bool(_known_by) and _known_by[0](order_id)
