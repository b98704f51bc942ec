"""Large bodies are refused before they are written anywhere, at every address."""

import asyncio
import inspect
import io
import re
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType

import pytest
from django.urls import URLResolver, get_resolver, reverse

from marketplace.accounts import media, papers
from marketplace.accounts.services.portfolio import MEDIA_LIMIT
from marketplace.gigs.content import NEED_LIMIT
from marketplace.gigs.models import RequirementKind
from marketplace.messaging.services import FILE_MEGABYTES, FILES_PER_MESSAGE
from marketplace.offers import sent_files as briefs
from marketplace.orders.dispute_forms import MAX_FILE_BYTES, MAX_FILES_AT_ONCE
from marketplace.orders.forms import MAX_FILE_BYTES as REQUIREMENT_BYTES
from marketplace.orders.sent_files import DELIVERED_MEGABYTES, MOST_SHOWN_FILES, SHOWN_MEGABYTES
from marketplace.reviews.rules import MOST_PICTURES
from marketplace.reviews.services import pictures
from marketplace.uploads.purposes import _purposes
from portal import body_limit
from portal.body_limit import BodyLimit, WsgiBodyLimit, megabytes_allowed
from portal.env import BASE_DIR
from tests.factories import make_gig, make_paid_order
from tests.logins import log_in

MEGABYTE = 1024 * 1024
KEY = "2f1d4a52-0f0e-4b0a-9d0c-3f7f6f1c2b11"


class Rig:
    """An application that reads the whole body, behind the limit; one megabyte is allowed unless a test says more."""

    def __init__(self, megabytes: int = 1) -> None:
        self.read: list[int] = []
        self.sent: list[dict] = []
        self.application = BodyLimit(self._reads, allowed=lambda _path: megabytes)

    async def _reads(self, _scope, receive, send) -> None:
        while True:
            message = await receive()
            self.read.append(-1 if message["type"] == "http.disconnect" else len(message["body"]))
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})

    def ask(self, chunks: list[bytes], length: str | None = None) -> dict:
        waiting = list(chunks)

        async def receive():
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

        async def send(message):
            self.sent.append(message)

        headers = [(b"content-length", length.encode())] if length else []
        asyncio.run(self.application({"type": "http", "path": "/gigs/", "headers": headers}, receive, send))
        return self.sent[0]


@pytest.fixture
def small(monkeypatch):
    """No form is larger than a megabyte."""
    monkeypatch.setattr(body_limit, "DEFAULT_MEGABYTES", 1)


@pytest.mark.parametrize("length", [str(MEGABYTE + 1), str(10 * 1024**3), "9" * 5000, "much", "-1"])
def test_a_body_that_announces_too_much_is_not_read_and_its_sender_is_told(small, length):
    rig = Rig()
    assert rig.ask([b"x"], length)["status"] == 413
    assert rig.read == []
    assert "1 MB" in rig.sent[1]["body"].decode()


def test_a_body_that_does_not_say_how_long_it_is_ends_at_the_limit(small):
    rig = Rig(megabytes=2)
    part = b"x" * (MEGABYTE - 10)
    rig.ask([part, part, part])
    assert rig.read == [len(part), len(part), -1]


@pytest.mark.parametrize(("megabytes", "size"), [(1, 10), (1, MEGABYTE), (3, 2 * MEGABYTE)])
def test_what_is_within_the_limit_of_its_address_passes(small, megabytes, size):
    rig = Rig(megabytes)
    assert rig.ask([b"x" * size], str(size))["status"] == 200
    assert rig.read == [size]


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/uploads/", "/pay/alipay/notify/", "/nothing/", "/admin/"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_where_no_files_come_in_no_form_is_larger_than_five_megabytes(path, language):
    assert megabytes_allowed(language + path) == 5


