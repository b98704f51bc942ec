"""The races are worth something: each of these faults, planted into the program, loses one of them (T6)."""

import pytest

from marketplace.payments.gateways.base import NotificationKind, TransferState
from tests.concurrency.faults import FAULTS
from tests.concurrency.machine import run_machine
from tests.concurrency.planted import planted
from tests.concurrency.races import RaceLost, budget


@pytest.mark.parametrize("name", FAULTS)
def test_the_races_find(races, name):
    fault = FAULTS[name]
    with planted(fault), pytest.raises(RaceLost) as lost:
        run_machine(
            races,
            examples=budget("RACES_FAULT_EXAMPLES", 3000),
            steps=5,
            situations=fault.situations,
            operations=fault.operations,
            is_custody=fault.is_custody,
        )
    found, _blank, history = str(lost.value).partition("\n\n")
    assert history.startswith("What was done:")
    print(f"{name}: {found}")  # shown with -rP


def test_after_a_planted_fault_the_program_is_whole_again(races):
    for fault in FAULTS.values():
        with planted(fault):
            pass
    run_machine(races, examples=2, steps=4)


def test_a_true_notification_refused_while_everything_is_worked_off_loses_the_race(races):
    races.reset(is_custody=False)
    races.world.institutions["alipay"]._tell(NotificationKind.TRANSFER, "NOBODYKNOWSIT", TransferState.DONE, amount=1)
    with pytest.raises(RaceLost, match="unknown number"):
        races.settle_down()
