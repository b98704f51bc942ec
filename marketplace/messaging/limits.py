"""How fast one person may write. Counted in the cache by the minute or hour of the clock: exact enough, and no table grows.

Without the cache nobody is refused: what is said matters more than how fast.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from marketplace.accounts.blocks import closed_accounts
from marketplace.accounts.limits import note_refusal
from marketplace.accounts.models import BlockScope, User
from marketplace.core import live
from marketplace.core.config import get_config
from marketplace.messaging.errors import MessagingError, MessagingErrorCode

logger = logging.getLogger(__name__)

_MINUTE, _HOUR = 60, 3600


def count_message(sender: User) -> None:
    """Count one more message of this person. Raises MessagingError TOO_FAST above `messaging.per_minute`.

    Whether they may write at all is asked beside it: a question to support stays open to who is blocked.
    """
    limit = get_config("messaging.per_minute")
    if limit and _count("message", sender.pk, _MINUTE) > limit:
        note_refusal(limit="messaging.per_minute", source=f"user:{sender.pk}")
        raise MessagingError(MessagingErrorCode.TOO_FAST, limit=limit)


def this_minute() -> int:
    """The minute that is counted in now."""
    return int(time.time()) // _MINUTE


def count_messages(sender_ids: Iterable[int], *, minute: int) -> set[int]:
    """Count the messages of several people in one round trip. Returns who of them is above `messaging.per_minute`."""
    limit = get_config("messaging.per_minute")
    sender_ids = list(sender_ids)
    blocked = closed_accounts(sender_ids, BlockScope.WRITING)
    if not limit:
        return blocked
    return blocked | {
        sender_id for sender_id, count in _count_each(Counter(sender_ids), minute).items() if count > limit
    }


def uncount_messages(sender_ids: Iterable[int], *, minute: int) -> None:
    """Take back what `count_messages` counted in that minute: they were not written, and are counted by whoever asks again."""
    numbers = {sender_id: -number for sender_id, number in Counter(sender_ids).items()}
    if numbers and get_config("messaging.per_minute"):
        _count_each(numbers, minute)


def _count_each(numbers: Mapping[int, int], minute: int) -> dict[int, int]:
    """What each has come to; empty when the cache does not answer."""
    pipe = live.client(settings.CACHES["default"]["LOCATION"]).pipeline(transaction=False)
    for sender_id, number in numbers.items():
        key = cache.make_key(f"messaging:message:{sender_id}:{minute}")
        pipe.incrby(key, number)
        pipe.expire(key, 2 * _MINUTE)
    try:
        return dict(zip(numbers, pipe.execute()[::2], strict=True))
    except RedisError as error:
        logger.warning("Messages are not counted: %s", error)
        return {}


def count_new_conversation(person: User) -> None:
    """Count one more person to whom this one wrote first. Raises MessagingError TOO_MANY_NEW above `messaging.new_per_hour`."""
    limit = get_config("messaging.new_per_hour")
    if limit and _count("new", person.pk, _HOUR) > limit:
        note_refusal(limit="messaging.new_per_hour", source=f"user:{person.pk}")
        raise MessagingError(MessagingErrorCode.TOO_MANY_NEW, limit=limit)


def _count(what: str, user_id: int, seconds: int) -> int:
    key = f"messaging:{what}:{user_id}:{int(time.time()) // seconds}"
    try:
        cache.add(key, 0, timeout=2 * seconds)
        return int(cache.incr(key))
    except ValueError:  # it went in between: an empty cache refuses nobody
        return 1
    except RedisError as error:
        logger.warning("Nothing is counted of %s: %s", what, error)
        return 1
