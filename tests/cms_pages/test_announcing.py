"""Search engines are told of what came, changed and went: against a real server on this machine."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from cms_pages import announcing
from cms_pages.models import AddressNews, GigNewsMark, LandingPage, SearchEngine
from cms_pages.tasks import announce_addresses
from marketplace.gigs import services as gigs
from marketplace.gigs.models import Gig
from tests import factories

SITE = "http://localhost:8000"


class Engine(ThreadingHTTPServer):
    """Answers as it is told to, and remembers what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, dict]] = []
        self.got: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        engine: Engine = self.server  # type: ignore[assignment]
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        engine.got.append((self.path, body))
        lines = body.count("\n") + 1
        status, answer = engine.answers.pop(0) if engine.answers else (200, {"remain": 9, "success": lines})
        encoded = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def engine(settings, db) -> Iterator[Engine]:
    cache.clear()
    server = Engine()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SEARCH_PUSH = {
        "indexnow": {"key": "0123456789abcdef", "endpoint": f"{server.url}/indexnow"},
        "baidu": {"key": "secret", "endpoint": f"{server.url}/urls"},
    }
    yield server
    server.shutdown()
    server.server_close()


def waiting(engine: SearchEngine) -> set[str]:
    return {row.address.removeprefix(SITE) for row in AddressNews.objects.filter(engine=engine)}


def due() -> None:
    AddressNews.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))


def changed_long_ago(gig: Gig) -> None:
    """As if the change had settled: what changes just now is read two minutes later."""
    Gig.objects.filter(pk=gig.pk).update(updated_at=timezone.now() - timedelta(minutes=3))


def test_both_engines_are_sent_their_own_form_and_what_was_taken_is_forgotten(engine) -> None:
    announcing.note(addresses=[f"{SITE}/a/", f"{SITE}/b/", f"{SITE}/a/"])
    assert announce_addresses() == 4
    assert AddressNews.objects.count() == 0
    (to_indexnow, first), (to_baidu, second) = engine.got
    assert to_indexnow == "/indexnow"
    assert json.loads(first) == {
        "host": "localhost:8000",
        "key": "0123456789abcdef",
        "keyLocation": f"{SITE}/indexnow-key.txt",
        "urlList": [f"{SITE}/a/", f"{SITE}/b/"],
    }
    assert parse_qs(urlsplit(to_baidu).query) == {"site": [SITE], "token": ["secret"]}
    assert second == f"{SITE}/a/\n{SITE}/b/"
    assert announce_addresses() == 0
    assert len(engine.got) == 2


def test_without_keys_nothing_is_noted_or_sent(engine, settings) -> None:
    settings.SEARCH_PUSH = {name: {**push, "key": ""} for name, push in settings.SEARCH_PUSH.items()}
    announcing.note(addresses=[f"{SITE}/a/"])
    factories.make_gig()
    assert announce_addresses() == 0
    assert (AddressNews.objects.count(), GigNewsMark.objects.count(), engine.got) == (0, 0, [])
    assert Client().get("/indexnow-key.txt").status_code == 404


def test_the_key_is_shown_to_indexnow(engine) -> None:
    response = Client().get("/indexnow-key.txt")
    assert (response.content, response["Content-Type"]) == (b"0123456789abcdef", "text/plain")


def test_pages_are_told_of_when_published_renamed_and_taken_down(
    tree, engine, django_capture_on_commit_callbacks
) -> None:
    page = LandingPage.objects.get(slug="open-a-small-shop", locale__language_code="zh-hans")
    page.save_revision().publish()
    assert waiting(SearchEngine.BAIDU) == waiting(SearchEngine.INDEXNOW) == {"/topics/open-a-small-shop/"}
    AddressNews.objects.all().delete()
    page.slug = "kai-dian"
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    assert waiting(SearchEngine.BAIDU) == {"/topics/kai-dian/"}
    assert waiting(SearchEngine.INDEXNOW) == {"/topics/kai-dian/", "/topics/open-a-small-shop/"}
    AddressNews.objects.all().delete()
    page.refresh_from_db()
    page.unpublish()
    assert (waiting(SearchEngine.BAIDU), waiting(SearchEngine.INDEXNOW)) == (set(), {"/topics/kai-dian/"})
    AddressNews.objects.all().delete()
    Page.objects.get(slug="about", locale__language_code="en").delete()
    assert waiting(SearchEngine.INDEXNOW) == {"/en/about/"}


