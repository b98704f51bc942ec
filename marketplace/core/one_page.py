"""What many parts of one page ask for, and what is the same for all of them: the cache is asked once, not by each part.

Only while a page is read (`while_one_page_is_made`, portal/page_cache.py): whoever changes something reads anew each time, as do
jobs. A change meanwhile is on the next page; a page that is kept was begun before it and is not served any more.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

Read = TypeVar("Read")

_held: ContextVar[dict[str, Any] | None] = ContextVar("held_for_one_page", default=None)


@contextmanager
def while_one_page_is_made() -> Iterator[None]:
    """Within the block `once` keeps what it read."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def once(key: str, read: Callable[[], Read]) -> Read:
    """What `read` returns; while a page is made, what it returned for the first part that asked under this key."""
    held = _held.get()
    if held is None:
        return read()
    if key not in held:
        held[key] = read()
    return cast("Read", held[key])


def forget(key: str) -> None:
    """The next part that asks reads anew."""
    if (held := _held.get()) is not None:
        held.pop(key, None)
