"""How a run of the suite is arranged: folders of each worker's own, and the turns of the journeys. Tried out on toy suites."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.contracts.source import ROOT

FILES = """
import os
from pathlib import Path

import pytest

@pytest.mark.parametrize("number", range(8))
def test_number(number, worker_id):
    for name in ("MEDIA_ROOT", "PRIVATE_MEDIA_ROOT"):
        folder = Path(os.environ[name])
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "workers").open("a") as file:
            file.write(worker_id + "\\n")
"""

MOVES = """
import time
import pytest

@pytest.mark.parametrize("number", range(3))
def test_with_a_stop_watch(number, quiet_machine):
    assert number >= 0

@pytest.mark.parametrize("number", range(3))
def test_letting_days_go_by(number, time_machine):
    assert number >= 0

@pytest.mark.parametrize("number", range(3))
def test_going_by_the_real_time(number):
    assert number >= 0

@pytest.mark.parametrize("number", range(3))
def test_letting_days_go_by_from_the_beginning(number, time_machine_from_the_beginning):
    assert number >= 0
"""
IN_TURN = [
    "test_going_by_the_real_time",
    "test_letting_days_go_by_from_the_beginning",
    "test_letting_days_go_by",
    "test_with_a_stop_watch",
]


def run(folder: Path, tests: str, *arguments: str, **environment: str) -> str:
    """What pytest says of a suite of one file that has nothing to do with Django."""
    (folder / "pytest.ini").write_text("[pytest]")
    (folder / "test_toys.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", *arguments]
    inherited = {name: value for name, value in os.environ.items() if name != "PYTEST_XDIST_WORKER"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=inherited | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_each_worker_has_files_of_its_own_and_a_run_begins_without_any(tmp_path):
    state = tmp_path / "state"
    left = state / "files" / "gw7" / "media" / "old.webp"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"of the last run")
    run(tmp_path, FILES, "-n", "2", "-p", "portal.embedded.pytest_plugin", JIANGJI_STATE=str(state))
    assert not left.exists()
    found = {str(path.relative_to(state)): set(path.read_text().split()) for path in state.rglob("workers")}
    assert found == {
        f"files/{worker}/{kind}/workers": {worker} for worker in ("gw0", "gw1") for kind in ("media", "private")
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_journeys_take_turns_in_whatever_order_they_are_shuffled(tmp_path, seed):
    said = run(tmp_path, MOVES, "-p", "tests.e2e.turns", "--collect-only", "-q", f"--randomly-seed={seed}")
    names = [line.split("::")[1].split("[")[0] for line in said.splitlines() if "::" in line]
    assert names == [name for name in IN_TURN for _number in range(3)]


def test_who_has_a_stop_watch_waits_for_the_others_outside_of_its_own_time(tmp_path):
    sign = tmp_path / "quiet"
    threading.Thread(target=lambda: (time.sleep(5), sign.touch())).start()
    begin = time.monotonic()
    # Were the wait counted, two seconds of it would be too long. The plugin as the journeys themselves have it.
    plugin = ("-p", "tests.e2e.conftest", "--timeout=2", "--timeout-method=thread", "-o", "faulthandler_timeout=2")
    run(tmp_path, MOVES, *plugin, "-o", "faulthandler_exit_on_timeout=true", QUIET_MACHINE=str(sign))
    assert sign.exists()
    assert time.monotonic() - begin > 5


def test_nobody_waits_for_a_run_that_is_gone_or_was_never_there(tmp_path):
    run(tmp_path, MOVES, "-p", "tests.e2e.turns", QUIET_MACHINE=str(tmp_path / "gone" / "quiet"))
    run(tmp_path, MOVES, "-p", "tests.e2e.turns")
