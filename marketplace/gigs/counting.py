"""How often gigs are seen and opened, counted in Valkey so that no page waits for the database.

While a page is made, `seen` and `opened` only note what it shows; the middleware then stores all of it in one round trip.
A job moves what has gathered aside and writes it into `GigDay` (services/figures.py). Says docs/seller-gigs.md.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import cast
from uuid import uuid4

import redis
from django.conf import settings
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.valkey import client_beside_pages

logger = logging.getLogger(__name__)

# A reload within this time is the same visit (product decision).
SAME_VISIT_SECONDS = 30 * 60
# One hash tag, so that a cluster keeps both on one node, and RENAME works.
_OPEN, _MOVED = "{gigs:figures}:open", "{gigs:figures}:moved"
_VISIT = "{gigs:figures}:visit"
_BATCH = "batch"
_IMPRESSION, _CLICK = "i", "c"
# Programs that say what they are. Whoever hides it is counted: figures help sellers, no money hangs on them.
_MACHINES = re.compile(
    r"bot|crawl|spider|slurp|scan|monitor|preview|fetch|curl|wget|python|httpx|java/|okhttp|go-http|headless",
    re.IGNORECASE,
)

# For one visitor of one page: its cards once more, all under one name, since forty counts raised one by one take longer than all
# else that is asked of Valkey; and what was opened once for each visitor and gig within the time, the mark being set and the
# count raised in one step. For scripts of others too (portal/page_door.py): the arguments are `stored_as`.
COUNT = f"""
local function count(seen, opened, day, visitor, seconds)
  if seen ~= '' then redis.call('HINCRBY', '{_OPEN}', day .. ':' .. seen .. ':{_IMPRESSION}', 1) end
  for gig in string.gmatch(opened, '%d+') do
    if redis.call('SET', '{_VISIT}:' .. gig .. ':' .. visitor, '1', 'NX', 'EX', seconds) then
      redis.call('HINCRBY', '{_OPEN}', day .. ':' .. gig .. ':{_CLICK}', 1)
    end
  end
end
"""
# By the long way each list is another, of a search with whatever filters: one by one there are never more names than services.
_COUNT_ALONE = (
    COUNT
    + """
for gig in string.gmatch(ARGV[1], '%d+') do count(gig, '', ARGV[3], ARGV[4], ARGV[5]) end
count('', ARGV[2], ARGV[3], ARGV[4], ARGV[5])
"""
)
# Moves what has gathered aside under a number that stays the same until it is dropped, however often a job dies.
_TAKE = """
if redis.call('EXISTS', KEYS[2]) == 0 then
  if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
  redis.call('RENAME', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[2], 'batch', ARGV[1])
end
return redis.call('HGETALL', KEYS[2])
"""
# Another run may have dropped it and moved the next one there meanwhile.
_DROP = "if redis.call('HGET', KEYS[1], 'batch') == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


@dataclass
class Noted:
    """What one page showed."""

    impressions: set[int] = field(default_factory=set)
    clicks: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.impressions or self.clicks)


@dataclass(frozen=True)
class Counted:
    """What one gig gathered on one day of China's."""

    gig_id: int
    day: date
    impressions: int
    clicks: int


_noted: ContextVar[Noted | None] = ContextVar("gigs_noted", default=None)


@contextmanager
def noting() -> Iterator[Noted]:
    """Gather what is seen and opened within the block."""
    noted = Noted()
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def current() -> Noted | None:
    """What was noted so far of the page that is being made; None where nobody gathers."""
    return _noted.get()


def seen(gig_ids: Iterable[int]) -> None:
    """These cards stand in a list of the page that is being made. Nothing where nobody gathers (jobs, mails)."""
    if (noted := _noted.get()) is not None:
        noted.impressions.update(gig_ids)


def opened(gig_id: int) -> None:
    """Somebody else than its seller opened this gig's page."""
    if (noted := _noted.get()) is not None:
        noted.clicks.add(gig_id)


def is_machine(user_agent: str) -> bool:
    """Whether a browser's name is none, or that of a program that reads for others."""
    return not user_agent or _MACHINES.search(user_agent) is not None


def store(noted: Noted, *, visitor: str) -> None:
    """Add to the counts, in one round trip. A Valkey that does not answer costs figures, never a page."""
    seen, opened = (named(gigs) for gigs in (noted.impressions, noted.clicks))
    try:
        _client().eval(_COUNT_ALONE, 0, seen, opened, *stored_as(visitor, timezone.localdate(clock.now())))
    except redis.RedisError as error:
        logger.warning("figures of %s gigs are lost: %s", len(noted.impressions | noted.clicks), error)


def named(gig_ids: Iterable[int]) -> str:
    """Gigs as COUNT takes them: the same for the same ones, in whatever order they were seen."""
    return " ".join(map(str, sorted(gig_ids)))


def stored_as(visitor: str, day: date) -> tuple[str, str, int]:
    """The arguments of COUNT behind the gigs (`named`)."""
    return day.isoformat(), visitor, SAME_VISIT_SECONDS


def take() -> tuple[str, list[Counted]] | None:
    """Move what has gathered aside: the number of the batch and its rows, or None when nothing was seen.

    Gives the same batch again until `drop` is called with its number. Raises redis.RedisError.
    """
    flat = cast("list[bytes]", _client().eval(_TAKE, 2, _OPEN, _MOVED, str(uuid4())))
    values = {key.decode(): value.decode() for key, value in zip(flat[::2], flat[1::2], strict=True)}
    if not values:
        return None
    batch = values.pop(_BATCH)
    sums: dict[tuple[int, date], Counter[str]] = {}
    for name, count in values.items():
        day, gig_ids, kind = name.split(":")
        for gig_id in gig_ids.split():
            sums.setdefault((int(gig_id), date.fromisoformat(day)), Counter())[kind] += int(count)
    rows = [Counted(gig_id, day, kinds[_IMPRESSION], kinds[_CLICK]) for (gig_id, day), kinds in sorted(sums.items())]
    return batch, rows


def drop(batch: str) -> None:
    """Forget a batch that was written. Safe to call twice. Raises redis.RedisError."""
    _client().eval(_DROP, 1, _MOVED, batch)


def _client() -> redis.Redis:
    # The cache's server and database, without its key prefix: Django's cache knows no hashes.
    return client_beside_pages(str(settings.CACHES["default"]["LOCATION"]))
