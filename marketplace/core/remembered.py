"""Many small things that are dear to read, each kept by itself: lists that differ show the same services again and again.

As `page_cache.remember`, and ended by the same tags; what is kept of all of them is asked for at once.
"""

import logging
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from marketplace.core import page_cache
from marketplace.core.forgiving import OF_ANOTHER_RELEASE

logger = logging.getLogger(__name__)

Key = TypeVar("Key", bound=Hashable)
Read = TypeVar("Read")


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
) -> dict[Key, Read]:
    """What `read` finds for each key, kept under its name for `seconds` unless one of its tags is forgotten before.

    `read` is asked for those alone that are not kept, and leaves out what there is not. The page that is being made shows the
    tags of all. A transaction sees what nobody else does yet: within one nothing is kept, and nothing kept is given.
    """
    if connection.in_atomic_block:
        found = dict(read([*names]))
        page_cache.shows(*(tag for key, value in found.items() for tag in tags_of(key, value)))
        return found
    kept: dict[Key, _Kept[Read]] = _kept(names)
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


def _kept(names: Mapping[Key, str]) -> dict[Key, _Kept[Read]]:
    try:
        answer = cache.get_many(names.values()) if names else {}
        found = {key: answer[name] for key, name in names.items() if isinstance(answer.get(name), _Kept)}
        forgotten = page_cache.forgotten_at({tag for one in found.values() for tag in one.tags})
    except RedisError:
        logger.warning("nothing is remembered: the cache does not answer")
        return {}
    except OF_ANOTHER_RELEASE:
        return {}
    return {
        key: one
        for key, one in found.items()
        if all(page_cache.is_before(forgotten.get(tag), one.begun_at) for tag in one.tags)
    }


def _keep(rows: Mapping[str, _Kept[Read]], seconds: int) -> None:
    try:
        cache.set_many(dict(rows), seconds)
    except RedisError:
        logger.warning("nothing is remembered: the cache does not answer")
