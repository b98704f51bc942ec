"""Where a request comes from, found out once for all who ask: limits, blocks, counts and visits."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of a request. Raises PermissionDenied where the proxies in front of us make nothing of it."""
    known: str | None = getattr(request, "client_address", None)
    if known is None:
        known = str(get_adapter(request).get_client_ip(request))
        request.client_address = known  # type: ignore[attr-defined]
    return known