def test_a_hidden_page_is_told_of_to_nobody_who_would_show_it(tree, engine) -> None:
    page = LandingPage.objects.get(slug="open-a-small-shop", locale__language_code="zh-hans")
    page.hidden_from_search = True
    page.save_revision().publish()
    assert waiting(SearchEngine.BAIDU) == set()


def test_gigs_are_told_of_from_the_first_run_on_and_once_for_each_change(engine) -> None:
    old = factories.make_gig()
    Gig.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=1))
    assert announcing.note_changed_gigs() == 0
    GigNewsMark.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    shown, draft = factories.make_gig(), factories.make_gig(live=False)
    just_now = factories.make_gig()
    changed_long_ago(shown)
    changed_long_ago(draft)
    assert announcing.note_changed_gigs() == 1
    path = shown.get_absolute_url()
    assert waiting(SearchEngine.BAIDU) == {path, f"/en{path}"}
    assert announcing.note_changed_gigs() == 0
    changed_long_ago(just_now)
    Gig.objects.filter(pk=just_now.pk).update(updated_at=timezone.now() - timedelta(minutes=2, seconds=30))
    assert announcing.note_changed_gigs() == 1


def test_a_paused_gig_is_gone(engine) -> None:
    gig = factories.make_gig()
    announcing.note_changed_gigs()
    GigNewsMark.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    gigs.pause_gig(gig_id=gig.pk, seller=gig.seller)
    changed_long_ago(gig)
    announcing.note_changed_gigs()
    assert gig.get_absolute_url() in waiting(SearchEngine.INDEXNOW)
    assert waiting(SearchEngine.BAIDU) == set()


def test_gigs_of_the_same_moment_are_read_to_the_last(engine, monkeypatch) -> None:
    monkeypatch.setattr(announcing, "GIGS_AT_ONCE", 2)
    announcing.note_changed_gigs()
    GigNewsMark.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    made = [factories.make_gig() for _number in range(5)]
    Gig.objects.update(updated_at=timezone.now() - timedelta(minutes=10))
    assert announcing.note_changed_gigs() == 5
    assert len(waiting(SearchEngine.BAIDU)) == 2 * len(made)


def test_what_is_refused_waits_longer_each_time_and_is_given_up_at_last(engine) -> None:
    announcing.note(addresses=[f"{SITE}/a/"])
    AddressNews.objects.filter(engine=SearchEngine.BAIDU).delete()
    waits = []
    for _number in range(announcing.MOST_TRIES):
        engine.answers = [(429, {})]
        due()
        assert announcing.tell(SearchEngine.INDEXNOW) == 0
        if row := AddressNews.objects.first():
            waits.append(round((row.next_try_at - timezone.now()).total_seconds() / 60))
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 360
    assert AddressNews.objects.count() == 0


def test_a_used_up_quota_waits_for_tomorrow(engine) -> None:
    announcing.note(addresses=[f"{SITE}/a/"])
    engine.answers = [(400, {"error": 400, "message": "over quota"})]
    assert announcing.tell(SearchEngine.BAIDU) == 0
    row = AddressNews.objects.get(engine=SearchEngine.BAIDU)
    assert row.tries == 0
    assert timezone.localtime(row.next_try_at).date() == timezone.localdate() + timedelta(days=1)


def test_an_address_that_changes_while_it_is_sent_stays(engine, monkeypatch) -> None:
    announcing.note(addresses=[f"{SITE}/a/"])
    send = announcing._send

    def changed_meanwhile(to: SearchEngine, addresses: list[str]) -> None:
        send(to, addresses)
        announcing.note(addresses=addresses)

    monkeypatch.setattr(announcing, "_send", changed_meanwhile)
    monkeypatch.setattr(
        announcing, "_due", lambda to: [] if engine.got else list(AddressNews.objects.filter(engine=to))
    )
    assert announcing.tell(SearchEngine.INDEXNOW) == 1
    assert waiting(SearchEngine.INDEXNOW) == {"/a/"}


def test_the_token_stands_in_no_log(engine, settings, caplog) -> None:
    settings.SEARCH_PUSH["baidu"]["endpoint"] = "http://127.0.0.1:9/urls"
    announcing.note(addresses=[f"{SITE}/a/"])
    announcing.tell(SearchEngine.BAIDU)
    ours = [record.getMessage() for record in caplog.records if record.name == "cms_pages.announcing"]
    assert len(ours) == 1
    assert "secret" not in ours[0]
