"""Checkouts of a marketplace under load: by calling the services, and over HTTP as browsers and Alipay do it."""

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from marketplace.accounts.models import User, UserProfile
from marketplace.accounts.services import confirm_real_name
from marketplace.core import clock
from marketplace.core.money import yuan_text
from marketplace.gigs.models import Gig, GigCategory, GigPackage, PackageTier
from marketplace.gigs.services import publish_directly
from marketplace.orders.services import offer_of
from marketplace.payments import services as payments
from marketplace.payments.gateways.base import PaymentState, PayScene, PaySnapshot

SELLERS, BUYERS, PRICE_FEN = 40, 16, 12_800
WEB_WORKERS, HTTP_CLIENTS = 2, 8
CSRF_TOKEN = "b" * 32


@dataclass(frozen=True)
class Market:
    """Who buys from whom: packages, one a seller, and buyers."""

    package_ids: list[int]
    buyers: list[User]


def prepare_market() -> Market:
    """Sellers with one live gig each, and buyers; what an earlier run made is used again. Sets up Alipay's keys too."""
    use_own_keys()
    return Market(
        package_ids=[_package_of(_person(f"bench-seller-{number}")) for number in range(SELLERS)],
        buyers=[_person(f"bench-buyer-{number}") for number in range(BUYERS)],
    )


def _person(username: str) -> User:
    user, is_new = User.objects.get_or_create(username=username, defaults={"email": f"{username}@example.com"})
    if is_new:
        user.set_unusable_password()
        user.save()
    if "seller" in username:
        UserProfile.objects.filter(user=user, seller_since=None).update(seller_since=timezone.now())
        confirm_real_name(user=user, real_name="林青山")  # who is not known by name sells nothing
    return user


def _package_of(seller: User) -> int:
    known = GigPackage.objects.filter(gig__seller=seller).values_list("pk", flat=True).first()
    if known is not None:
        return int(known)
    parent, _made = GigCategory.objects.get_or_create(slug="bench", defaults={"name": "测量", "name_en": "Bench"})
    category, _made = GigCategory.objects.get_or_create(
        slug="bench-checkouts", defaults={"name": "下单测量", "name_en": "Checkouts", "parent": parent}
    )
    gig = Gig(
        seller=seller,
        category=category,
        title="奶茶店LOGO设计",
        slug=seller.username,
        description="两个方案选一个深化。",
        live=False,
    )
    gig.packages = [
        GigPackage(tier=PackageTier.BASIC, title="一个方案", price_fen=PRICE_FEN, delivery_days=7, revisions=2)
    ]
    gig.save()
    return int(publish_directly(gig=gig).packages.get().pk)


# By calling the services


def check_out_for(seconds: float, number: int, package_ids: Sequence[int]) -> int:
    """Complete checkouts, each an order of its own; returns how many. `number` picks the buyer."""
    use_own_keys()
    buyers = User.objects.filter(username__startswith="bench-buyer-").order_by("pk")
    buyer = buyers[number % len(buyers)]
    offers = {package.pk: offer_of(package) for package in GigPackage.objects.filter(pk__in=package_ids)}
    chance = random.Random(number)  # noqa: S311 which seller, no secret
    done, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        package_id = chance.choice(package_ids)
        check_out(buyer=buyer, package_id=package_id, seen_offer=offers[package_id])
        done += 1
    return done


def check_out(*, buyer: User, package_id: int, seen_offer: str) -> None:
    """One checkout: the order placed, the payment begun (Alipay's address signed), captured, both sides told."""
    payment, _is_new = payments.check_out(
        buyer=buyer, package_id=package_id, gateway_code="alipay", checkout_key=uuid4(), seen_offer=seen_offer
    )
    payments.begin_payment(payment=payment, scene=PayScene.PAGE)
    snapshot = PaySnapshot(
        payment.out_trade_no,
        PaymentState.PAID,
        amount_fen=payment.amount_fen,
        gateway_trade_no=uuid4().hex[:28],
        paid_at=clock.now(),
    )
    payments.apply_snapshot(payment_id=payment.pk, snapshot=snapshot)


# Over HTTP


@dataclass(frozen=True)
class Keys:
    """What this run signs with in Alipay's name. No network: the portal is given the public half."""

    alipay: rsa.RSAPrivateKey
    app_pem: str
    alipay_public_pem: str

    def environment(self) -> dict[str, str]:
        """The portal's variables for these keys: bare keys, whatever certificates this installation has."""
        certificates = ("ALIPAY_APP_CERT", "ALIPAY_CERT", "ALIPAY_ROOT_CERT")
        no_certificates = dict.fromkeys(certificates, "") | {f"{name}_FILE": os.devnull for name in certificates}
        return no_certificates | {
            "ALIPAY_APP_PRIVATE_KEY": self.app_pem,
            "ALIPAY_PUBLIC_KEY": self.alipay_public_pem,
        }


