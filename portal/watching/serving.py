"""The figures by HTTP, on a port of their own that no visitor reaches."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, make_wsgi_app

from portal.watching.gauges import GaugesCollector
from portal.watching.metrics import counted

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def figures_application(*, token: str) -> Application:
    """A WSGI application that answers `/metrics`, to whoever sends the token if there is one."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != "/metrics":
            return _refused(start_response, "404 Not Found")
        if environ.get("REQUEST_METHOD") not in {"GET", "HEAD"}:
            return _refused(start_response, "405 Method Not Allowed")
        if token and not constant_time_compare(environ.get("HTTP_AUTHORIZATION", ""), f"Bearer {token}"):
            return _refused(start_response, "401 Unauthorized")
        return list(make_wsgi_app(_everything())(environ, start_response))

    return application


def _everything() -> CollectorRegistry:
    registry = counted()
    registry.register(GaugesCollector())
    return registry


def _refused(start_response: Callable[..., Any], status: str) -> list[bytes]:
    start_response(status, [("Content-Type", "text/plain"), ("WWW-Authenticate", "Bearer")])
    return [f"{status}\n".encode()]
