"""How fast one person may write. Counted in the cache by the minute or hour of the clock: exact enough, and no table grows."""

import time

from django.core.cache import cache

from marketplace.accounts.models import User
from marketplace.core.config import get_config
from marketplace.messaging.errors import MessagingError, MessagingErrorCode

_MINUTE, _HOUR = 60, 3600


def count_message(sender: User) -> None:
    """Count one more message of this person. Raises MessagingError TOO_FAST above `messaging.per_minute`."""
    limit = get_config("messaging.per_minute")
    if limit and _count("message", sender.pk, _MINUTE) > limit:
        raise MessagingError(MessagingErrorCode.TOO_FAST, limit=limit)


def count_new_conversation(person: User) -> None:
    """Count one more person to whom this one wrote first. Raises MessagingError TOO_MANY_NEW above `messaging.new_per_hour`."""
    limit = get_config("messaging.new_per_hour")
    if limit and _count("new", person.pk, _HOUR) > limit:
        raise MessagingError(MessagingErrorCode.TOO_MANY_NEW, limit=limit)


def _count(what: str, user_id: int, seconds: int) -> int:
    key = f"messaging:{what}:{user_id}:{int(time.time()) // seconds}"
    cache.add(key, 0, timeout=2 * seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # it went in between: an empty cache refuses nobody
        return 1
