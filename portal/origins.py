"""From which pages a WebSocket may be opened: ours alone. Browsers send cookies along from everybody's."""

from typing import Any
from urllib.parse import ParseResult

from channels.security.websocket import OriginValidator
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from portal.env import PRODUCTION


def from_own_pages(application: Any) -> Any:
    """Scheme, host and port of the Origin must be those of SITE_URL or of CSRF_TRUSTED_ORIGINS; a missing one is refused.

    Outside production also those that the request itself was sent to, if that is an allowed host: the same portal is reached
    as localhost and as 127.0.0.1, on whatever port.
    """

    async def check(scope: dict[str, Any], receive: Any, send: Any) -> Any:
        own = [settings.SITE_URL, *settings.CSRF_TRUSTED_ORIGINS]
        return await _Validator(application, own if PRODUCTION else own + _asked(scope))(scope, receive, send)

    return check


class _Validator(OriginValidator):
    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        try:
            return bool(super().valid_origin(parsed_origin))
        except ValueError:  # a port that is none
            return False


def _asked(scope: dict[str, Any]) -> list[str]:
    host = next((value.decode("latin1") for name, value in scope.get("headers", []) if name == b"host"), "")
    domain, _port = split_domain_port(host)
    return [f"http://{host}"] if domain and validate_host(domain, settings.ALLOWED_HOSTS) else []
