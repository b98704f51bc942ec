"""The situations of the races are what they say, and one after the other everything ends well in them."""

import pytest

from tests.concurrency.facts import facts_of
from tests.concurrency.operations import OPERATIONS
from tests.concurrency.stages import STAGES, build, facts_in, stages_of


@pytest.mark.parametrize("is_custody", [False, True], ids=["transfer", "custody"])
def test_every_situation_is_what_it_says_and_can_be_worked_off(races, is_custody):
    for situation in stages_of(is_custody=is_custody):
        races.reset(is_custody=is_custody)
        order = build(races.world, situation)
        assert facts_of(races.world, order.pk) == facts_in(situation, is_custody=is_custody), situation
        races.settle_down()


def test_every_operation_has_something_to_do_somewhere():
    facts = frozenset().union(*(facts_in(name, is_custody=mode) for mode in (False, True) for name in STAGES))
    assert [
        operation.name for operation in OPERATIONS.values() if operation.needs and not operation.needs & facts
    ] == []
