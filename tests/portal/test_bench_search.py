"""`bin/bench search` measures whole answers of both engines on catalogues of its own."""

import os
import re

import pytest
from django.core.management import call_command
from django.db import connection

from portal.bench import search, search_worker

SIZE = 60
KEYS = (
    "postgres.p95_ms",
    "postgres.best_p95_ms",
    "postgres.cpu_ms",
    "elasticsearch.p50_ms",
    "elasticsearch.p95_ms",
    "suggestions.p95_ms",
)


@pytest.fixture
def catalogue(committed_db, monkeypatch):
    """Sixty synthetic services in the test's own database stand in for a million."""
    call_command("load_synthetic_gigs", str(SIZE))
    url = re.sub(r"^(\w+://[^/]*)/\w+", rf"\1/{connection.settings_dict['NAME']}", os.environ["DATABASE_URL"])
    monkeypatch.setattr(search, "prepare_catalogue", lambda _size: url)
    monkeypatch.setattr(search, "HEAP_MB", 256)


def test_a_tiny_run_prints_both_engines_and_every_yardstick_and_leaves_nothing_running(catalogue):
    result = search.measure(sizes=[SIZE], rounds=1, foreign_limit=10.0, elasticsearch_sizes=[SIZE], repeats=2)
    printed = result.as_json()
    assert printed["clean_rounds"] == 1
    assert printed["is_clean"] is False  # three rounds are needed before a figure counts
    assert all(printed[f"{key}.{SIZE}"] > 0 for key in KEYS), printed
    assert all(printed[key] > 0 for key in ("T15", "T16", "T18")), printed
    assert printed["T17"] == 1.0  # so small a catalogue is looked at whole
    assert "postgres.p95_ms" in result.as_table()
    assert not search.multiprocessing.active_children()


def row(milliseconds):
    names = [f"{kind}:{name}" for kind in ("answers", "plain", "facets", "cpu") for name in search_worker.CLASSES]
    found = {f"postgres.{name}": [milliseconds] for name in names}
    return found | {"suggest": [1.0], "select1": [0.5], "A:head": [90.0], "A:20%": [90.0], "E:head": [90.0]}


def test_growth_is_that_of_the_worst_class_and_disturbed_rounds_count_only_where_too_few_are_clean():
    quiet = {100_000: row(10.0), 1_000_000: row(12.0)}
    quiet[1_000_000] |= {"postgres.answers:pair": [15.0]}
    noisy = {100_000: row(50.0), 1_000_000: row(500.0)}
    sizes = [100_000, 1_000_000]
    clean = search.Result(sizes, rounds=[quiet] * 3, disturbed=[noisy], foreign=[0.0] * 4).as_json()
    assert (clean["is_clean"], clean["growth_100k_1m"], clean["T14"]) == (True, 1.5, 0.176)
    assert (clean["postgres.p95_ms.100000"], clean["postgres.p95_ms.1000000"]) == (10.0, 15.0)
    assert "elasticsearch.p95_ms.100000" not in clean
    few = search.Result(sizes, rounds=[quiet], disturbed=[noisy], foreign=[0.0, 0.5]).as_json()
    assert few["is_clean"] is False
    assert (few["postgres.p95_ms.1000000"], few["postgres.best_p95_ms.1000000"]) == (500.0, 15.0)