def _make_keys() -> Keys:
    app, alipay = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    private = app.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = alipay.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Keys(alipay, private.decode(), public.decode())


_keys: list[Keys] = []


def use_own_keys() -> Keys:
    """The keys of this run; the settings of this process get them too."""
    if not _keys:
        _keys.append(_make_keys())
    keys = _keys[0]
    settings.ALIPAY = settings.ALIPAY | {
        "app_private_key": keys.app_pem,
        "alipay_public_key": keys.alipay_public_pem,
        **dict.fromkeys(("app_cert", "alipay_cert", "alipay_root_cert"), ""),
    }
    return keys


@dataclass
class CheckoutServer:
    """Two WSGI workers of the portal on a free port, as production runs them, and browsers that buy from it."""

    market: Market
    offers: dict[int, str] = field(default_factory=dict)
    sessions: list[str] = field(default_factory=list)

    def __enter__(self) -> "CheckoutServer":
        keys = use_own_keys()
        self.signer = keys.alipay
        self.port = _free_port()
        self.offers = {
            package.pk: offer_of(package) for package in GigPackage.objects.filter(pk__in=self.market.package_ids)
        }
        self.sessions = [_session_of(buyer) for buyer in self.market.buyers]
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")
        environment = os.environ | keys.environment() | {"DEBUG": "0", "DATABASE_CONN_MAX_AGE": "600"}
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-W", "ignore", "-m", "gunicorn", "portal.wsgi:application"),
                *("--workers", str(WEB_WORKERS), "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning"),
            ],
            env=environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        self.log.close()

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if self._ask("GET", "/robots.txt")[0] == 200:
                    return
            except (OSError, HTTPException):
                time.sleep(0.2)
        raise RuntimeError(f"the web workers did not start:\n{Path(self.log.name).read_text()}")

    def measure(self, seconds: float) -> float:
        """Complete checkouts a second of eight browsers."""
        started = time.perf_counter()
        with ThreadPoolExecutor(HTTP_CLIENTS) as pool:
            done = sum(pool.map(lambda number: self._buy_for(seconds, number), range(HTTP_CLIENTS)))
        return done / (time.perf_counter() - started)

    def _buy_for(self, seconds: float, number: int) -> int:
        chance = random.Random(number)  # noqa: S311 which seller, no secret
        done, until = 0, time.perf_counter() + seconds
        while time.perf_counter() < until:
            self.check_out(self.sessions[number % len(self.sessions)], chance.choice(self.market.package_ids))
            done += 1
        return done

    def check_out(self, session: str, package_id: int) -> str:
        """One buyer's browser and Alipay's notification. Returns our number of the payment; raises when refused."""
        form = {
            "csrfmiddlewaretoken": CSRF_TOKEN,
            "checkout_key": str(uuid4()),
            "seen_offer": self.offers[package_id],
            "gateway": "alipay",
        }
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF_TOKEN}"
        status, headers, body = self._ask("POST", f"/checkout/{package_id}/", form, {"Cookie": cookies})
        if status != 303:
            raise RuntimeError(f"the checkout was answered with {status} {headers['Location']}: {body[:300]!r}")
        sent = parse_qs(urlsplit(headers["Location"]).query)
        number = _trade_number(sent["biz_content"][0])
        status, _headers, body = self._ask("POST", "/pay/alipay/notify/", self._notification(number))
        if (status, body) != (200, b"success"):
            raise RuntimeError(f"the notification was answered with {status}: {body[:300]!r}")
        return number

    def _notification(self, out_trade_no: str) -> dict[str, str]:
        now = timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M:%S")
        fields = {
            "notify_type": "trade_status_sync",
            "notify_id": uuid4().hex,
            "notify_time": now,
            "app_id": settings.ALIPAY["app_id"],
            "seller_id": settings.ALIPAY["seller_id"],
            "charset": "utf-8",
            "version": "1.0",
            "trade_no": uuid4().hex[:28],
            "out_trade_no": out_trade_no,
            "trade_status": "TRADE_SUCCESS",
            "total_amount": yuan_text(PRICE_FEN),
            "gmt_payment": now,
        }
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
        signature = self.signer.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return fields | {"sign_type": "RSA2", "sign": b64encode(signature).decode()}

    def _ask(
        self, method: str, path: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, bytes]:
        sent = (headers or {}) | {"Host": f"localhost:{self.port}"}
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        with _connection(self.port) as connection:
            connection.request(method, path, urlencode(form) if form is not None else None, sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()


@contextmanager
def _connection(port: int) -> Iterator[HTTPConnection]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def _trade_number(business: str) -> str:
    return str(json.loads(business)["out_trade_no"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _session_of(user: User) -> str:
    """A browser that is logged in already: logging in is no part of a checkout."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
