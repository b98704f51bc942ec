"""The rules of measurement (facts/performance.md, sections 5 and 6), for benches whose figures are ratios within a round.

Everything is measured once a round; a round in which others used more than a share of the machine is dropped and made up for,
a few times; a figure is the median of the ratios of the clean rounds; with fewer than three of them there is no figure at all.
"""

import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from portal.bench.machine import ForeignLoad, calibrate

CLEAN_ROUNDS_NEEDED = 3
MORE_ROUNDS = 2
QUIET, PATIENCE_SECONDS = 0.10, 30.0

Row = TypeVar("Row")


class Starved(Exception):
    """In a whole measurement nothing was done at all: the machine is too busy, and the round counts as disturbed."""


@dataclass
class Rounds(Generic[Row]):
    """What was measured, a row for each clean round, and how the machine was in every round, dropped ones included."""

    rows: list[Row] = field(default_factory=list)
    dropped: int = 0
    foreign: list[float] = field(default_factory=list)  # shares of the machine
    calibration: list[float] = field(default_factory=list)  # million steps a second
    foreign_limit: float = 0.15

    def is_valid(self) -> bool:
        """Whether enough rounds were free of other people's work."""
        return len(self.rows) >= CLEAN_ROUNDS_NEEDED

    def refusal(self) -> str:
        """Why there are no figures, in a sentence; empty where there are."""
        if self.is_valid():
            return ""
        shares = ", ".join(f"{share:.0%}" for share in self.foreign)
        return (
            f"No figures: only {len(self.rows)} of {len(self.foreign)} rounds were clean and {CLEAN_ROUNDS_NEEDED} are needed; "
            f"others used {shares} of the machine where {self.foreign_limit:.0%} is allowed. Run it again when nothing else runs."
        )

    def median(self, ratio: Callable[[Row], float]) -> float:
        """The median over the clean rounds of what `ratio` makes of each."""
        return statistics.median(ratio(row) for row in self.rows)

    def machine(self) -> dict[str, object]:
        """How the machine was: printed with each result."""
        return {
            "clean_rounds": len(self.rows),
            "dropped_rounds": self.dropped,
            "foreign": [round(share, 3) for share in self.foreign],
            "calibration": [round(speed, 1) for speed in self.calibration],
        }

    def machine_line(self) -> str:
        """The same for people."""
        foreign = ", ".join(f"{share:.0%}" for share in self.foreign)
        speed = ", ".join(f"{value:.0f}" for value in self.calibration)
        return (
            f"{len(self.rows)} clean rounds, {self.dropped} dropped; others used {foreign} of the machine; "
            f"plain loop: {speed} million steps a second"
        )


def wait_for_quiet(seconds: float) -> None:
    """Wait until others use less than a tenth of the machine, but no longer than this."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with ForeignLoad() as load:
            time.sleep(1)
        if load.share < QUIET:
            return


def measure_rounds(
    once: Callable[[], Row], *, rounds: int, foreign_limit: float, patience: float = PATIENCE_SECONDS
) -> Rounds[Row]:
    """`once` measures everything one time; it is called until there are `rounds` clean rounds, or two more times than that.

    Before each it waits so many seconds at most for the machine to be quiet.
    """
    found: Rounds[Row] = Rounds(foreign_limit=foreign_limit)
    for _number in range(rounds + MORE_ROUNDS):
        if len(found.rows) == rounds:
            break
        wait_for_quiet(patience)
        found.calibration.append(calibrate())
        row: Row | None = None
        with ForeignLoad() as load, suppress(Starved):
            row = once()
        found.foreign.append(load.share)
        if row is None or load.share > foreign_limit:
            found.dropped += 1
        else:
            found.rows.append(row)
    return found
