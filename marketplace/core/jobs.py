"""How periodic jobs go through a list: one bad row must not keep the others waiting."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
logger = logging.getLogger(__name__)


def count_done(items: Iterable[Item], work: Callable[[Item], object]) -> int:
    """Do `work` for each item and return how often it returned something true.

    An exception is logged with the item and its stack (loud: error trackers listen to it), and the next item is done.
    """
    done = 0
    for item in items:
        try:
            done += bool(work(item))
        except Exception:
            logger.exception("a job failed for %r; the others go on", item)
    return done
