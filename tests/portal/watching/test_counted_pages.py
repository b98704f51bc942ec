"""Processes count into one folder, and the command tells the sum of all."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from portal.bench import machine
from portal.env import BASE_DIR
from tests.portal.watching.test_figures import fetched

COUNTS = """
import os
import django
django.setup()
from django.test import Client
for path in ("/healthz?for=web", "/no/such/page/林小满/", "/no/such/page/lin@example.com", "/robots.txt"):
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
    assert by_labels[frozenset({"none", "GET", "4xx"})] == 2
    assert by_labels[frozenset({"robots", "GET", "2xx"})] == 2
    assert any("other" in labels for labels in by_labels)
    assert "example.com" not in text
    assert "林小满" not in text
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(address.replace("/metrics", "/"), timeout=30)


@pytest.mark.django_db
def test_without_a_folder_nothing_is_counted_and_pages_come(settings):
    assert settings.METRICS_FOLDER == ""
    assert Client().get("/healthz?for=web").status_code == 200
    assert "jiangji_request_seconds_count" not in fetched()[1]
