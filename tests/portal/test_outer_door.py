"""The door before Django (portal/outer_door.py): the same answer as inside, counted and noted alike, and Django for all else."""

import gzip
import logging
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
import redis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import DatabaseError, close_old_connections, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from marketplace.accounts import blocks
from marketplace.accounts.models import BlockKind, BlockScope
from marketplace.accounts.services.abuse import add_block
from marketplace.core import clock, page_cache
from marketplace.core.cache import OneClientCache
from marketplace.gigs import counting
from marketplace.insights.visits import recording
from portal import page_door
from portal.outer_door import OuterDoor, with_door
from tests.factories import make_moderator, make_user
from tests.logins import log_in
from tests.portal.test_page_door import BROWSER, gig, kept  # noqa: F401 fixtures

pytestmark = pytest.mark.django_db


@contextmanager
def the_tests_connection_stays_open():
    """Django would close it at the end of a request; its own test client does the same as this."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class Answer:
    """What gunicorn is given: by whom, and what."""

    def __init__(self, address: str, *, within: Callable[[], object] = lambda: None, **headers: str) -> None:
        self.reached_django, self._within = False, within
        environ = RequestFactory().get(address, **{"HTTP_USER_AGENT": BROWSER} | headers).environ
        environ["wsgi.input"] = BytesIO()
        with the_tests_connection_stays_open():
            chunks = OuterDoor(self._django)(environ, self._start)
            self.body = b"".join(chunks)
            if close := getattr(chunks, "close", None):
                close()

    def _django(self, environ, start_response):
        self.reached_django = True
        self._within()
        return WSGIHandler()(environ, start_response)

    def _start(self, status, headers, _error=None):
        self.status, self.lines = int(status[:3]), headers
        self.headers = dict(headers)
        assert len(self.headers) == len(headers) or self.reached_django, "a header stands there twice"


def own_headers(headers) -> dict[str, str]:
    return {name: value for name, value in dict(headers).items() if name != "X-Request-ID"}


@pytest.mark.parametrize("encoding", ["gzip, deflate, br", "identity"])
def test_it_gives_what_django_gives(gig, encoding):  # noqa: F811
    said = {"HTTP_USER_AGENT": BROWSER, "HTTP_ACCEPT_ENCODING": encoding}
    inside = Client().get(gig.get_absolute_url(), **said)
    outside = Answer(gig.get_absolute_url(), **said)
    assert not outside.reached_django
    assert (outside.status, outside.body) == (200, inside.content)
    assert own_headers(outside.headers) == own_headers(inside.headers)
    assert {"Content-Security-Policy", "X-Content-Type-Options", "Permissions-Policy", "Vary", "ETag"} <= set(
        outside.headers
    )
    page = gzip.decompress(outside.body) if encoding.startswith("gzip") else outside.body
    assert "海报设计" in page.decode()


def test_who_has_the_page_already_is_told_so(gig):  # noqa: F811
    inside = Client().get(gig.get_absolute_url(), HTTP_USER_AGENT=BROWSER)
    same = {"HTTP_IF_NONE_MATCH": inside["ETag"], "HTTP_USER_AGENT": BROWSER}
    outside = Answer(gig.get_absolute_url(), **same)
    assert (outside.status, outside.body, outside.reached_django) == (304, b"", False)
    assert own_headers(outside.headers) == own_headers(Client().get(gig.get_absolute_url(), **same).headers)
    assert Answer(gig.get_absolute_url(), HTTP_IF_NONE_MATCH='"another"').status == 200


def test_the_database_is_asked_nothing_and_openings_are_counted_once_each(gig):  # noqa: F811
    with CaptureQueriesContext(connection) as queries:
        for address in ("10.0.1.1", "10.0.1.2", "10.0.1.2"):
            assert not Answer(gig.get_absolute_url() + "?utm_source=double11", REMOTE_ADDR=address).reached_django
    assert len(queries) == 0
    _batch, rows = counting.take()
    assert [(row.gig_id, row.clicks) for row in rows] == [(gig.pk, 2)]
    assert [(visit.channel, visit.saw_gig) for visit in recording.take(10)] == [("campaign", True)] * 3


def test_each_answer_has_its_number_and_stands_in_the_log(gig, caplog):  # noqa: F811
    number = "0123456789abcdef0123456789abcdef"
    with caplog.at_level(logging.INFO, "portal.requests"):
        answer = Answer(gig.get_absolute_url(), HTTP_X_REQUEST_ID=number)
    (line,) = [record for record in caplog.records if record.name == "portal.requests"]
    assert (line.route, line.method, line.status) == ("gigs:detail", "GET", 200)
    assert answer.headers["X-Request-ID"] == number
    assert Answer(gig.get_absolute_url(), HTTP_X_REQUEST_ID="<script>").headers["X-Request-ID"] != "<script>"


def test_whoever_is_not_plainly_anybody_is_answered_by_django(gig):  # noqa: F811
    address = gig.get_absolute_url()
    session = log_in(make_user()).cookies.output(header="").strip().split(";")[0]
    for headers in ({"HTTP_COOKIE": session}, {"HTTP_HX_REQUEST": "true"}, {"REQUEST_METHOD": "HEAD"}):
        answer = Answer(address, **headers)
        assert (answer.reached_django, answer.status) == (True, 200), headers
    refused = Answer(address, HTTP_HOST="elsewhere.example")
    assert (refused.reached_django, refused.status) == (True, 400)
    assert Answer("/gigs/999999999/nothing/").status == 404


def test_django_does_not_ask_again_what_was_asked_outside(gig, monkeypatch):  # noqa: F811
    asked, run = [], OneClientCache.run
    monkeypatch.setattr(
        OneClientCache,
        "run",
        lambda self, script, *rest: asked.append("note(visit)" in script) or run(self, script, *rest),
    )
    kept_page = Answer(gig.get_absolute_url())
    assert (kept_page.reached_django, asked.count(True)) == (False, 1)
    gig.title = "另一个标题"
    gig.save()
    page_cache._forget([f"gig:{gig.pk}"])
    asked.clear()
    assert "另一个标题" in Answer(gig.get_absolute_url()).body.decode()
    assert asked.count(True) == 1


def test_what_was_counted_by_a_question_whose_answer_was_lost_is_not_counted_again(gig, monkeypatch):  # noqa: F811
    run = OneClientCache.run

    def lost(self, script, keys, arguments):
        answer = run(self, script, keys, arguments)
        if "note(visit)" in script:
            raise redis.TimeoutError
        return answer

    monkeypatch.setattr(OneClientCache, "run", lost)
    answer = Answer(gig.get_absolute_url(), REMOTE_ADDR="198.51.100.9")
    assert (answer.status, answer.reached_django) == (200, True)
    assert len(recording.take(10)) == 1
    _batch, counted = counting.take()
    assert [(one.gig_id, one.clicks) for one in counted] == [(gig.pk, 1)]


def test_who_is_blocked_is_stopped(gig):  # noqa: F811
    ends = clock.now() + timedelta(days=1)
    add_block(
        kind=BlockKind.ADDRESS,
        value="203.0.113.0/24",
        scope=BlockScope.EVERYTHING,
        reason="刷单",
        ends_at=ends,
        staff=make_moderator(),
    )
    blocks.forget_blocks()
    assert Answer(gig.get_absolute_url(), REMOTE_ADDR="203.0.113.7").status == 403
    assert not Answer(gig.get_absolute_url(), REMOTE_ADDR="198.51.100.1").reached_django


@pytest.mark.parametrize("trouble", [DatabaseError, ZeroDivisionError])
def test_what_fails_at_the_door_is_answered_by_django(gig, monkeypatch, caplog, trouble):  # noqa: F811
    def fails(*_given):
        raise trouble

    monkeypatch.setattr(page_door, "page_for", fails)
    answer = Answer(gig.get_absolute_url(), within=lambda: monkeypatch.undo())
    assert (answer.reached_django, answer.status) == (True, 200)
    assert ("the door outside could not answer" in caplog.text) is (trouble is ZeroDivisionError)


def test_an_odd_referer_and_an_unreadable_address_stop_nobody(gig):  # noqa: F811
    answer = Answer(gig.get_absolute_url(), HTTP_REFERER="http://[?x")
    assert (answer.reached_django, answer.status) == (False, 200)
    assert Answer(gig.get_absolute_url(), HTTP_X_FORWARDED_FOR="nobody", REMOTE_ADDR="").status in (200, 403)


def test_a_file_is_served_under_any_name(settings):
    request = RequestFactory().get("/static/img/seal.svg", HTTP_HOST="origin.of-a-cdn.example")
    assert page_door.page_for(request) is None


def test_where_something_inside_sees_every_answer_there_is_no_door_before_it(settings):
    assert isinstance(with_door(WSGIHandler()), OuterDoor)
    settings.DEMO_CLOCK = True
    assert not isinstance(with_door(WSGIHandler()), OuterDoor)
    settings.DEMO_CLOCK, settings.WAGTAILFRONTENDCACHE = False, {"default": {}}
    assert not isinstance(with_door(WSGIHandler()), OuterDoor)
