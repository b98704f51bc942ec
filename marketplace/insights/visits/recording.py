"""Noting a page load, beside the request: one push onto a list in Valkey, and nothing where Valkey is away."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import redis
from django.conf import settings

from marketplace.core.marks import mark_of
from marketplace.core.valkey import client_beside_pages

logger = logging.getLogger(__name__)

_QUEUE = "{insights:visits}:open"
# A job that is away for long leaves the newest: half a million page loads.
_MOST = 500_000
# One page load more. For scripts of others too (portal/page_door.py): the argument is `written`.
NOTE = f"""
local function note(visit)
  redis.call('RPUSH', '{_QUEUE}', visit)
  redis.call('LTRIM', '{_QUEUE}', -{_MOST}, -1)
end
"""
_NOTE_ALONE = NOTE + "note(ARGV[1])"
_ACCOUNT, _BROWSER = "account", "browser"


@dataclass(frozen=True)
class Visit:
    """One page that was loaded. `visitor` and `browser` are marks of this day alone; the second is empty unless logged in."""

    day: str
    visitor: str
    browser: str
    channel: str
    is_member: bool
    searched: bool = False
    saw_gig: bool = False
    checked_out: bool = False
    page: str = ""


def mark_of_account(user_id: int, day: date) -> str:
    """The mark of an account on one day. Nobody can go from one day's to the next's, or back to the account, without our key."""
    return _mark(_ACCOUNT, str(user_id), day)


def mark_of_browser(mark: str, day: date) -> str:
    """The mark of a browser on one day."""
    return _mark(_BROWSER, mark, day)


def note(visit: Visit) -> None:
    """Keep this page load for the job. A Valkey that is away costs a visit, no page."""
    try:
        _client().eval(_NOTE_ALONE, 0, written(visit))
    except redis.RedisError as error:
        logger.warning("a visit is lost: %s", error)


def written(visit: Visit) -> str:
    """A visit as it waits for the job."""
    return json.dumps(list(visit.__dict__.values()))


def take(most: int) -> list[Visit]:
    """The oldest page loads that nobody took. Raises redis.RedisError."""
    batch = cast("Sequence[bytes] | None", _client().lpop(_QUEUE, most)) or ()
    return [Visit(*json.loads(one)) for one in batch]


def _mark(kind: str, text: str, day: date) -> str:
    return mark_of(f"insights.visitor.{day.isoformat()}", f"{kind}:{text}", algorithm="sha256")[:32]


def _client() -> redis.Redis:
    # As gigs/counting.py: Django's cache knows no lists.
    return client_beside_pages(str(settings.CACHES["default"]["LOCATION"]))
