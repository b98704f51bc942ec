"""Clocks as rows: set with the change, run by a job that never decides alone."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.cache import cache

from marketplace.core import clock
from marketplace.orders import deadlines, selectors, services
from marketplace.orders.models import DeadlineKind, OrderDeadline
from marketplace.orders.services import clocks
from marketplace.orders.states import OrderStatus
from marketplace.orders.tasks import run_due_deadlines
from tests.orders.situations import make_order_in

KIND = DeadlineKind.DUE_REMINDER


@pytest.fixture
def order(db):
    return make_order_in(OrderStatus.IN_PROGRESS)


@pytest.fixture
def rung(monkeypatch):
    """What the handler of KIND was called for, in place of the real one."""
    calls = []
    monkeypatch.setitem(clocks._HANDLERS, KIND, lambda order: calls.append(order.pk))
    return calls


def rows(order):
    return dict(OrderDeadline.objects.filter(order=order, kind=KIND).values_list("kind", "due_at"))


def test_a_deadline_that_is_set_again_moves_and_one_without_a_coming_moment_stops(order):
    soon, later = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=2)
    deadlines.set_deadlines(order, {KIND: soon})
    deadlines.set_deadlines(order, {KIND: later})
    assert rows(order) == {KIND: later}
    deadlines.set_deadlines(order, {KIND: None})
    assert rows(order) == {}
    deadlines.set_deadlines(order, {KIND: clock.now() - timedelta(seconds=1)})
    assert rows(order) == {}


def test_a_deadline_rings_once_when_its_moment_has_come(order, rung):
    deadlines.set_deadlines(order, {KIND: clock.now() + timedelta(hours=1)})
    run_due_deadlines()
    assert rung == []
    with clock.moved_to(clock.now() + timedelta(hours=1)):
        run_due_deadlines()
        run_due_deadlines()
    assert rung == [order.pk]
    assert rows(order) == {}


def test_clocks_that_fail_hold_up_nobody_elses_and_are_tried_again_later(order, rung, monkeypatch):
    broken, due = make_order_in(OrderStatus.IN_PROGRESS), clock.now() + timedelta(hours=1)
    deadlines.set_deadlines(broken, {KIND: due})
    deadlines.set_deadlines(order, {KIND: due + timedelta(seconds=1)})
    tried = []

    def ring(ringing):
        tried.append(ringing.pk)
        if ringing == broken and len(tried) == 1:
            raise RuntimeError("a row that no release understands")

    monkeypatch.setitem(clocks._HANDLERS, KIND, ring)
    # One place in each run: the broken one would take it for ever.
    monkeypatch.setattr(selectors, "due_deadlines", partial(selectors.due_deadlines, limit=1))
    with clock.moved_to(due + timedelta(minutes=1)):
        assert [run_due_deadlines() for _run in range(3)] == [0, 1, 0]
        assert tried == [broken.pk, order.pk]
        assert rows(broken) == {KIND: due}  # as it was set: nobody is told another time
        cache.clear()  # a quarter of an hour later
        assert run_due_deadlines() == 1
    assert rows(broken) == {}


def test_a_deadline_that_was_moved_after_the_job_had_read_it_does_nothing(order, rung):
    deadlines.set_deadlines(order, {KIND: clock.now() + timedelta(days=1)})
    assert services.run_deadline(order_id=order.pk, kind=KIND) is False
    assert rung == []
    assert len(rows(order)) == 1


def test_a_handler_that_fails_leaves_its_deadline_for_the_next_run(order, monkeypatch):
    def fail(_order):
        raise RuntimeError

    monkeypatch.setitem(clocks._HANDLERS, KIND, fail)
    deadlines.set_deadlines(order, {KIND: clock.now() + timedelta(hours=1)})
    with clock.moved_to(clock.now() + timedelta(hours=1)), pytest.raises(RuntimeError):
        services.run_deadline(order_id=order.pk, kind=KIND)
    assert len(rows(order)) == 1


def test_two_handlers_of_one_kind_are_a_fault(rung):
    with pytest.raises(ValueError, match="two handlers"):
        services.at_deadline(KIND)(lambda _order: None)
