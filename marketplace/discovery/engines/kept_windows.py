"""Windows of frequent words, kept for a moment: who chooses filters, turns pages or comes back asks for the same words again.

Only windows that are capped. Their counts are lower bounds anyway, they hold the most popular of the catalogue, and nobody gets
among those within seconds. What is shown of a service (its price, whether it is sold at all) is read anew for each answer.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Kept = TypeVar("Kept")

# Some four megabytes each in every process of the portal.
MOST, SECONDS = 8, 30


class KeptForAMoment(Generic[Kept]):
    """The last few things that were made, by what they were made for. Safe for threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[float, Kept]] = OrderedDict()
        self._lock = Lock()

    def get_or_make(self, key: Hashable, make: Callable[[], Kept], *, is_worth_it: Callable[[Kept], bool]) -> Kept:
        """What was made for this key lately, or now."""
        now = time.monotonic()
        with self._lock:
            made_at, kept = self._kept.get(key, (-SECONDS, None))
            if kept is not None and now - made_at < SECONDS:
                self._kept.move_to_end(key)
                return kept
        made = make()
        if is_worth_it(made):
            with self._lock:
                self._kept[key] = now, made
                self._kept.move_to_end(key)
                while len(self._kept) > MOST:
                    self._kept.popitem(last=False)
        return made

    def clear(self) -> None:
        """Forget everything: for tests, whose catalogues follow one another within a second."""
        with self._lock:
            self._kept.clear()
