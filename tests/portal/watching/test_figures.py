"""What Prometheus is told: by whom, to whom, and that nobody's words are in it."""

import subprocess
import sys

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from marketplace.discovery.models import SearchChange
from marketplace.operations.models import EventKind, FailedTask, OperationEvent
from marketplace.payments.services import run_audit
from portal.env import BASE_DIR
from portal.watching import gauges
from portal.watching.serving import figures_application
from tests.factories import make_gig

pytestmark = pytest.mark.django_db


def fetched(token: str = "", path: str = "/metrics", method: str = "GET", **headers: str) -> tuple[str, str]:
    said = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", **headers}
    body = figures_application(token=token)(environ, lambda status, _headers, _error=None: said.append(status))
    return said[0], b"".join(body).decode()


def figures(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    return {
        family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples}
        for family in text_string_to_metric_families(text)
    }


def test_it_tells_what_stands_in_the_database():
    make_gig()
    FailedTask.objects.create(task_id="1", name="marketplace.orders.tasks.run", error="?", failed_at=timezone.now())
    OperationEvent.objects.create(kind=EventKind.BACKUP, is_ok=True, details={}, at=timezone.now())
    OperationEvent.objects.create(kind=EventKind.RESTORE_TEST, is_ok=False, details={}, at=timezone.now())
    run_audit()
    status, text = fetched()
    assert status == "200 OK"
    told = figures(text)
    assert told["jiangji_failed_jobs"][()] == 1
    assert told["jiangji_backlog_items"][("search_changes",)] == SearchChange.objects.count()
    assert told["jiangji_books_violations"][()] == 0
    assert told["jiangji_last_failed"] == {("backup",): 0, ("restore",): 1}
    assert set(told["jiangji_last_done_timestamp_seconds"]) == {("backup",)}
    assert told["jiangji_part_up"][("database",)] == 1
    assert told["jiangji_database_connections_most"][()] > 10
    assert set(told["jiangji_source_up"].values()) == {1}


def test_before_the_first_audit_its_figures_are_absent_and_not_zero():
    told = figures(fetched()[1])
    assert told["jiangji_books_violations"] == {}


def test_a_source_that_fails_is_named_and_keeps_none_of_the_others_away(monkeypatch):
    def fails():
        raise OSError("away")
        yield

    monkeypatch.setitem(gauges.SOURCES, "queues", fails)
    told = figures(fetched()[1])
    assert told["jiangji_source_up"][("queues",)] == 0
    assert told["jiangji_source_up"][("books",)] == 1
    assert "jiangji_queue_jobs" not in told
    assert "jiangji_failed_jobs" in told


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, "401 Unauthorized"),
        ({"HTTP_AUTHORIZATION": "Bearer wrong"}, "401 Unauthorized"),
        ({"HTTP_AUTHORIZATION": "Bearer right"}, "200 OK"),
    ],
)
def test_with_a_token_whoever_has_it_is_told(headers, status):
    assert fetched("right", **headers)[0] == status


def test_nothing_else_is_answered():
    assert fetched(path="/")[0] == "404 Not Found"
    assert fetched(method="POST")[0] == "405 Method Not Allowed"


def test_other_machines_are_not_answered_without_a_token():
    command = [sys.executable, "-W", "ignore", "manage.py", "serve_metrics", "--address", "0.0.0.0"]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "METRICS_TOKEN" in done.stderr