@pytest.mark.parametrize("language", ["", "/en"])
def test_where_files_come_in_there_is_room_for_all_that_one_form_may_bring(language):
    largest = max(limit.megabytes for purpose in _purposes.values() for limit in purpose.kinds.values())
    gallery = sum(limit.megabytes * limit.count for limit in _purposes["gig_gallery"].kinds.values())
    for path, wanted in {
        f"/uploads/{KEY}/bytes/": largest,
        "/desk/gigs/1/gallery/": gallery,
        "/messages/start/linqingshan/": FILE_MEGABYTES * FILES_PER_MESSAGE,
        "/messages/1/": FILE_MEGABYTES * FILES_PER_MESSAGE,
        "/messages/": FILE_MEGABYTES * FILES_PER_MESSAGE,
        "/messages/orders/J1/": FILE_MEGABYTES * FILES_PER_MESSAGE,
        "/support/new/": FILE_MEGABYTES * FILES_PER_MESSAGE,
        "/briefs/new/": briefs.FILE_MEGABYTES * briefs.FILES_PER_BRIEF,
        "/orders/J1/do/deliver/": DELIVERED_MEGABYTES,
        "/orders/J1/do/dispute/": MAX_FILES_AT_ONCE * MAX_FILE_BYTES // MEGABYTE,
        "/orders/J1/dispute/do/answer/": MAX_FILES_AT_ONCE * MAX_FILE_BYTES // MEGABYTE,
        "/orders/J1/do/requirements/": NEED_LIMIT * REQUIREMENT_BYTES // MEGABYTE,
        "/orders/J1/do/revise/": SHOWN_MEGABYTES * MOST_SHOWN_FILES,
        "/orders/J1/review/": MOST_PICTURES * pictures.MEGABYTES,
        "/orders/J1/review/edit/": MOST_PICTURES * pictures.MEGABYTES,
        "/settings/portfolio/new/": MEDIA_LIMIT * media.VIDEO_MEGABYTES,
        "/settings/portfolio/1/media/": MEDIA_LIMIT * media.VIDEO_MEGABYTES,
        "/settings/portfolio/media/1/": 10,
        "/settings/portrait/": 10,
        "/settings/certificates/": 10,
        "/settings/verification/real-name/": 2 * papers.MAXIMUM_MEGABYTES,
        "/settings/verification/company/": papers.MAXIMUM_MEGABYTES,
    }.items():
        assert wanted < megabytes_allowed(language + path) <= wanted + 20, path


# Any form may bring 5 MB: a table of services or words is 2 MB, and the first step of a service asks for no file.
NEEDS_NO_MORE = {"gigs:exchange", "gigs:create", "safety_words_import", body_limit.RECEIVE}
OURS = ("marketplace.", "portal.")


def test_every_address_whose_view_reads_files_has_a_limit_of_its_own():
    """From the addresses to the code behind them: no list of ours stands between that could be as wrong as the table."""
    views = named_views(get_resolver())
    reading = {name for name, view in views if any("FILES" in code.co_names for code in code_of(view, set()))}
    ours = {name for name in body_limit.FILE_ROUTES if not name.startswith("wagtail")}
    assert reading - NEEDS_NO_MORE == ours


