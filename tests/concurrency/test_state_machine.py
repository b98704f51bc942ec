"""Whatever happens at the same time, the money is right after every step and nothing is left over in the end."""

from tests.concurrency.machine import run_machine
from tests.concurrency.races import budget


def test_no_race_breaks_the_money(races):
    run_machine(races, examples=budget("RACES_EXAMPLES", 12), steps=budget("RACES_STEPS", 12))
