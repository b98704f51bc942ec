"""How often one address may search: a page of results costs as much as fifty others of the site."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest


def limit_searches(request: HttpRequest, *, action: str) -> None:
    """Raises RateLimited (429) for an address that asks more than its people could (settings.ACCOUNT_RATE_LIMITS)."""
    ratelimit.consume(request, app="allauth.account", action=action, limit_get=True, raise_exception=True)
