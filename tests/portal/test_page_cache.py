"""Pages of people without a session are kept whole, forgotten by what they show, and never anybody's own."""

import gzip
import threading
import time

import pytest
import redis
from django.core.cache import cache
from django.db import connection
from django.middleware.csrf import get_token
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, reverse
from redis.exceptions import ConnectionError as NoAnswer

from marketplace.accounts.models import Portfolio
from marketplace.accounts.services.portfolio_moderation import hide_piece
from marketplace.core import page_cache, releases
from marketplace.core.config import set_config
from marketplace.core.remembered import remember
from marketplace.gigs import counting
from marketplace.gigs.models import Gig
from marketplace.gigs.states import GigStatus
from marketplace.reviews import services as reviews
from marketplace.reviews.models import MaskedPart, MaskGround
from portal import page_cache as middleware
from portal.watching.middleware import route_of
from tests.factories import make_gig, make_moderator, make_public_review, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
PERSON = {"HTTP_USER_AGENT": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}


@pytest.fixture(autouse=True)
def kept(monkeypatch, settings):
    """Pages are kept here, and what a test changes right before it asks for a page does not make that page old."""
    settings.PAGES_ARE_KEPT, settings.SITE_URL = True, "http://testserver"
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0.0)


@pytest.fixture
def gig(db) -> Gig:
    return make_gig(title="茶饮品牌LOGO设计")


def ask(gig: Gig, client: Client | None = None, **headers):
    return (client or Client()).get(gig.get_absolute_url(), **PERSON | headers)


def queries_of(gig: Gig, client: Client | None = None) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert ask(gig, client).status_code == 200
    return len(queries)


def test_the_second_visitor_costs_the_database_nothing(gig):
    assert queries_of(gig) > 0
    assert queries_of(gig) == 0
    assert ask(gig).content == ask(gig).content


def test_the_address_of_a_kept_page_is_not_looked_up_among_all_again(gig, monkeypatch):
    for _visitor in range(2):
        ask(gig)
    resolved, resolve = [], URLResolver.resolve
    monkeypatch.setattr(URLResolver, "resolve", lambda self, path: resolved.append(path) or resolve(self, path))
    for clients in ({}, {"HTTP_ACCEPT_LANGUAGE": "en"}):
        answer = ask(gig, **clients)
        assert answer.status_code == 200
        assert gig.get_absolute_url() in answer.content.decode()
    assert route_of(answer.wsgi_request) == "gigs:detail"
    assert gig.get_absolute_url() not in resolved


def test_what_only_somebody_thinks_of_is_not_remembered(gig):
    before = dict(middleware._known)
    for _visitor in range(3):
        Client().get("/no/such/page/", **PERSON)
        Client().head(gig.get_absolute_url(), **PERSON)
    assert middleware._known == before


def test_who_is_signed_in_never_gets_or_makes_a_kept_page(gig):
    someone, other = log_in(make_user(name="林小满")), log_in(make_user(name="周望舒"))
    own = ask(gig, someone).content.decode()
    assert "csrf" in own
    assert queries_of(gig) > 0  # nothing was kept of the page before
    everybodys = ask(gig).content.decode()
    for client, name in ((someone, "林小满"), (other, "周望舒")):
        page = ask(gig, client).content.decode()
        assert page != everybodys
        assert name in page or "login-mark" in page
    for leak in ("林小满", "周望舒", "login-mark", "csrfmiddlewaretoken", "csrf-token"):
        assert leak not in everybodys


def test_after_a_log_out_the_page_is_everybodys_again(gig):
    client = log_in(make_user(name="林小满"))
    ask(gig, client)
    client.post(reverse("account_logout"))
    assert "login-mark" not in ask(gig, client).content.decode()


def test_a_page_with_a_token_against_forged_forms_is_not_kept(gig, monkeypatch):
    make = middleware._may_be_kept

    def with_token(request, response):
        get_token(request)
        return make(request, response)

    monkeypatch.setattr(middleware, "_may_be_kept", with_token)
    assert queries_of(gig) > 0
    assert queries_of(gig) > 0


