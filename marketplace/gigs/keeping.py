"""Who is told when somebody keeps a gig, or keeps it no longer (as orders/events.py)."""

from collections.abc import Callable

from marketplace.accounts.models import User

# Rooms above this one, who have something to do of their own then (discovery/apps.py).
_listeners: dict[str, Callable[[User, int], object]] = {}


def told_by(name: str, listener: Callable[[User, int], object]) -> None:
    """Name what `name` does with the person and the gig's key; a second call takes the place of the first.

    It is called in the same transaction, under the gig's lock, and takes locks that come after that one only.
    """
    _listeners[name] = listener


def tell(user: User, gig_id: int) -> None:
    """Tell everybody who wants to know."""
    for listener in _listeners.values():
        listener(user, gig_id)
