"""Who can only be anybody gets a kept page at the door: as by the long way, counted, and never one of before a change."""

import logging
import time
from datetime import timedelta

import pytest
import redis
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from marketplace.accounts import blocks
from marketplace.accounts.models import BlockKind, BlockScope
from marketplace.accounts.services.abuse import add_block
from marketplace.core import clock, page_cache
from marketplace.core.cache import OneClientCache
from marketplace.discovery import services as discovery
from marketplace.discovery.analytics.models import SearchClick
from marketplace.gigs import counting
from marketplace.gigs.models import Gig
from marketplace.insights.visits import recording
from tests.discovery.conftest import _words_of_this_test_only  # noqa: F401 autouse here too
from tests.factories import make_gig, make_moderator, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"


@pytest.fixture(autouse=True)
def kept(monkeypatch, settings):
    """As tests/portal/test_page_cache.py."""
    settings.PAGES_ARE_KEPT, settings.SITE_URL = True, "http://testserver"
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0.0)


@pytest.fixture
def gig(db) -> Gig:
    """A service whose page is kept, at an address that this process knows."""
    gig = make_gig(title="海报设计")
    for _twice in range(2):
        ask(gig)
    cards = counting.take()
    if cards is not None:
        counting.drop(cards[0])
    while recording.take(1000):
        pass
    return gig


def ask(gig: Gig, query: str = "", client: Client | None = None, **headers):
    return (client or Client()).get(gig.get_absolute_url() + query, **{"HTTP_USER_AGENT": BROWSER} | headers)


def is_from_door(answer) -> bool:
    """The door stands above the sessions: a request that was let through has one."""
    return not hasattr(answer.wsgi_request, "session")


def questions_of(gig: Gig, monkeypatch) -> int:
    """What Valkey is asked for one page."""
    sent, send = [], redis.Connection.send_packed_command
    with monkeypatch.context() as patch:
        patch.setattr(
            redis.Connection,
            "send_packed_command",
            lambda one, *given, **more: sent.append(1) or send(one, *given, **more),
        )
        assert is_from_door(ask(gig))
    return len(sent)


def test_the_door_asks_valkey_once_and_the_database_nothing(gig, monkeypatch):
    ask(gig)  # the script is known to Valkey, the connection is there
    with CaptureQueriesContext(connection) as queries:
        assert questions_of(gig, monkeypatch) == 1
    assert len(queries) == 0


@pytest.mark.parametrize("headers", [{}, {"HTTP_ACCEPT_ENCODING": "gzip"}], ids=["plain", "gzip"])
@pytest.mark.parametrize("page", ["gig", "seller"])
def test_every_header_and_the_page_are_those_of_the_first_answer_and_of_the_long_way(page, headers):
    gig = make_gig()
    address = gig.get_absolute_url() if page == "gig" else gig.seller.profile.get_absolute_url()
    said = {"HTTP_USER_AGENT": BROWSER} | headers
    answers = [Client().get(address, **said) for _time in range(3)]
    assert [is_from_door(answer) for answer in answers] == [False, False, True]
    same = [Client().get(address, **said, HTTP_IF_NONE_MATCH=answers[0]["ETag"]) for _time in range(2)]
    same.append(Client().get(address, **said, HTTP_IF_NONE_MATCH=answers[0]["ETag"], HTTP_HX_REQUEST="true"))
    for group in (answers, same[:2]):
        seen = [
            (one.status_code, one.content, {name: value for name, value in one.items() if name != "X-Request-ID"})
            for one in group
        ]
        assert seen[0] == seen[1] == seen[-1]
    assert [one.status_code for one in same] == [304, 304, 200]
    assert {"Content-Security-Policy", "X-Frame-Options", "Vary", "ETag"} <= set(same[0].headers)
    assert {"Cookie", "Accept-Encoding"} <= {name.strip() for name in answers[2]["Vary"].split(",")}


def test_the_first_answer_may_be_that_it_is_the_same_and_what_is_kept_is_whole(gig):
    whole = ask(gig)
    (name,) = [key for key in cache.client().keys("*page:*") if b"tag" not in key]
    cache.client().delete(name)
    assert ask(gig, HTTP_IF_NONE_MATCH=whole["ETag"]).status_code == 304
    again = ask(gig)
    assert is_from_door(again)
    assert again.content == whole.content
    numbers = {"X-Request-ID"}
    assert {k: v for k, v in again.items() if k not in numbers} == {k: v for k, v in whole.items() if k not in numbers}


