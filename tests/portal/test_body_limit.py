"""Large bodies are refused before they are written anywhere, at every address."""

import asyncio
import io
import re

import pytest

from marketplace.accounts import media, papers
from marketplace.accounts.services.portfolio import MEDIA_LIMIT
from marketplace.messaging.services import FILE_MEGABYTES, FILES_PER_MESSAGE
from marketplace.offers import sent_files as briefs
from marketplace.orders.dispute_forms import MAX_FILE_BYTES, MAX_FILES_AT_ONCE
from marketplace.orders.sent_files import DELIVERED_MEGABYTES, MOST_SHOWN_FILES, SHOWN_MEGABYTES
from marketplace.uploads.purposes import _purposes
from portal import body_limit
from portal.body_limit import BodyLimit, WsgiBodyLimit, megabytes_allowed
from portal.env import BASE_DIR

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
        "/messages/1/": FILE_MEGABYTES * FILES_PER_MESSAGE,
        "/briefs/new/": briefs.FILE_MEGABYTES * briefs.FILES_PER_BRIEF,
        "/orders/J1/do/deliver/": DELIVERED_MEGABYTES,
        "/orders/J1/do/dispute/": MAX_FILES_AT_ONCE * MAX_FILE_BYTES // MEGABYTE,
        "/orders/J1/dispute/do/answer/": MAX_FILES_AT_ONCE * MAX_FILE_BYTES // MEGABYTE,
        "/orders/J1/do/revise/": SHOWN_MEGABYTES * MOST_SHOWN_FILES,
        "/settings/portfolio/new/": MEDIA_LIMIT * media.VIDEO_MEGABYTES,
        "/settings/portfolio/1/media/": MEDIA_LIMIT * media.VIDEO_MEGABYTES,
        "/settings/portfolio/media/1/": 10,
        "/settings/portrait/": 10,
        "/settings/certificates/": 10,
        "/settings/verification/real-name/": 2 * papers.MAXIMUM_MEGABYTES,
        "/settings/verification/company/": papers.MAXIMUM_MEGABYTES,
    }.items():
        assert wanted < megabytes_allowed(language + path) <= wanted + 20, path


# The templates with a form that files come in, and where they come in. A new one fails here, not in front of a person.
FORMS_WITH_FILES = {
    "accounts/_portrait_form.html": "accounts:portrait",
    "accounts/certificate_list.html": "accounts:certificates",
    "accounts/medium_form.html": "accounts:medium_edit",
    "accounts/piece_form.html": "accounts:media_add",
    "accounts/piece_new.html": "accounts:piece_new",
    "accounts/verify_company.html": "accounts:verify_company",
    "accounts/verify_real_name.html": "accounts:verify_real_name",
    "gigs/exchange.html": "",  # a table of 2 MB fits into what any form may bring
    "gigs/gig_step.html": "gigs:step",
    "messaging/_composer.html": "messaging:conversation",
    "offers/brief_form.html": "offers:brief_new",
    "orders/_evidence.html": "orders:dispute_act",
    "orders/dispute_detail.html": "orders:dispute_act",
    "orders/dispute_open.html": "orders:dispute_open",
    "orders/order_action.html": "orders:action",
    "orders/order_requirements.html": "orders:action",
    "orders/order_send.html": "orders:deliver",
}


def test_every_form_that_files_come_in_has_a_limit_of_its_own():
    templates = BASE_DIR / "templates"
    found = {
        str(path.relative_to(templates))
        for path in templates.rglob("*.html")
        if re.search(r"<form[^>]*multipart/form-data", path.read_text())
    }
    assert found == set(FORMS_WITH_FILES)
    assert set(FORMS_WITH_FILES.values()) - {""} <= set(body_limit.FILE_ROUTES)


@pytest.mark.parametrize("path", ["/admin/images/multiple/add/", "/admin/images/chooser/create/", "/admin/account/"])
def test_staff_can_send_pictures(path):
    assert megabytes_allowed(path) == 20


def test_every_page_that_takes_files_is_known_by_a_name_that_there_is():
    from django.urls import get_resolver

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
