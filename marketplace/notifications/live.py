"""Who is told that somebody's count changed, so that the bell of open pages follows. The room of the sockets registers itself."""

import logging
from collections.abc import Callable

from marketplace.core.commits import after_commit

logger = logging.getLogger(__name__)
Listener = Callable[[int], None]
_listeners: list[Listener] = []


def on_count_changed(listener: Listener) -> None:
    """Have `listener` called with the key of a person after each commit that changed what they have not read.

    Once per process, from an app's `ready`. It must not wait for a network for long, and what it raises is only logged:
    pages ask again by themselves.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def count_changed(user_id: int) -> None:
    """Tell the listeners once the caller's transaction commits."""
    if _listeners:
        after_commit(_tell, user_id)


def _tell(user_id: int) -> None:
    for listener in _listeners:
        try:
            listener(user_id)
        except Exception:
            logger.exception("the count of %s was not pushed; the page asks again by itself", user_id)
