"""How often one address may search: a page of results costs as much as fifty others of the site."""

import logging

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def limit_searches(request: HttpRequest, *, action: str) -> None:
    """Raises RateLimited (429) for an address that asks more than its people could (settings.ACCOUNT_RATE_LIMITS).

    While nobody counts, people still search: looking around does not depend on Valkey (facts/reliability.md, F6), and whoever
    uses those minutes takes nothing that is not public.
    """
    try:
        ratelimit.consume(request, app="allauth.account", action=action, limit_get=True, raise_exception=True)
    except RedisError as error:
        logger.warning("Searches are not counted: %s", error)
