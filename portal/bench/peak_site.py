"""What `bin/bench peak` loads: a copy of the bench's catalogue, the payment institution, worker and clock, and who comes.

The institution is the sandbox in a process of its own; its notifications come through a stand-in for nginx, which adds what
nginx adds. Money goes by transfer, as in the demo: the sellers of the demo have no accounts for custody. Mails and text
messages are made and leave for nowhere. Everything else is production's.
"""

import asyncio
import shutil
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from portal.bench import machine, production, site, wrk
from portal.bench.websocket import Client, Closed, connect
from portal.embedded.paths import state_directory
from portal.embedded.valkey import free_port

DATABASE = "jiangji_peak"
WORDS = (
    "设计",
    "logo",
    "翻译",
    "小程序",
    "视频剪辑",
    "海报",
    "插画",
    "配音",
    "公众号排版",
    "网站开发",
    "文案",
    "PPT",
    "包装设计",
    "证件照",
    "英语润色",
    "短视频",
)
# Of each kind; when more people than that come, some have two windows.
BUYERS, SELLERS = 500, 120
WINDOWS = 60


def prepare() -> str:
    """The address of a fresh copy of the catalogue's database: every peak begins with the same rows."""
    source = site.prepare()
    if machine.has_database(source, DATABASE):
        machine.drop_database(source, DATABASE)
    machine.copy_database(source, site.DATABASE, DATABASE)
    return site.database_url(source, DATABASE)


@dataclass(frozen=True)
class Addresses:
    """Where the parts that are not the portal's own servers listen."""

    sandbox_port: int = field(default_factory=free_port)
    edge_port: int = field(default_factory=free_port)

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    def environment(self, keys: Path) -> dict[str, str]:
        """What the portal is told besides: whom it is paid through, and that this is the demo's catalogue."""
        files = {
            "ALIPAY_APP_PRIVATE_KEY": "app_private_key.pem",
            "ALIPAY_PUBLIC_KEY": "alipay_public_key.pem",
            "ALIPAY_APP_CERT": "app_cert.pem",
            "ALIPAY_CERT": "alipay_cert.pem",
            "ALIPAY_ROOT_CERT": "alipay_root_cert.pem",
        }
        return {f"{name}_FILE": str(keys / file) for name, file in files.items()} | {
            "ALIPAY_APP_ID": "2026000000000001",
            "ALIPAY_SELLER_ID": "2088000000000001",
            "ALIPAY_GATEWAY_URL": f"{self.sandbox}/gateway.do",
            "PAYMENT_SANDBOX_URL": self.sandbox,
            "PAYMENT_NOTIFY_BASE_URL": f"http://127.0.0.1:{self.edge_port}",
            "DEMO": "1",
            "SETTLEMENT_MODE": "transfer",
            "EMAIL_URL": "dummymail://",
            "PAGES_ARE_KEPT": "1",
        }


def sandbox_folder() -> Path:
    """The sandbox's own folder, with new keys and nobody's trades."""
    from marketplace.payments.sandbox.keys import ensure_keys

    folder = state_directory() / "bench-sandbox"
    shutil.rmtree(folder, ignore_errors=True)
    ensure_keys(folder)
    return folder


@contextmanager
def sandbox(addresses: Addresses, folder: Path) -> Iterator[production.Server]:
    """The payment institution."""
    told = {"SANDBOX_DATA_DIR": str(folder), "SANDBOX_BASE_URL": addresses.sandbox, "TZ": "Asia/Shanghai"}
    arguments = ["--host", "127.0.0.1", "--port", str(addresses.sandbox_port), "--log-level", "warning"]
    arguments += ["--no-access-log", "marketplace.payments.sandbox.asgi:application"]
    with production.started("uvicorn", arguments, told, port=addresses.sandbox_port) as server:
        yield server


@contextmanager
def worker(told: Mapping[str, str]) -> Iterator[production.Server]:
    """A worker of four processes, as deploy/compose.yaml has it."""
    from portal.celery import application

    def is_ready() -> bool:
        return bool(application.control.inspect(timeout=1).ping())

    arguments = ["-A", "portal", "worker", "--loglevel", "ERROR", "--concurrency", "4", "--max-tasks-per-child", "1000"]
    with production.started("celery", arguments, told, is_ready=is_ready) as server:
        yield server


@contextmanager
def beat(told: Mapping[str, str]) -> Iterator[production.Server]:
    """The clock."""
    arguments = ["-A", "portal", "beat", "--pidfile=", "--loglevel", "ERROR"]
    with production.started("celery", arguments, told, is_ready=lambda: True) as server:
        yield server