def named_views(resolver: URLResolver, rooms: tuple[str, ...] = ()) -> Iterator[tuple[str, Callable]]:
    """Every address that has a name, and the view that it leads to."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from named_views(pattern, (*rooms, pattern.namespace) if pattern.namespace else rooms)
        elif pattern.name:
            yield ":".join((*rooms, pattern.name)), pattern.callback


def code_of(view: object, seen: set[int]) -> Iterator[CodeType]:
    """The code of a view, of the functions that it names, and of those that they name, as far as all of it is ours."""
    view = inspect.unwrap(getattr(view, "view_class", view))
    if isinstance(view, type):
        classes = [each for each in view.__mro__ if each.__module__.startswith(OURS)]
        parts = [inspect.unwrap(part) for each in classes for part in vars(each).values() if callable(part)]
    else:
        parts = [view]
    for part in parts:
        if not isinstance(part, FunctionType) or not part.__module__.startswith(OURS) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part.__code__
        for name in part.__code__.co_names:
            named = part.__globals__.get(name)
            if isinstance(named, FunctionType):
                yield from code_of(named, seen)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["", "/en"])
def test_the_requirements_may_bring_all_files_that_they_ask_for(language):
    """Asked of the page itself, and of the address that its form leads to."""
    gig = make_gig(requirements=NEED_LIMIT)
    gig.requirements.update(kind=RequirementKind.FILE)
    order = make_paid_order(gig=gig)
    address = language + reverse("orders:requirements", args=[order.number])
    page = log_in(order.buyer).get(address).content.decode()
    (form,) = re.findall(r'<form[^>]*enctype="multipart/form-data".*?</form>', page, re.S)
    (sent_to,) = re.findall(r'^<form[^>]*?action="([^"]*)"', form) or [address]
    asked = form.count('type="file"')
    assert asked == NEED_LIMIT
    assert megabytes_allowed(sent_to) > asked * REQUIREMENT_BYTES // MEGABYTE


@pytest.mark.parametrize("path", ["/admin/images/multiple/add/", "/admin/images/chooser/create/", "/admin/account/"])
def test_staff_can_send_pictures(path):
    assert megabytes_allowed(path) == 20


def test_every_page_that_takes_files_is_known_by_a_name_that_there_is():
    resolver = get_resolver()
    for name in (*body_limit.FILE_ROUTES, body_limit.RECEIVE):
        part: object = resolver
        *rooms, last = name.split(":")
        for room in rooms:
            part = part.namespace_dict[room][1]
        assert part.reverse_dict.getlist(last), name


def ask_wsgi(application, path: str, length: str | None) -> tuple[str, bytes]:
    said = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO()}
    if length is not None:
        environ["CONTENT_LENGTH"] = length
    body = application(environ, lambda status, _headers: said.append(status))
    return said[0], b"".join(body)


@pytest.mark.parametrize(
    "path", [f"/en/uploads/{KEY}/bytes/", "/desk/gigs/1/gallery/", "/en/desk/gigs/1/gallery/", "/en/"]
)
def test_of_ten_gigabytes_no_server_reads_a_byte(path):
    """Behind the real limits: the addresses of uploads, and the plain form without script."""

    async def reads(*_arguments):
        raise AssertionError("read")

    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"content-length", str(10 * 1024**3).encode())]
    asyncio.run(BodyLimit(reads)({"type": "http", "path": path, "headers": headers}, reads, send))
    assert sent[0]["status"] == 413
    assert ask_wsgi(WsgiBodyLimit(reads), path, str(10 * 1024**3))[0].startswith("413")


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/en/accounts/login/", str(10 * 1024**3), "413"),
        ("/desk/gigs/1/gallery/", str(10 * 1024**3), "413"),
        ("/en/desk/gigs/1/gallery/", str(200 * MEGABYTE), "200"),
        ("/accounts/login/", "9" * 5000, "413"),
        ("/accounts/login/", "100", "200"),
        ("/accounts/login/", "", "200"),
        ("/accounts/login/", None, "200"),
    ],
)
def test_wsgi_workers_have_the_same_limits(path, length, status):
    def reads(_environ, start_response):
        start_response("200 OK", [])
        return [b"read"]

    answer, body = ask_wsgi(WsgiBodyLimit(reads), path, length)
    assert answer.startswith(status)
    assert (body == b"read") == (status == "200")


def test_the_nginx_of_the_documentation_lets_through_what_the_largest_form_brings():
    largest = max(*body_limit.FILE_ROUTES.values(), megabytes_allowed(f"/uploads/{KEY}/bytes/"))
    (documented,) = re.findall(r"client_max_body_size (\d+)m;", (BASE_DIR / "docs" / "configuration.md").read_text())
    assert largest <= int(documented) <= largest + 50


def test_both_servers_stand_behind_the_limit():
    from portal import asgi, wsgi

    assert isinstance(asgi.application.application_mapping["http"], BodyLimit)
    assert isinstance(wsgi.application, WsgiBodyLimit)
