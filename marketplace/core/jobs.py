"""How periodic jobs go through a list: one bad row must not keep the others waiting."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from redis.exceptions import LockError

from marketplace.core import live

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


@contextmanager
def only_one(job: str, *, seconds: int) -> Iterator[bool]:
    """Whether no other process is at this job now. One that is killed keeps the others out for `seconds` at most."""
    lock = live.client(settings.CACHES["default"]["LOCATION"]).lock(
        cache.make_key(f"job:{job}"), timeout=seconds, blocking=False
    )
    is_ours = lock.acquire()
    try:
        yield is_ours
    finally:
        if is_ours:
            with suppress(LockError):  # it took longer than it may, and is whoever's came after
                lock.release()


class Setbacks(Generic[Item]):
    """Which items of a job failed lately: they stand back for a while, or they would be tried first in each run for ever.

    Kept in the cache alone. Where it forgets one, that one is tried again a little early.
    """

    def __init__(self, job: str, *, seconds: int = 15 * 60) -> None:
        self._job, self._seconds = job, seconds

    def note(self, item: Item) -> None:
        """It failed just now."""
        cache.set(self._key(item), True, self._seconds)

    def first_without(self, items: Sequence[Item] | QuerySet[Any, Item], *, limit: int) -> list[Item]:
        """The first `limit` items that did not fail lately. A query set is read in slices, no further than needed."""
        found: list[Item] = []
        for start in count(0, limit):
            part = list(items[start : start + limit])
            failed = cache.get_many(self._key(item) for item in part)
            found += (item for item in part if self._key(item) not in failed)
            if len(part) < limit or len(found) >= limit:
                break
        return found[:limit]

    def _key(self, item: Item) -> str:
        return f"failed:{self._job}:{item}".replace(" ", "")


def count_done(
    items: Iterable[Item],
    work: Callable[[Item], object],
    *,
    until: Deadline | None = None,
    setbacks: Setbacks[Item] | None = None,
) -> int:
    """Do `work` for each item and return how often it returned something true.

    An exception is logged with the item and its stack (loud: error trackers listen to it), and the next item is done.
    `setbacks` remember what failed; whoever selects the items asks them.
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
            if setbacks is not None:
                setbacks.note(item)
    return done