def test_whoever_is_not_plainly_anybody_goes_the_long_way(gig):
    assert is_from_door(ask(gig))
    signed_in = log_in(make_user())
    assert not is_from_door(ask(gig, client=signed_in))
    for headers in (
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_COOKIE": "messages=x"},
        {"HTTP_AUTHORIZATION": "Bearer x"},
        {"HTTP_HOST": "testserver:81"},
    ):
        assert not is_from_door(ask(gig, **headers)), headers
    assert not is_from_door(ask(gig, "?stars=5"))
    assert not is_from_door(Client().head(gig.get_absolute_url(), HTTP_USER_AGENT=BROWSER))
    assert is_from_door(ask(gig, HTTP_COOKIE="csrf=x; something=else"))


def test_a_change_of_the_service_is_seen_by_the_next_who_comes(gig, django_capture_on_commit_callbacks):
    assert is_from_door(ask(gig))
    with django_capture_on_commit_callbacks(execute=True):
        gig.title = "咖啡品牌LOGO设计"
        gig.save()
    changed = ask(gig)
    assert not is_from_door(changed)
    assert "咖啡品牌LOGO设计" in changed.content.decode()
    assert "咖啡品牌LOGO设计" in ask(gig).content.decode()


def test_a_list_may_be_some_seconds_older_than_the_newest_service_and_no_more(gig, monkeypatch):
    key = page_cache.page_key("list")
    now = time.time()
    page = page_cache.KeptPage(b"", (), "", now, frozenset({page_cache.LISTINGS, "gig:1"}))
    page_cache.keep(key, page)
    page_cache._forget([page_cache.LISTINGS])
    assert page_cache.look_up(key) is not None
    monkeypatch.setattr(page_cache.time, "time", lambda: now + page_cache.LISTINGS_SECONDS)
    assert page_cache.look_up(key) is None
    monkeypatch.undo()
    page_cache._forget(["gig:1"])
    assert page_cache.look_up(key) is None


def test_what_the_release_before_wrote_of_a_change_ends_a_page_too(gig):
    cache.set(
        f"page-tag:gig:{gig.pk}", time.time() - 3600
    )  # a float, which Valkey cannot compare: made anew, however old it is
    assert not is_from_door(ask(gig))
    cache.set(f"page-tag:gig:{gig.pk}", time.time())
    with CaptureQueriesContext(connection) as queries:
        assert not is_from_door(ask(gig))
    assert len(queries) > 0
    assert page_cache.is_unchanged([f"gig:{gig.pk}"], since=time.time() + 1)
    assert not page_cache.is_unchanged([f"gig:{gig.pk}"], since=time.time() - 3600)


def test_a_page_that_says_something_else_by_now_is_not_given(gig):
    with clock.moved_to(clock.now() + timedelta(seconds=1)):
        assert is_from_door(ask(gig))
    key = page_cache.page_key("campaign")
    ends = clock.now() + timedelta(minutes=1)
    page_cache.keep(key, page_cache.KeptPage(b"", (), "", time.time(), frozenset(), until=ends))
    assert page_cache.look_up(key) is not None
    with clock.moved_to(ends):
        assert page_cache.look_up(key) is None


def test_a_page_that_is_not_fresh_is_given_while_somebody_makes_it_anew_and_else_made(gig, monkeypatch):
    now = time.time() + page_cache.FRESH_SECONDS + 1
    (name,) = [key.decode() for key in cache.client().keys("*page:*") if b"tag" not in key]
    key = "page:" + name.rpartition("page:")[2]
    with monkeypatch.context() as later:
        later.setattr(page_cache.time, "time", lambda: now)
        assert page_cache.may_make(key)
        assert is_from_door(ask(gig))
        page_cache.done_making(key)
        assert not is_from_door(ask(gig))
    assert is_from_door(ask(gig))


def test_where_somebody_came_from_is_noted_at_the_door_and_is_in_no_page(gig):
    answer = ask(gig, "?utm_source=double11")
    assert is_from_door(answer)
    assert "utm_" not in answer.content.decode()
    ask(gig, HTTP_REFERER="https://www.baidu.com/link?url=x", REMOTE_ADDR="10.0.0.2")
    ask(gig, HTTP_USER_AGENT="Baiduspider")
    ask(gig, HTTP_DNT="1")
    visits = recording.take(100)
    assert [(visit.channel, visit.saw_gig, visit.is_member) for visit in visits] == [
        ("campaign", True, False),
        ("search", True, False),
    ]
    assert len({visit.visitor for visit in visits}) == 2


