"""What many parts of one page ask for, and what is the same for all of them: the cache is asked once, not by each part.

Only while a page is read (`while_one_page_is_made`, portal/page_cache.py): whoever changes something reads anew each time, as do
jobs. A change meanwhile is on the next page; a page that is kept was begun before it and is not served any more.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from marketplace.core import prefetching

Read = TypeVar("Read")

_held: ContextVar[dict[str, Any] | None] = ContextVar("held_for_one_page", default=None)
_is_for_visitors: ContextVar[bool] = ContextVar("is_one_page_for_visitors", default=False)


@contextmanager
def while_one_page_is_made(address: str, *, is_for_visitors: bool = True) -> Iterator[None]:
    """Within the block `once` keeps what it read, and what pages of this address ask the cache for is prefetched.

    `is_for_visitors`: not the desk of who makes the site, nor a preview.
    """
    held, shown = _held.set({}), _is_for_visitors.set(is_for_visitors)
    try:
        with prefetching.for_page(address):
            yield
    finally:
        _held.reset(held)
        _is_for_visitors.reset(shown)


def is_for_visitors() -> bool:
    """Whether a page of the site is being read, and not the desk of who makes it, nor a preview."""
    return _is_for_visitors.get()


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
