"""What is dear to read, kept until something that it shows changes (core/page_cache.py `forget`).

One thing, read by one at a time (`remember`); or many small ones, each kept by itself, since lists that differ show the same
services again and again, and asked for at once (`remember_each`).
"""

import logging
import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Generic, TypeVar, cast

from django.core.cache import cache
from django.db import connection
from django.db.models import Model
from django.utils.crypto import get_random_string
from redis.exceptions import RedisError

from marketplace.core import clock, page_cache, prefetching
from marketplace.core.cache import server_of
from marketplace.core.forgiving import forgiving_cache

logger = logging.getLogger(__name__)

Key = TypeVar("Key", bound=Hashable)
Read = TypeVar("Read")
Found = TypeVar("Found")


# Where nothing is kept, others wait for so long for the one that reads it; whoever waited in vain reads it too.
WAIT_SECONDS = 5.0
_LOOK_AGAIN_SECONDS = 0.02
# Who reads dies, and the next one begins after this: longer than any statement may take (portal/settings/services.py).
_READING_SECONDS = 30


@dataclass(frozen=True)
class _Remembered:
    """What was read, of what, and when that began; from `until` on, by the marketplace's clock, it says something else."""

    value: object
    begun_at: float
    tags: frozenset[str]
    until: datetime | None

    def is_younger_than(self, seconds: int) -> bool:
        return time.time() - self.begun_at < seconds

    def shown(self) -> object:
        """The value, which the page that is being made shows."""
        page_cache.shows(*self.tags, until=self.until)
        return self.value

    def is_good(self) -> bool:
        """Whether nothing that it shows has changed. Raises redis.RedisError."""
        is_over = self.until is not None and self.until <= clock.now()
        return not is_over and page_cache.is_unchanged(self.tags, since=self.begun_at)


def remember(key: str, read: Callable[[], Found], *, seconds: int) -> Found:
    """What `read` returns, kept for `seconds` unless something that it shows (it says so by `page_cache.shows`) changes before.

    One reads it at a time: meanwhile the others have what was there before, for as long again (REMEMBERED_SECONDS in all), or
    wait where nothing was; nobody waits within a transaction, whose rows others wait for. Figures over a million services take
    seconds, and eight who read them at once take the database from everybody. Where reading fails and something was there
    before, that is given, and the log says so. The page that is being made shows the same. A cache that does not answer keeps
    nothing.
    """
    try:
        kept = _looked_up(key)
        if kept is not None and kept.is_younger_than(seconds):
            return cast("Found", kept.shown())
        mark = _begin(key)
        if not mark and kept is None and not connection.in_atomic_block:
            mark, kept = _wait(key)
        if not mark and kept is not None:
            return cast("Found", kept.shown())
    except RedisError:
        logger.warning("nothing is remembered: the cache does not answer")
        return read()
    try:
        begun_at = page_cache.begins_at()
        with page_cache.noting() as shown:
            value = read()
    except Exception:
        if kept is None:
            raise
        logger.exception("%s could not be read anew: what was there before is given", key)
        return cast("Found", kept.shown())
    else:
        page_cache.shows(*shown.tags, until=shown.until)
        found = _Remembered(value, begun_at, frozenset(shown.tags), shown.until)
        _keep({_name_of(key): found}, min(2 * seconds, page_cache.REMEMBERED_SECONDS))
        return value
    finally:
        _end(key, mark)


def forget_remembered(*keys: str) -> None:
    """Read anew what `remember` keeps under these keys. A server that is away may still have it when it is back."""
    forgiving_cache.delete_many([_name_of(key) for key in keys])


def _looked_up(key: str) -> _Remembered | None:
    name = _name_of(key)
    kept = server_of(cache).get_for_page([name]).get(name)
    return kept if isinstance(kept, _Remembered) and kept.is_good() else None


def _wait(key: str) -> tuple[str, _Remembered | None]:
    """What somebody else is reading just now; or the mark of who reads it next, "" for who waited in vain."""
    ends = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < ends:
        time.sleep(_LOOK_AGAIN_SECONDS)
        prefetching.look_again()
        mark = _begin(key)  # before the look: what was read is kept first, then the mark goes
        if (kept := _looked_up(key)) is not None:
            _end(key, mark)
            return "", kept
        if mark:
            return mark, None
    return "", None