def test_cards_and_openings_are_counted_at_the_door_as_by_the_long_way(gig):
    address = gig.seller.profile.get_absolute_url()
    for number in range(4):
        answer = Client().get(address, HTTP_USER_AGENT=BROWSER, REMOTE_ADDR=f"10.0.0.{number}")
    assert is_from_door(answer)
    for number in (1, 2, 2):
        assert is_from_door(ask(gig, REMOTE_ADDR=f"10.0.1.{number}"))
    _batch, rows = counting.take()
    assert {row.gig_id: (row.impressions, row.clicks) for row in rows}[gig.pk] == (4, 2)


def test_who_is_blocked_is_stopped_before_a_kept_page(gig):
    assert is_from_door(ask(gig, REMOTE_ADDR="203.0.113.7"))
    until = clock.now() + timedelta(days=1)
    add_block(
        kind=BlockKind.ADDRESS,
        value="203.0.113.0/24",
        scope=BlockScope.EVERYTHING,
        reason="刷单",
        ends_at=until,
        staff=make_moderator(),
    )
    blocks.forget_blocks()  # inside a test nothing is committed
    assert ask(gig, REMOTE_ADDR="203.0.113.7").status_code == 403
    assert is_from_door(ask(gig, REMOTE_ADDR="198.51.100.1"))


@pytest.mark.parametrize(("language", "other"), [("zh-hans", "en"), ("en", "zh-hans")])
def test_who_opens_a_result_of_the_search_is_noted_for_it(gig, language, other):
    discovery.rebuild_index()
    visitor = Client(HTTP_USER_AGENT=BROWSER)
    with translation.override(language):
        search, address = reverse("discovery:search"), gig.get_absolute_url()
    for _until_it_is_kept in range(2):
        Client().get(address, HTTP_USER_AGENT=BROWSER)
    assert is_from_door(Client().get(address, HTTP_USER_AGENT=BROWSER))
    assert visitor.get(search, {"q": "海报"}).status_code == 200
    translation.activate(other)  # what the thread spoke last is nothing to go by above the middleware of languages
    opened = visitor.get(address, HTTP_REFERER=f"http://testserver{search}?q=%E6%B5%B7%E6%8A%A5")
    assert opened.status_code == 200
    assert [click.gig_id for click in SearchClick.objects.all()] == [gig.pk]


def test_each_answer_is_in_the_log_by_its_route(gig, caplog):
    with caplog.at_level(logging.INFO, "portal.requests"):
        answer = ask(gig, HTTP_X_REQUEST_ID="0123456789abcdef0123456789abcdef")
    assert is_from_door(answer)
    (line,) = [record for record in caplog.records if record.name == "portal.requests"]
    assert (line.route, line.method, line.status) == ("gigs:detail", "GET", 200)
    assert answer["X-Request-ID"] == "0123456789abcdef0123456789abcdef"


def test_each_language_has_its_own_page(gig):
    address = gig.get_absolute_url()  # now: a page in English leaves English active in this thread
    english = "/en" + address
    pages = [Client().get(english, HTTP_USER_AGENT=BROWSER, HTTP_ACCEPT_LANGUAGE="zh") for _time in range(3)]
    assert is_from_door(pages[2])
    assert {page["Content-Language"] for page in pages} == {"en"}
    chinese = Client().get(
        address, HTTP_USER_AGENT=BROWSER, HTTP_ACCEPT_LANGUAGE="en", HTTP_COOKIE="django_language=en"
    )
    assert is_from_door(chinese)
    assert chinese["Content-Language"] == "zh-hans"
    assert chinese.content != pages[2].content


def test_what_was_counted_by_a_question_whose_answer_was_lost_is_not_counted_again(gig, monkeypatch):
    run = OneClientCache.run

    def lost(self, script, keys, arguments):
        answer = run(self, script, keys, arguments)
        if "note(visit)" in script:  # the door's alone: it counts in the question itself
            raise redis.TimeoutError
        return answer

    monkeypatch.setattr(OneClientCache, "run", lost)
    answer = ask(gig, REMOTE_ADDR="198.51.100.9")
    assert (answer.status_code, is_from_door(answer)) == (200, False)
    assert len(recording.take(10)) == 1
    _batch, counted = counting.take()
    assert [(one.gig_id, one.clicks) for one in counted] == [(gig.pk, 1)]