@contextmanager
def edge(port: int, web_port: int) -> Iterator[None]:
    """A stand-in for nginx, for the institution's notifications alone: passes a form on as one that came by TLS."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = production.HEADERS | {"Content-Type": self.headers.get("Content-Type", ""), "Accept-Encoding": ""}
            asked = urllib.request.Request(f"http://127.0.0.1:{web_port}{self.path}", body, headers)
            try:
                with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 an address of ours
                    status, said = answer.status, answer.read()
            except OSError as error:
                status, said = getattr(error, "code", 502), b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_arguments: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def who_and_what() -> dict[str, Any]:
    """What portal/bench/peak_people.py is told of the site: addresses, offers, sessions."""
    from django.conf import settings

    return {
        "host": production.HOST,
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "pages": _pages(),
        "offers": _offers(),
        "buyers": _people("buyer_id", BUYERS),
        "sellers": _people("seller_id", SELLERS),
    }


def _pages() -> dict[str, list[str]]:
    from cms_pages.models import CategoryPage
    from marketplace.discovery.models import GigDocument
    from marketplace.gigs.models import Gig
    from marketplace.gigs.states import GigStatus

    categories = CategoryPage.objects.filter(live=True, locale__language_code="zh-hans").select_related("category")
    gigs = Gig.objects.filter(status=GigStatus.LIVE).select_related("seller__profile").order_by("pk")
    prices: dict[str, list[int]] = {}
    for slug, fen in GigDocument.objects.filter(is_listed=True).values_list("category_slug", "price_fen"):
        prices.setdefault(slug, []).append(fen)
    lists = []
    for slug, found in sorted(prices.items(), key=lambda item: (-len(item[1]), item[0])):
        found.sort()
        middle, most = found[len(found) // 2] // 100, -(-found[-1] // 100)
        lists += [f"/search/?category={slug}&price_min={low}&price_max={most}" for low in (1, max(2, middle))]
    return {
        "home": ["/"],
        "category": [urlsplit(page.get_url()).path for page in categories],
        "list": lists,
        "search": [f"/search/?q={quote(word)}" for word in WORDS],
        "service": [gig.get_absolute_url() for gig in gigs],
        "seller": list(dict.fromkeys(gig.seller.profile.get_absolute_url() for gig in gigs)),
    }


def _offers() -> list[dict[str, Any]]:
    """Packages that can be bought by whoever is not their seller, with the page of their service."""
    from marketplace.accounts.selectors import sellers_in_order
    from marketplace.gigs.models import Gig
    from marketplace.gigs.states import GigStatus

    gigs = Gig.objects.filter(status=GigStatus.LIVE, seller__in=sellers_in_order(), seller__is_active=True)
    return [
        {"service": gig.get_absolute_url(), "package": package.pk}
        for gig in gigs.select_related("seller__profile").prefetch_related("packages").order_by("pk")
        if not gig.seller.profile.refuses_orders
        for package in gig.packages.all()[:1]
    ]


def _people(side: str, most: int) -> list[dict[str, Any]]:
    """Who has orders on that side, those with the most first: a session, their orders, conversations between two people."""
    from django.db.models import Count

    from marketplace.accounts.models import User
    from marketplace.gigs.models import Gig
    from marketplace.messaging.models import Conversation, ConversationKind
    from marketplace.orders.models import Order
    from portal.bench.chat_servers import cookie_of

    busiest = Order.objects.values_list(side).annotate(number=Count("pk")).order_by("-number", side)
    ids = [pk for pk, _number in busiest[: 2 * most]]
    able = User.objects.filter(pk__in=ids, is_active=True, is_staff=False)
    if side == "buyer_id":  # who sells nothing can buy everything
        able = able.exclude(pk__in=Gig.objects.values("seller"))
    people = able.in_bulk()
    found = []
    for pk in [pk for pk in ids if pk in people][:most]:
        orders = Order.objects.filter(
            **{side: pk}, paid_at__isnull=False
        )  # before that it is not the seller's business
        talks = Conversation.objects.filter(kind=ConversationKind.DIRECT, participants__user=pk)
        found.append(
            {
                "id": pk,
                "session": cookie_of(people[pk]).partition("=")[2],
                "orders": list(orders.order_by("-pk").values_list("number", flat=True)[:20]),
                "conversations": list(talks.order_by("-pk").values_list("pk", flat=True)[:5]),
            }
        )
    return found


def warm(port: int, known: Mapping[str, Any]) -> None:
    """Every kind of page, until every worker has made it. Raises LoadFailed for one that is none, before anybody comes."""
    for addresses in known["pages"].values():
        wrk.warm(port, addresses[0])
    pages = {
        "buyers": ("/orders/", "/messages/", "/notifications/"),
        "sellers": ("/desk/", "/desk/orders/", "/wallet/"),
    }
    for side, addresses in pages.items():
        for address in addresses:
            wrk.warm(port, address, cookie=f"{known['session_cookie']}={known[side][0]['session']}")


@dataclass
class Windows:
    """Sockets of people who have a page open, in a thread of their own, as long as the block lasts."""

    port: int
    cookies: list[str]
    opened: int = 0
    closed: int = 0
    frames: int = 0

    def __enter__(self) -> "Windows":
        self._leave = threading.Event()
        self._are_open = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._stay()), daemon=True)
        self._thread.start()
        self._are_open.wait(120)
        return self

    def __exit__(self, *_error: object) -> None:
        self._leave.set()
        self._thread.join(30)

    async def _stay(self) -> None:
        clients: list[Client] = []
        for cookie in self.cookies:
            with suppress(Closed, OSError, TimeoutError):
                clients.append(
                    await connect(
                        self.port,
                        "/ws/live/",
                        cookie=cookie,
                        host=production.HOST,
                        on_text=self._heard,
                        on_close=self._lost,
                    )
                )
        self.opened = len(clients)
        self._are_open.set()
        while not self._leave.is_set():
            await asyncio.sleep(0.5)
        for client in clients:
            client.on_close = None
            client.close()

    def _heard(self, _text: bytes) -> None:
        self.frames += 1

    def _lost(self, _code: int) -> None:
        self.closed += 1
