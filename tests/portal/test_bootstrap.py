"""Which Python `bin/…` makes the virtual environment with."""

import sys

import pytest

from tests.contracts.source import ROOT


@pytest.fixture
def bootstrap(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    import _bootstrap

    return _bootstrap


@pytest.mark.parametrize(
    ("ours", "systems", "chosen"),
    [
        (1.0, 0.7, "/usr/bin/python3"),  # clearly faster
        (1.0, 0.95, sys.executable),  # the same, measured twice
        (0.7, 1.0, sys.executable),
        (1.0, float("inf"), sys.executable),  # too old, or without virtual environments
    ],
)
def test_the_system_s_python_is_taken_where_it_is_clearly_faster(bootstrap, monkeypatch, ours, systems, chosen):
    monkeypatch.setattr(bootstrap.os.path, "exists", lambda _path: True)
    monkeypatch.setattr(bootstrap, "seconds_of", {"/usr/bin/python3": systems, sys.executable: ours}.get)
    assert bootstrap.interpreter() == chosen


def test_one_measurement_that_was_disturbed_decides_nothing(bootstrap, monkeypatch):
    """Of the system's Python only the last one was not."""
    said = {
        "/usr/bin/python3": iter([3.0] * (bootstrap.TURNS - 1) + [0.7]),
        sys.executable: iter([1.0] * bootstrap.TURNS),
    }
    monkeypatch.setattr(bootstrap.os.path, "exists", lambda _path: True)
    monkeypatch.setattr(bootstrap, "seconds_of", lambda python: next(said[python]))
    assert bootstrap.interpreter() == "/usr/bin/python3"


def test_a_python_that_cannot_make_environments_is_never_the_faster_one(bootstrap, tmp_path):
    crippled = tmp_path / "python"
    crippled.write_text("#!/bin/sh\nexit 1\n")
    crippled.chmod(0o755)
    assert bootstrap.seconds_of(str(crippled)) == float("inf")
    assert 0 < bootstrap.seconds_of(sys.executable) < 60
