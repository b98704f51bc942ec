"""Is every part up? For load balancers, for `bin/run`, for people."""

import sys
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.core.forgiving import forgiving_cache
from marketplace.core.unavailable import is_away, unavailable
from portal.celery import application as celery


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "up"


def _cache() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        client.ping()
    finally:
        client.close()
    return "up"


def _worker() -> str:
    """Asking takes a second, because any number of workers may answer: the answer is good for five."""
    return str(forgiving_cache.get_or_set(WORKER_ANSWER, _ask_worker, timeout=5))


def _ask_worker() -> str:
    # Beat answers too where it is asked for its health (docs/deployment.md), and does no job; the node of slow jobs does none
    # that anybody waits for (portal/queues.py).
    names = celery.control.inspect(timeout=1).ping() or {}
    return "up" if any(name.startswith("celery@") for name in names) else "down"


def _search() -> str:
    from marketplace.discovery.health import engine_state

    return engine_state()


def _figures() -> dict[str, float | str]:
    from marketplace.discovery.health import cluster_figures

    try:
        return cluster_figures()
    except Exception:  # its part says that it is down
        return {}


WORKER_ANSWER = "health:worker"
# A page can be served without a worker for a while, but orders would not move: needed, too.
PARTS: dict[str, Callable[[], str]] = {"database": _database, "cache": _cache, "worker": _worker, "search": _search}
# What this process cannot answer pages without. Taking web servers away because the worker is down would help nobody.
WEB_PARTS = ("database", "cache")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with the state of each part and some figures as JSON; 503 when a part is down.

    `?for=web` asks for what a web server needs.
    """
    is_for_web = request.GET.get("for") == "web"
    names = WEB_PARTS if is_for_web else tuple(PARTS)
    states: dict[str, str] = {}
    for name in names:
        try:
            states[name] = PARTS[name]()
        except Exception as error:  # whatever is wrong with a part, the answer names the part
            states[name] = f"down: {type(error).__name__}"
    healthy = all(state == "up" for state in states.values())
    figures = {} if is_for_web else _figures()
    return JsonResponse({"healthy": healthy, "parts": states, "figures": figures}, status=200 if healthy else 503)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read: what everybody may, and no personal or endless pages."""
    searches = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            searches.append(reverse("discovery:search"))
    closed = (
        "/admin/",
        "/accounts/",
        *searches,
        *(f"{search}?category=*&{rest}" for search in searches for rest in ("", "*&page=", "page=*&")),
        "/orders/",
        "/messages/",
        "/desk/",
        "/wallet/",
        "/checkout/",
        "/pay/",
        "/*/favourite/",
        "/*/helpful/",
    )
    # The longest rule that fits counts. Words and filters make endless addresses; a category alone, and its later pages, are for
    # search engines (marketplace/discovery/landing.py), which have to be let in to read that.
    opened = [f"{search}?category={rest}" for search in searches for rest in ("", "*&page=")]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        *(f"Allow: {path}" for path in opened),
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain")


def server_error(request: HttpRequest) -> HttpResponse:
    """500 without database, session or context processors, for any of them may be what failed; 503 where one is away.

    Called by Django while it handles the exception.
    """
    if is_away(sys.exc_info()[1]):
        return unavailable(request)
    return HttpResponse(loader.get_template("500.html").render(), status=500)