def _begin(key: str) -> str:
    """A mark that says who reads this, "" where somebody else does. Raises redis.RedisError."""
    mark = get_random_string(12)
    return mark if cache.add(f"{key}:reading", mark, _READING_SECONDS) else ""


def _end(key: str, mark: str) -> None:
    """It is read, or could not be. A mark that ran out meanwhile may be somebody else's, which stays."""
    try:
        if mark and cache.get(f"{key}:reading") == mark:
            cache.delete(f"{key}:reading")
    except RedisError:
        return  # it ends by itself


@dataclass(frozen=True)
class _Kept(Generic[Read]):
    """What was read, of what, and when that began (seconds since the epoch)."""

    value: Read
    tags: tuple[str, ...]
    begun_at: float


def remember_each(
    names: Mapping[Key, str],
    read: Callable[[Sequence[Key]], Mapping[Key, Read]],
    *,
    tags_of: Callable[[Key, Read], Iterable[str]],
    seconds: int = page_cache.FRESH_SECONDS,
    is_shared: bool = False,
) -> dict[Key, Read]:
    """What `read` finds for each key, kept under its name for `seconds` unless one of its tags is forgotten before.

    `read` is asked for those alone that are not kept, and leaves out what there is not. The page that is being made shows the
    tags of all. A transaction sees what nobody else does yet: within one nothing is kept, and nothing kept is given. `is_shared`:
    other pages of this process are given the same, which nobody may change.
    """
    if connection.in_atomic_block:
        found = dict(read([*names]))
        page_cache.shows(*(tag for key, value in found.items() for tag in tags_of(key, value)))
        return found
    names = {key: _name_of(name) for key, name in names.items()}
    kept: dict[Key, _Kept[Read]] = _kept(names, is_shared)
    missing = [key for key in names if key not in kept]
    if missing:
        begun_at = page_cache.begins_at()
        anew = {key: _Kept(value, tuple(tags_of(key, value)), begun_at) for key, value in read(missing).items()}
        _keep({names[key]: one for key, one in anew.items()}, seconds)
        kept |= anew
    page_cache.shows(*{tag for one in kept.values() for tag in one.tags})
    return {key: kept[key].value for key in names if key in kept}


def shape_of(*classes: type) -> str:
    """A word for a name that changes with the fields of what is kept under it: two releases run at once for a while.

    Reading says nothing of a field that was not there yet; whoever looks at it would.
    """
    fields = [[one.__qualname__, *getattr(one, "__dataclass_fields__")] for one in classes]  # noqa: B009 - mypy knows it not
    return blake2b(repr(fields).encode(), digest_size=4).hexdigest()


def columns_of(*models: type[Model]) -> str:
    """The same for rows: a word that changes with the columns of their tables."""
    columns = [[one._meta.label, *sorted(column.attname for column in one._meta.concrete_fields)] for one in models]
    return blake2b(repr(columns).encode(), digest_size=4).hexdigest()


_SHAPE = shape_of(_Kept, _Remembered)


def _name_of(key: str) -> str:
    """What is kept under. Of two releases that run at once, and differ in these two classes, neither reads what the other wrote.

    Who keeps values of classes of its own puts their shape into the key, or the names of its columns.
    """
    return f"{key}:{_SHAPE}"


def _kept(names: Mapping[Key, str], is_shared: bool) -> dict[Key, _Kept[Read]]:
    try:
        answer = server_of(cache).get_for_page(names.values(), is_shared=is_shared) if names else {}
        found = {key: answer[name] for key, name in names.items() if isinstance(answer.get(name), _Kept)}
        forgotten = page_cache.forgotten_at({tag for one in found.values() for tag in one.tags})
    except RedisError:
        logger.warning("nothing is remembered: the cache does not answer")
        return {}
    return {
        key: one
        for key, one in found.items()
        if all(page_cache.is_before(forgotten.get(tag), one.begun_at) for tag in one.tags)
    }


def _keep(rows: Mapping[str, object], seconds: int) -> None:
    try:
        cache.set_many(dict(rows), seconds)
    except RedisError:
        logger.warning("nothing is remembered: the cache does not answer")
