"""How periodic jobs go through a list: one bad row must not keep the others waiting."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
logger = logging.getLogger(__name__)

# A job is killed after CELERY_TASK_TIME_LIMIT (300 seconds); an item that has begun may take another minute.
JOB_SECONDS = 210


class Deadline:
    """When a job has to stop beginning things. What is left over has its turn in the next run."""

    def __init__(self, seconds: int = JOB_SECONDS) -> None:
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether nothing more may be begun."""
        return time.monotonic() >= self._end


def count_done(items: Iterable[Item], work: Callable[[Item], object], *, until: Deadline | None = None) -> int:
    """Do `work` for each item and return how often it returned something true.

    An exception is logged with the item and its stack (loud: error trackers listen to it), and the next item is done.
    At the deadline it stops: whoever calls gives those first that have waited longest.
    """
    done = 0
    for item in items:
        if until is not None and until.is_over:
            logger.info("a job stops at its deadline; the rest has its turn in the next run")
            break
        try:
            done += bool(work(item))
        except Exception:
            logger.exception("a job failed for %r; the others go on", item)
    return done
