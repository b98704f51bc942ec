"""The site that `bin/bench pages` asks: the demo's catalogue in a database of its own, its pages, and people with sessions.

`prepare` runs before Django is set up and says what the environment must be; everything else needs that environment.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

from portal.bench import machine, production
from portal.embedded.paths import PROJECT, state_directory
from portal.embedded.valkey import free_port, valkey_command

DATABASE = "jiangji_pages"
BUYER, SELLER = "buyer@jiangji.example", "seller@jiangji.example"
MODERATOR, FINANCE = "moderator@jiangji.example", "finance@jiangji.example"
LIST_LENGTH = 24


def prepare() -> str:
    """The address of the database with the demo's catalogue, which is loaded once (a minute)."""
    url = machine.prepare_database(DATABASE)
    if not machine.count_rows(url, DATABASE, "gigs_gig"):
        told = os.environ | {
            "DATABASE_URL": url,
            "MEDIA_ROOT": str(_media()),
            "PRIVATE_MEDIA_ROOT": str(_media() / "private"),
        }
        command = [sys.executable, "-W", "ignore", "manage.py", "load_demo", "--quiet"]
        with own_valkey() as cache:
            subprocess.run(command, cwd=PROJECT, env=told | {"REDIS_URL": cache}, check=True, capture_output=True)
    return url


def _media() -> Path:
    folder = state_directory() / "bench-media"
    folder.mkdir(exist_ok=True)
    return folder


def enter_production(url: str, *, cache_database: int = 1, besides: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make this process one of that production, and set Django up in it. Returns what it was told, `besides` last."""
    told = production.environment(url, cache_database=cache_database)
    told |= {"MEDIA_ROOT": str(_media()), "PRIVATE_MEDIA_ROOT": str(_media() / "private"), "PAGES_ARE_KEPT": "0"}
    told |= besides or {}
    os.environ.update(told)
    production.collect_static()
    import django

    django.setup()
    return told


@contextmanager
def own_valkey() -> Iterator[str]:
    """A Valkey of the bench alone while the block lasts: neither the demo's pages nor its jobs meet those of the bench."""
    folder = state_directory() / "bench-valkey"
    folder.mkdir(exist_ok=True)
    port = free_port()
    (folder / "dump.rdb").unlink(missing_ok=True)
    process = subprocess.Popen(valkey_command(folder, port), stdout=subprocess.DEVNULL)
    try:
        machine.wait_for_port(port, process)
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def public_pages() -> dict[str, str]:
    """The addresses that everybody may ask for: `list` is that of T1, 24 cards of a category within two prices."""
    from django.db.models import Count

    from cms_pages.models import CategoryPage
    from marketplace.gigs.models import Gig
    from marketplace.reviews.models import Review

    reviewed = Review.objects.filter(gig__status="live").values_list("gig").annotate(number=Count("pk"))
    gig = Gig.objects.select_related("seller__profile").get(pk=reviewed.order_by("-number", "gig")[0][0])
    slug, low, high = filtered_list(LIST_LENGTH)
    category = CategoryPage.objects.get(category__slug=slug, live=True, locale__language_code="zh-hans")
    return {
        "home": "/",
        "category": urlsplit(category.get_url()).path,
        "list": f"/search/?category={slug}&price_min={low}&price_max={high}",
        "search": f"/search/?q={quote('设计')}",
        "detail": gig.get_absolute_url(),
        "seller": gig.seller.profile.get_absolute_url(),
    }


def filtered_list(number: int) -> tuple[str, int, int]:
    """A category of the first level and two prices in yuan between which it has at least `number` services, hardly more."""
    from marketplace.discovery.models import GigDocument

    prices: dict[str, list[int]] = {}
    for slug, fen in GigDocument.objects.filter(is_listed=True).values_list("category_slug", "price_fen"):
        prices.setdefault(slug, []).append(fen)
    slug, found = max(prices.items(), key=lambda item: (len(item[1]), item[0]))
    found.sort()
    if len(found) < number:
        raise RuntimeError(f"No category has {number} services: load the demo anew.")
    return slug, max(1, found[0] // 100), -(-found[number - 1] // 100)


def cookie_for(email: str, *, is_staff: bool = False) -> str:
    """A browser that is logged in already; of staff with the second factor that the admin wants."""
    from allauth.account.internal.userkit import user_id_to_str
    from allauth.mfa.models import Authenticator
    from django.conf import settings

    from marketplace.accounts.models import User
    from portal.bench.chat_servers import cookie_of

    person = User.objects.get(email=email)
    extra: dict[str, object] = {}
    if is_staff:
        Authenticator.objects.get_or_create(user=person, type=Authenticator.Type.TOTP, defaults={"data": {}})
        extra["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time()}]
        extra["account_authentication_methods_user"] = user_id_to_str(person)
    cookie = cookie_of(person, extra)
    assert cookie.startswith(settings.SESSION_COOKIE_NAME)  # noqa: S101 what wrk sends is what the portal looks for
    return cookie


def database_url(url: str, name: str) -> str:
    """The same server's address of another database."""
    return re.sub(r"/\w+(?=\?|$)", f"/{name}", url, count=1)  # the folder of a socket stands behind it


def database_name(url: str) -> str:
    """The database of an address."""
    return url.partition("?")[0].rpartition("/")[2]