def test_a_page_says_who_may_keep_it_and_is_told_by_its_tag(gig):
    first, second = ask(gig), ask(gig)
    assert first["ETag"] == second["ETag"]
    assert second["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "User-Agent"} <= {name.strip() for name in second["Vary"].split(",")}
    same = ask(gig, HTTP_IF_NONE_MATCH=second["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    assert ask(gig, HTTP_IF_NONE_MATCH='"another"').status_code == 200
    assert "Content-Security-Policy" in second.headers


def test_a_page_is_kept_compressed_and_goes_to_each_browser_as_it_takes_it(gig):
    plain = ask(gig).content
    assert ask(gig).content == plain
    assert "Accept-Encoding" in ask(gig)["Vary"]
    small = ask(gig, HTTP_ACCEPT_ENCODING="gzip")
    assert small["Content-Encoding"] == "gzip"
    assert len(small.content) < len(plain) / 3
    assert gzip.decompress(small.content) == plain
    same = ask(gig, HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=ask(gig)["ETag"])
    assert same.status_code == 304


def test_a_change_of_the_service_is_seen_at_once(gig, django_capture_on_commit_callbacks):
    ask(gig)
    with django_capture_on_commit_callbacks(execute=True):
        gig.title = "咖啡品牌LOGO设计"
        gig.save()
    assert "咖啡品牌LOGO设计" in ask(gig).content.decode()


def test_another_service_changes_nothing(gig, django_capture_on_commit_callbacks):
    ask(gig)
    with django_capture_on_commit_callbacks(execute=True):
        make_gig(title="别的服务", category=gig.category).save()
    assert queries_of(gig) == 0


def test_a_change_while_the_page_is_made_makes_it_useless(gig, django_capture_on_commit_callbacks, monkeypatch):
    kept = page_cache.keep

    def change_and_keep(key, page):
        with django_capture_on_commit_callbacks(execute=True):
            page_cache.forget(f"gig:{gig.pk}")
        kept(key, page)

    monkeypatch.setattr(page_cache, "keep", change_and_keep)
    ask(gig)
    monkeypatch.setattr(page_cache, "keep", kept)
    assert queries_of(gig) > 0


def test_the_sellers_page_and_services_follow_the_profile(gig, django_capture_on_commit_callbacks):
    ask(gig)
    with django_capture_on_commit_callbacks(execute=True):
        gig.seller.profile.display_name = "青禾新名"
        gig.seller.profile.save()
    assert "青禾新名" in ask(gig).content.decode()


def test_a_work_that_moderators_hide_leaves_the_sellers_page(gig, django_capture_on_commit_callbacks):
    profile = gig.seller.profile
    piece = Portfolio.objects.create(profile=profile, title="借来的图", description="一张图")
    address = profile.get_absolute_url()
    assert "借来的图" in Client().get(address, **PERSON).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        hide_piece(piece=piece, moderator=make_moderator(), reason="不是本人的作品。")
    assert "借来的图" not in Client().get(address, **PERSON).content.decode()


def test_who_is_put_off_by_a_form_of_the_admin_is_gone_at_once(gig, django_capture_on_commit_callbacks):
    ask(gig)
    with django_capture_on_commit_callbacks(execute=True):
        gig.seller.is_active = False
        gig.seller.save()  # all fields, as a form does
    assert ask(gig).status_code == 404


def test_words_that_were_hidden_are_on_no_kept_page(django_capture_on_commit_callbacks):
    review = make_public_review(body="这里有不该公开的地址。")
    gig = review.gig
    assert "这里有不该公开的地址。" in ask(gig).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        reviews.mask_review(
            review_id=review.pk,
            part=MaskedPart.BODY,
            ground=MaskGround.PRIVACY,
            words="有住址。",
            staff=make_moderator(),
        )
    assert "这里有不该公开的地址。" not in ask(gig).content.decode()


def test_a_rule_that_changed_is_on_no_kept_page(gig, django_capture_on_commit_callbacks):
    ask(gig)
    with django_capture_on_commit_callbacks(execute=True):
        set_config(key="orders.auto_accept_days", value=5, reason="试")
    assert queries_of(gig) > 0


def test_a_kept_page_is_counted_as_often_as_it_is_read(gig):
    Client().get(gig.get_absolute_url(), HTTP_USER_AGENT="Baiduspider")  # made for a program, which is not counted
    for number in range(4):
        ask(gig, REMOTE_ADDR=f"10.0.0.{number}")
    ask(gig, REMOTE_ADDR="10.0.0.3")  # a reload is the same visit
    etag = ask(gig, HTTP_USER_AGENT="curl/8")["ETag"]
    assert ask(gig, REMOTE_ADDR="10.0.0.9", HTTP_IF_NONE_MATCH=etag).status_code == 304  # has it already
    _batch, rows = counting.take()
    assert [(row.gig_id, row.clicks) for row in rows] == [(gig.pk, 4)]


def test_inside_wechat_the_page_is_another(gig, monkeypatch):
    monkeypatch.setattr(
        middleware.wechat_card,
        "script_url",
        lambda name: "https://res.example/jweixin.js" if "MicroMessenger" in name else "",
    )
    ask(gig)
    inside = {"HTTP_USER_AGENT": PERSON["HTTP_USER_AGENT"] + " MicroMessenger/8.0"}
    with CaptureQueriesContext(connection) as queries:
        made = Client().get(gig.get_absolute_url(), **inside)
    assert len(queries) > 0
    kept = Client().get(gig.get_absolute_url(), **inside)
    same = Client().get(gig.get_absolute_url(), **inside, HTTP_IF_NONE_MATCH=kept["ETag"])
    assert same.status_code == 304
    for answer in (made, kept, same):
        assert "https://res.example/jweixin.js" in answer["Content-Security-Policy"]
    assert "res.example" not in ask(gig)["Content-Security-Policy"]
    assert queries_of(gig) == 0


def test_addresses_with_other_parameters_are_made_each_time(gig):
    address = gig.get_absolute_url() + "?stars=5"
    for _twice in range(2):
        with CaptureQueriesContext(connection) as queries:
            Client().get(address, **PERSON)
        assert len(queries) > 0
    with CaptureQueriesContext(connection) as queries:
        for _twice in range(2):
            Client().get(gig.get_absolute_url() + "?utm_source=wechat", **PERSON)
        first = len(queries)
        Client().get(gig.get_absolute_url() + "?utm_source=wechat", **PERSON)
    assert len(queries) == first


def test_where_a_visitor_came_from_is_in_no_kept_page_and_makes_no_other(gig):
    first = Client().get(gig.get_absolute_url() + "?utm_source=wechat&utm_campaign=mother", **PERSON).content.decode()
    assert "utm_" not in first
    with CaptureQueriesContext(connection) as queries:
        for number in range(5):
            Client().get(gig.get_absolute_url() + f"?utm_source=s{number}", **PERSON)
    assert len(queries) == 0
    assert _only_key()


@pytest.mark.parametrize("query", ["?page=2", "?page=x", "?page=10000"])
def test_a_number_that_a_page_does_not_know_keeps_nothing(gig, query: str):
    Client().get(gig.get_absolute_url() + query, **PERSON)
    assert not _kept_names()


def test_under_another_name_or_port_nothing_is_kept(gig, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    for host in ("other.example", "testserver:8081"):
        assert ask(gig, HTTP_HOST=host).status_code == 200
    assert not _kept_names()


def test_who_asks_for_the_head_alone_hinders_nobody(gig):
    assert Client().head(gig.get_absolute_url(), **PERSON).status_code == 200
    assert queries_of(gig) > 0
    assert queries_of(gig) == 0
    answer = Client().head(gig.get_absolute_url(), **PERSON)
    assert (answer.status_code, answer["ETag"]) == (200, ask(gig)["ETag"])


def test_what_is_taken_down_while_it_is_made_anew_is_served_to_nobody(gig, monkeypatch):
    ask(gig)
    now = time.time() + page_cache.FRESH_SECONDS + 1
    monkeypatch.setattr(page_cache.time, "time", lambda: now)
    Gig.objects.filter(pk=gig.pk).update(status=GigStatus.ARCHIVED)  # without a word to the cache
    assert ask(gig).status_code == 404
    assert ask(gig).status_code == 404


def test_what_another_release_kept_is_no_answer(gig):
    ask(gig)
    (name,) = _kept_names()
    cache.client().hset(name, "page", b"\x80\x05cmarketplace.core.page_cache\nAnOlderPage\n.")
    assert ask(gig).status_code == 200
    assert queries_of(gig) == 0  # it was made anew and kept
    cache.client().delete(name)
    cache.client().set(name, "of another kind")
    assert ask(gig).status_code == 200
    assert queries_of(gig) == 0
    assert remember("of-before", lambda: 1, seconds=60) == 1
    (name,) = cache._cache.get_client().keys("*of-before*")
    cache._cache.get_client().set(name, b"\x80\x05cmarketplace.core.page_cache\nAnOlderPart\n.")
    assert remember("of-before", lambda: 2, seconds=60) == 2


def test_a_page_of_other_static_files_is_another(gig, monkeypatch):
    ask(gig)
    monkeypatch.setattr(releases.staticfiles_storage, "manifest_hash", "another", raising=False)
    assert queries_of(gig) > 0


def test_one_process_makes_a_page_anew_and_others_serve_the_one_before(gig, monkeypatch):
    ask(gig)
    now = time.time() + page_cache.FRESH_SECONDS + 1
    key = _only_key()
    with monkeypatch.context() as later:
        later.setattr(page_cache.time, "time", lambda: now)
        assert page_cache.may_make(key)  # another process is at it
        assert queries_of(gig) == 0
        page_cache.done_making(key)
        assert queries_of(gig) > 0
    assert queries_of(gig) == 0


def test_who_waits_for_a_page_in_vain_makes_it_too_and_does_not_keep_it(gig):
    ask(gig)
    key = _only_key()
    cache.delete(key)
    assert page_cache.may_make(key)  # another process is at it, and has died
    started = time.monotonic()
    assert queries_of(gig) > 0
    assert page_cache.WAIT_SECONDS <= time.monotonic() - started < page_cache.MAKING_SECONDS
    assert page_cache.look_up(key) is None


def test_nobody_waits_for_a_page_that_turned_out_not_to_be_kept(gig, monkeypatch):
    monkeypatch.setattr(page_cache, "WAIT_SECONDS", 60.0)
    key = page_cache.page_key("of", "nobody")
    assert page_cache.may_make(key)
    threading.Timer(0.2, page_cache.done_making, [key]).start()
    started = time.monotonic()
    assert page_cache.wait_for(key) is None
    assert time.monotonic() - started < 30


def _kept_names() -> list[bytes]:
    return [name for name in cache.client().keys("*page:*") if b"making" not in name and b"tag" not in name]


def _only_key() -> str:
    """The key of the one page that is kept."""
    (name,) = _kept_names()
    return "page:" + name.decode().rpartition("page:")[2]


def test_without_an_answer_of_the_cache_pages_are_made_as_before(gig, monkeypatch):
    ask(gig)
    ask(gig)

    def fail(*_args, **_kwargs):
        raise NoAnswer

    monkeypatch.setattr(redis.Connection, "send_packed_command", fail)
    assert page_cache.look_up("page:x") is None
    assert page_cache.wait_for("page:x") is None
    assert page_cache.may_make("page:x")
    page_cache.done_making("page:x")
    assert queries_of(gig) > 0
