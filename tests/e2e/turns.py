"""Which journeys come before which, and which wait until the machine is theirs. A plugin, so that it is tried out alone
(tests/contracts/test_turns.py); conftest.py brings it to the journeys.

pytest-randomly shuffles before this sorts, and the sort keeps what it does not decide: only these turns are sure.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# From the first to the last turn; who asks for none of them comes before all.
TURNS = ("time_machine_from_the_beginning", "time_machine", "quiet_machine")
# Names a file that bin/test makes when the other tests are over; not set, nobody waits.
QUIET_MACHINE = "QUIET_MACHINE"
# The longest that anybody waits: above what the other tests take on the slowest machine.
PATIENCE_SECONDS = 7_200


@pytest.fixture
def time_machine() -> None:
    """For journeys that jump days in the demo. The stack's clock never goes back, and the others go by the real time."""


@pytest.fixture
def time_machine_from_the_beginning(time_machine: None) -> None:
    """For journeys that jump, too, but begin with what the demo says of today: before all that let days go by."""


@pytest.fixture
def quiet_machine() -> None:
    """For journeys with a stop-watch: nothing else may run on the machine, so that they come last and wait for it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by turns."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Its number; of several the earliest, for who needs the beginning moves the clock as well."""
    names = getattr(item, "fixturenames", ())
    return next((number for number, turn in enumerate(TURNS, 1) if turn in names), 0)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Wait before anybody counts the seconds of the test: pytest-timeout and pytest's own watchdog begin inside of this."""
    if "quiet_machine" in getattr(item, "fixturenames", ()) and QUIET_MACHINE in os.environ:
        sign = Path(os.environ[QUIET_MACHINE])
        end = time.monotonic() + PATIENCE_SECONDS
        # Its folder goes with whoever promised it.
        while not sign.exists() and sign.parent.exists() and time.monotonic() < end:
            time.sleep(1)
    return (yield)
