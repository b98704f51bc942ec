"""A CDN keeps what everybody gets and nothing else, and is told to forget what changed: by a real server that takes PURGE."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.cache import cache
from django.test import Client
from wagtail.models import Page

from cms_pages.models import LandingPage
from marketplace.core import clock, page_cache
from marketplace.gigs.models import Gig
from portal import cdn, tasks
from tests.cms_pages.conftest import categories, gigs, image, small_data, tree  # noqa: F401 fixtures
from tests.factories import make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
PERSON = {"HTTP_USER_AGENT": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}


class Varnish(ThreadingHTTPServer):
    """Remembers what it was told to forget, and answers as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.purged: list[str] = []
        self.answers: list[int] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PURGE(self) -> None:
        server: Varnish = self.server  # type: ignore[assignment]
        self.send_response(server.answers.pop(0) if server.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        server.purged.append(f"{self.headers['Host']}{self.path}")

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def varnish(settings, monkeypatch) -> Iterator[Varnish]:
    cache.clear()
    server = Varnish()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.PAGES_ARE_KEPT, settings.SITE_URL = True, "http://testserver"
    settings.WAGTAILFRONTENDCACHE = {
        "default": {"BACKEND": "portal.cdn.PurgeBackend", "LOCATION": f"http://127.0.0.1:{server.server_address[1]}"}
    }
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0.0)
    monkeypatch.setattr(page_cache, "LISTINGS_SECONDS", 0)
    # Not in the application itself: what is put back there stands above the settings for every test that follows.
    settings.CELERY_TASK_ALWAYS_EAGER = True
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def landing(tree) -> LandingPage:  # noqa: F811
    """A page of the newest services."""
    page = LandingPage.objects.filter(locale__language_code="zh-hans").first()
    page.body = [("gig_row", {"heading": "新服务", "source": "newest", "count": 4, "picks": []})]
    page.save()
    return page


def control(address: str, client: Client | None = None, **headers: str) -> str:
    answer = (client or Client()).get(address, **PERSON, **headers)
    return str(answer.headers.get("Cache-Control", ""))


def test_what_everybody_gets_may_be_kept_for_a_minute_and_browsers_ask_each_time(varnish, landing) -> None:
    made, kept = control(landing.url), control(landing.url)
    assert made == kept == "public, max-age=0, s-maxage=60, must-revalidate"
    answer = Client().get(landing.url, **PERSON)
    assert "Cookie" in answer["Vary"]
    assert "User-Agent" not in answer["Vary"]
    again = Client().get(landing.url, HTTP_IF_NONE_MATCH=answer["ETag"], **PERSON)
    assert (again.status_code, again["Cache-Control"]) == (304, made)


def test_what_is_somebodys_or_has_a_form_is_never_kept(varnish, landing, settings) -> None:
    signed_in = log_in(make_user())
    assert control(landing.url, signed_in) == "private, no-store"
    for address in ("/accounts/login/", "/search/?q=logo", landing.url + "?q=1"):
        assert "private" in control(address) or "no-store" in control(address), address
    visitor = Client()
    visitor.cookies[settings.SESSION_COOKIE_NAME] = "anything"
    assert "public" not in control(landing.url, visitor)


def test_the_page_of_a_service_stays_with_us_because_each_opening_counts(varnish, landing) -> None:
    gig = Gig.objects.first()
    assert control(gig.get_absolute_url()) == "private, no-cache"
    assert control(gig.get_absolute_url()) == "private, no-cache"


def test_a_page_that_sets_a_cookie_on_its_way_out_is_nobody_elses(varnish, landing, monkeypatch) -> None:
    answer = Client().get(landing.url, **PERSON)
    kept = answer.wsgi_request.kept_page
    answer.set_cookie("somebody", "1")
    assert not cdn.is_for_cdn(kept, answer)


