"""Every two operations that can meet on an order, a withdrawal or a wallet, released together (reliability.md, 2.3, T3).

Two operations can meet where one situation gives both of them something to do; the house's own (a seal, an audit, a
proof of escrow, another order) can meet anything. Nothing is written down by hand: the pairs follow from what each
operation needs and what each situation offers.
"""

import random
from collections import defaultdict
from itertools import combinations_with_replacement

import pytest

from tests.concurrency.operations import OPERATIONS, Operation
from tests.concurrency.races import Act, Races, budget
from tests.concurrency.rig import THREADS
from tests.concurrency.stages import build, facts_in, stages_of
from tests.concurrency.world import Roll

Meeting = tuple[str, bool]  # a situation, and the mode of settlement


def meetings() -> dict[tuple[str, str], list[Meeting]]:
    """Where each pair can meet."""
    found: dict[tuple[str, str], list[Meeting]] = defaultdict(list)
    for is_custody in (False, True):
        for situation in stages_of(is_custody=is_custody):
            facts = facts_in(situation, is_custody=is_custody)
            busy = [
                operation.name for operation in OPERATIONS.values() if operation.needs & facts or not operation.needs
            ]
            for pair in combinations_with_replacement(busy, 2):
                found[pair].append((situation, is_custody))
    return found


MEETINGS = meetings()
SHARES = 4  # so that workers of a parallel run can share the work


def rounds(variable: str, percent: int) -> int:
    """How often a pair is raced: so many hundredths of a round, on the average."""
    whole, rest = divmod(budget(variable, percent), 100)
    return whole + (random.randrange(100) < rest)


def race(races: Races, pair: tuple[str, str], *, threads: int) -> None:
    """One round: a new world in a situation that both have something to do in, and as many of each at once."""
    situation, is_custody = random.choice(MEETINGS[pair])
    races.reset(is_custody=is_custody)
    order = build(races.world, situation, turn=random.randrange(2))
    operations: list[Operation] = [OPERATIONS[name] for name in pair] * (threads // 2)
    acts = [Act(operation, order.pk, Roll(random.getrandbits(32))) for operation in operations]
    races.run(acts, title=f"{situation}{' (custody)' if is_custody else ''}")


@pytest.mark.parametrize("share", range(SHARES))
def test_no_pair_breaks_the_money(races, share):
    for pair in list(MEETINGS)[share::SHARES]:
        for _ in range(rounds("RACES_PAIR_PERCENT", 100)):
            race(races, pair, threads=2)
        for _ in range(rounds("RACES_CROWD_PERCENT", 5)):
            race(races, pair, threads=THREADS)
    races.settle_down()


def test_the_pairs_are_those_that_can_meet():
    assert len(MEETINGS) >= 171  # facts/reliability.md counts 18 operations
    assert ("accept", "open dispute") in MEETINGS
    assert ("clear", "withdraw") in MEETINGS
    assert {(name, name) for name in OPERATIONS} <= MEETINGS.keys()
    assert ("answer", "retry refund") not in MEETINGS
