"""The marketplace as a state machine whose every step is a race (facts/reliability.md, 2.3, T2)."""

from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.concurrency.races import RaceLost, Races, choose
from tests.concurrency.rig import THREADS
from tests.concurrency.stages import build, stages_of

ORDERS_AT_FIRST = 4
seeds = st.integers(min_value=0, max_value=2**64 - 1)


class MarketplaceMachine(RuleBasedStateMachine):
    """Each example is a new world with a few orders in drawn situations; each step races up to eight operations.

    Everything is drawn before the threads start, and nothing drawn depends on how a race went before, which no replay
    could promise: seeds pick among what is there.
    """

    races: ClassVar[Races]
    situations: ClassVar[tuple[str, ...]] = ()  # only these, when given
    operations: ClassVar[tuple[str, ...]] = ()  # most of the time these, when given
    is_custody: ClassVar[bool | None] = None  # only this mode of settlement, when given

    def __init__(self) -> None:
        super().__init__()
        self.is_lost = False

    @initialize(is_custody=st.booleans(), stages=st.lists(seeds, min_size=ORDERS_AT_FIRST, max_size=ORDERS_AT_FIRST))
    def open(self, is_custody: bool, stages: list[int]) -> None:
        """A world in one of the two modes of settlement."""
        is_custody = is_custody if self.is_custody is None else self.is_custody
        self.races.reset(is_custody=is_custody)
        names = stages_of(is_custody=is_custody)
        names = [name for name in names if name in self.situations] or names
        for turn, seed in enumerate(stages):
            name = names[seed % len(names)]
            order = build(self.races.world, name, turn=turn)
            self.races.history.append(f"order {order.pk}: {name}")

    @rule(focus=seeds, batch=st.lists(seeds, min_size=2, max_size=THREADS))
    def race(self, focus: int, batch: list[int]) -> None:
        """Release up to eight operations, most of them on one order."""
        world = self.races.world
        order_id = world.order_ids[focus % len(world.order_ids)]
        self.is_lost = True  # unless it returns
        self.races.run(choose(world, order_id, batch, mostly=self.operations), title=f"around order {order_id}")
        self.is_lost = False

    def teardown(self) -> None:
        """In the end everything is worked off."""
        if not self.is_lost and self.races.world.order_ids:
            self.races.settle_down()


def run_machine(races: Races, *, examples: int, steps: int, **limits: Any) -> None:
    """Run it so many times with so many steps each; `limits` are attributes of the machine. Raises RaceLost at the first finding.

    Every run draws anew, in CI too; nothing is shrunk or replayed from a database: a race does not repeat itself.
    """
    machine = type("Machine", (MarketplaceMachine,), {"races": races} | limits)
    kept = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=False,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    try:
        run_state_machine_as_test(machine, settings=kept)
    except FlakyStrategyDefinition as flaky:
        # The same draws were raced before and nothing was lost then: Hypothesis calls that flaky, we call it a race.
        if isinstance(flaky.__context__, RaceLost):
            raise flaky.__context__ from None
        raise