def test_without_a_cdn_pages_are_told_to_be_kept_by_nobody(varnish, landing, settings) -> None:
    settings.WAGTAILFRONTENDCACHE = {}
    assert control(landing.url) == "private, no-cache"


def test_a_service_that_changes_purges_every_page_with_its_card_in_each_language(
    varnish, landing, django_capture_on_commit_callbacks
) -> None:
    english = LandingPage.objects.get(translation_key=landing.translation_key, locale__language_code="en")
    english.body = landing.body
    english.save()
    for address in (landing.url, english.url):
        assert "public" in control(address)
    assert "private" in control(landing.url + "?utm_source=wechat")
    gig = Gig.objects.first()
    gig.title = "换了名字"
    with django_capture_on_commit_callbacks(execute=True):
        gig.save()
    expected = {f"testserver{landing.url}", f"testserver{english.url}"}
    assert expected <= set(varnish.purged)


def test_a_seller_who_changes_purges_the_pages_that_show_them(
    varnish, landing, django_capture_on_commit_callbacks
) -> None:
    control(landing.url)
    profile = Gig.objects.first().seller.profile
    profile.display_name = "青禾新名"
    with django_capture_on_commit_callbacks(execute=True):
        profile.save()
    assert f"testserver{landing.url}" in varnish.purged


@pytest.mark.parametrize("act", ["publish", "unpublish", "move"])
def test_a_page_that_is_published_moved_or_taken_down_is_purged(
    act, varnish, landing, django_capture_on_commit_callbacks
) -> None:
    address = landing.url
    control(address)
    page = Page.objects.get(pk=landing.pk).specific
    with django_capture_on_commit_callbacks(execute=True):
        if act == "publish":
            page.save_revision().publish()
        elif act == "unpublish":
            page.unpublish()
        else:
            page.move(LandingPage.objects.sibling_of(page, inclusive=False).first() or page.get_parent(), pos="right")
    assert f"testserver{address}" in varnish.purged


def test_nothing_is_purged_before_the_commit(varnish, landing, django_capture_on_commit_callbacks) -> None:
    control(landing.url)
    with django_capture_on_commit_callbacks(execute=False):
        Gig.objects.first().save()
    assert varnish.purged == []


def test_addresses_go_in_batches_and_a_refusal_is_tried_again(varnish, landing, monkeypatch) -> None:
    monkeypatch.setattr(cdn, "BATCH", 1)
    control(landing.url)
    control(landing.url + "?page=2")
    batches = list(cdn.batches([page_cache.SITE]))
    assert [len(batch) for batch in batches] == [1, 1]
    varnish.answers = [503]
    with pytest.raises(cdn.NotPurged, match="503"):
        cdn.purge(batches[0])
    varnish.answers = [404]  # nginx: there was nothing of it
    assert cdn.purge(batches[0]) == 1
    assert tasks.purge_addresses.autoretry_for == (cdn.NotPurged,)


def test_a_cdn_that_does_not_answer_is_left_after_the_first_try(settings, varnish) -> None:
    settings.WAGTAILFRONTENDCACHE["default"]["LOCATION"] = "http://127.0.0.1:1"
    with pytest.raises(cdn.NotPurged, match="ConnectionError"):
        cdn.purge(["http://testserver/", "http://testserver/en/"])


def test_a_page_that_changed_while_it_was_made_is_not_given_away(varnish, landing) -> None:
    answer = Client().get(landing.url, **PERSON)
    kept = answer.wsgi_request.kept_page
    page_cache._forget([page_cache.LISTINGS])
    assert not cdn.note("http://testserver/", kept)


def test_a_page_that_ends_by_the_clock_sooner_than_the_cdn_would_forget_it_stays_with_us(varnish, landing) -> None:
    from datetime import timedelta

    landing.body = [("countdown", {"ends_at": clock.now() + timedelta(seconds=30), "note": ""})]
    landing.save()
    assert control(landing.url) == "private, no-cache"
