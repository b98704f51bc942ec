"""What Prometheus is told: by whom, to whom, and that nobody's words are in it."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from marketplace.discovery.models import SearchChange
from marketplace.operations.models import EventKind, FailedTask, OperationEvent
from marketplace.payments.audit import audit_money
from portal.bench import machine
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
    audit_money()
    status, text = fetched()
    assert status == "200 OK"
    told = figures(text)
    assert told["jiangji_failed_jobs"][()] == 1
    assert told["jiangji_backlog_items"][("search_changes",)] == SearchChange.objects.count()
    assert told["jiangji_books_violations"][()] == 0
    assert told["jiangji_last_failed"] == {("backup",): 0, ("restore_test",): 1}
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


COUNTS = """
import os
import django
django.setup()
from django.test import Client
for path in ("/healthz?for=web", "/no/such/page/林小满@example.com", "/robots.txt"):
    Client().get(path, headers={"host": "localhost"})
Client().generic("STRANGE", "/robots.txt", headers={"host": "localhost"})
"""


@pytest.fixture
def serving(committed_db, tmp_path) -> Iterator[tuple[str, dict[str, str]]]:
    """The command itself, on a port of the system's choice, with a folder; its address, and the environment of who counts."""
    database = machine.connection_string(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    environment = os.environ | {
        "DATABASE_URL": database, "METRICS_FOLDER": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings",
    }  # fmt: skip
    command = [sys.executable, "-W", "ignore", "manage.py", "serve_metrics", "--port", "0"]
    process = subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip(), environment
    finally:
        process.terminate()
        process.wait(30)


def test_pages_of_other_processes_are_counted_by_route_and_not_by_what_was_typed(serving):
    address, environment = serving
    for _process in range(2):
        subprocess.run([sys.executable, "-W", "ignore", "-c", COUNTS], cwd=BASE_DIR, env=environment, check=True)
    with urllib.request.urlopen(address, timeout=30) as answer:
        text = answer.read().decode()
    counts = {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "jiangji_request_seconds_count"
    }
    by_labels = {frozenset(labels): value for labels, value in counts.items()}
    assert by_labels[frozenset({"wagtail_serve", "GET", "4xx"})] == 2
    assert by_labels[frozenset({"robots", "GET", "2xx"})] == 2
    assert any("other" in labels for labels in by_labels)
    assert "example.com" not in text
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(address.replace("/metrics", "/"), timeout=30)


def test_without_a_folder_nothing_is_counted_and_pages_come(settings):
    assert settings.METRICS_FOLDER == ""
    assert Client().get("/healthz?for=web").status_code == 200
    assert "jiangji_request_seconds_count" not in fetched()[1]
