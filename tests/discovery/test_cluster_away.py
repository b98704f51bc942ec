"""A search cluster that is away, slow, full or behind: PostgreSQL answers, staff is told, and it catches up by itself."""

import http.server
import signal
import threading
import time
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from marketplace.discovery import services
from marketplace.discovery.engines import elasticsearch as engine
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.engines.clusters import cluster
from marketplace.discovery.health import cluster_figures
from marketplace.discovery.models import SearchChange
from marketplace.discovery.replica import indices, outbox, rebuild, state
from marketplace.gigs.models import GigStats
from portal.embedded.valkey import free_port
from tests.discovery.clusters import forget_connections
from tests.discovery.test_search import listed
from tests.factories import make_user
from tests.logins import log_in

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("search server")]


@pytest.fixture
def indexed(elasticsearch, monkeypatch):
    monkeypatch.setattr(state, "STAND_BACK_SECONDS", 0)
    gig = listed("公众号排版 图文美化", tags=["公众号", "排版"], price_fen=8_000)
    services.rebuild_index()
    rebuild.build_index()
    return gig


@pytest.fixture
def away(indexed, settings):
    """The address of the settings is one where nobody listens; called, the cluster is back."""
    real = settings.ELASTICSEARCH_URL
    settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{free_port()}"
    forget_connections()

    def come_back():
        settings.ELASTICSEARCH_URL = real
        forget_connections()

    return come_back


def found(query):
    return list(services.search(SearchRequest(query=query)).ids)


def test_while_it_is_away_postgresql_answers_and_it_is_said_once(indexed, away, caplog):
    for _search in range(3):
        assert found("公众号") == [indexed.pk]
    assert [record.levelname for record in caplog.records if "PostgreSQL answers" in record.message] == ["ERROR"]


def test_what_changed_meanwhile_waits_and_is_sent_when_it_is_back(indexed, away):
    GigStats.objects.filter(gig=indexed).update(price_from_fen=4_321)
    assert outbox.send_changes() == 0
    assert SearchChange.objects.count() == 1
    assert state.trouble() is not None
    away()
    assert state.trouble() is not None  # it is not asked before it knows what it missed
    assert outbox.send_changes() == 1
    assert state.trouble() is None
    assert cluster().documents(indices.current_index(), [indexed.pk])[indexed.pk]["price_fen"] == 4_321


def test_a_slow_cluster_costs_one_page_a_second_and_the_next_ones_nothing(indexed, elasticsearch):
    found("公众号")  # everything is warm
    elasticsearch.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert found("公众号") == [indexed.pk]
        first = time.monotonic() - began
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "cluster", lambda: pytest.fail("it was asked again"))
            assert found("公众号") == [indexed.pk]
    finally:
        elasticsearch.process.send_signal(signal.SIGCONT)
    assert 0.9 < first < 10
    outbox.send_changes()
    assert state.trouble() is None


def test_an_index_that_is_missing_is_no_empty_result(indexed):
    indices.forget_others([])
    assert found("公众号") == [indexed.pk]
    outbox.send_changes()
    assert "rebuild_search" in state.trouble().reason or "index_not_found" in state.trouble().reason


def test_who_failed_just_now_is_left_alone_for_a_while(indexed, monkeypatch):
    monkeypatch.setattr(state, "STAND_BACK_SECONDS", 60)
    state.mark_down("slow")
    outbox.send_changes()
    assert state.trouble() is not None


def test_one_that_is_far_behind_is_not_asked(indexed):
    GigStats.objects.filter(gig=indexed).update(price_from_fen=4_321)
    SearchChange.objects.update(created_at=timezone.now() - timedelta(seconds=90))
    state.mark_up()  # forget the lag of before
    assert "behind" in state.trouble().reason
    assert found("公众号") == [indexed.pk]
    outbox.send_changes()
    assert state.trouble() is None


def test_monitoring_reads_the_lag(indexed):
    assert cluster_figures() == {"search_lag_seconds": 0, "search_changes_waiting": 0, "search_answered_by": "cluster"}
    GigStats.objects.filter(gig=indexed).update(price_from_fen=4_321)
    SearchChange.objects.update(created_at=timezone.now() - timedelta(seconds=90))
    state.mark_up()  # forget the lag of before
    figures = Client().get("/healthz").json()["figures"]
    assert figures["search_lag_seconds"] >= 90
    assert (figures["search_changes_waiting"], figures["search_answered_by"]) == (1, "postgresql")


def test_staff_see_it_on_their_first_page_until_it_is_over(indexed, away):
    found("公众号")
    desk = log_in(make_user(name="管理员", is_staff=True, is_superuser=True))
    page = desk.get("/admin/").content.decode()
    assert "搜索集群暂时不可用" in page
    assert "Connection" in page
    away()
    outbox.send_changes()
    assert "搜索集群暂时不可用" not in desk.get("/admin/").content.decode()


@pytest.fixture
def full_twice(indexed, elasticsearch, settings):
    """Something in front of the cluster that refuses the first two bulks for want of room, and remembers the journeys."""
    refusals = []

    class Gate(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_arguments):
            pass

        def _pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith("/_bulk") and len(refusals) < 2:
                refusals.append(self.path)
                self._answer(429, {"Content-Type": "application/json", "X-Elastic-Product": "Elasticsearch"}, b"{}")
                return
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}
            }
            request = urllib.request.Request(
                elasticsearch.url + self.path, data=body or None, headers=headers, method=self.command
            )
            try:
                with urllib.request.urlopen(request) as answer:
                    self._answer(answer.status, dict(answer.headers), answer.read())
            except urllib.error.HTTPError as error:
                self._answer(error.code, dict(error.headers), error.read())

        def _answer(self, status, headers, body):
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in {"content-length", "transfer-encoding"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _pass_on

    gate = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    gate.daemon_threads = True
    threading.Thread(target=gate.serve_forever, daemon=True).start()
    settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{gate.server_port}"
    forget_connections()
    yield refusals
    gate.shutdown()
    gate.server_close()


def test_a_cluster_without_room_is_given_time_and_asked_again(indexed, full_twice):
    GigStats.objects.filter(gig=indexed).update(price_from_fen=99)
    began = time.monotonic()
    assert outbox.send_changes() == 1
    assert len(full_twice) == 2
    assert time.monotonic() - began >= 1.5  # half a second, then one
    assert cluster().documents(indices.current_index(), [indexed.pk])[indexed.pk]["price_fen"] == 99


def test_a_cluster_that_was_unplugged_does_not_answer_before_it_is_built_anew(indexed, settings):
    """Somebody ran without its address for a while: what it holds is of that day."""
    address, settings.ELASTICSEARCH_URL = settings.ELASTICSEARCH_URL, ""
    outbox.send_changes()
    late = listed("公众号排版 长图")
    services.index_gig(late.pk)
    settings.ELASTICSEARCH_URL = address
    cache.clear()
    outbox.send_changes()
    assert late.pk in found("公众号")
    assert "rebuild_search" in state.trouble().reason
    rebuild.build_index()
    cache.clear()
    assert state.trouble() is None
    assert late.pk in found("公众号")
