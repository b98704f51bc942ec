"""F8 of facts/reliability.md: beat stood still for a day, and two beats run. What the clock decides happens late, and once."""

from datetime import timedelta

import pytest
from django.db.models import Count, Max
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from marketplace.core import clock
from marketplace.ledger.models import Clearing, Transaction
from marketplace.notifications.models import Notification
from marketplace.orders.models import Order, OrderEvent, Refund
from marketplace.orders.states import OrderStatus as S
from portal.celery import application
from portal.schedule import ensure_schedule
from tests.concurrency import invariants
from tests.concurrency.conftest import institutions, races  # noqa: F401 fixtures
from tests.concurrency.stages import build
from tests.databases import together

# Whose jobs move orders and money.
ROOMS = ("marketplace.orders.", "marketplace.payments.", "marketplace.ledger.", "marketplace.offers.")
STOOD_STILL = timedelta(hours=24)
# What the clock decides once in the life of an order.
DECIDED = ("auto_accepted", "cancelled", "payment_expired")
SITUATIONS = (
    "unpaid", "delivered", "delivered, partly given back", "completed", "refund due", "withdrawal to send",
    "waits for answers", "to be cancelled", "more time asked for",
)  # fmt: skip


@pytest.fixture
def beats(races, monkeypatch):  # noqa: F811
    """Lets two beats run that stood still for a day; each runs in its own process's place what it would hand to a worker."""
    ensure_schedule()
    known = dict(PeriodicTask.objects.values_list("pk", "enabled"))
    PeriodicTask.objects.exclude(task__startswith="celery.").update(enabled=False)
    for room in ROOMS:
        PeriodicTask.objects.filter(task__startswith=room).update(enabled=True)
    monkeypatch.setattr(application.conf, "task_always_eager", True)

    def run(moment) -> None:
        PeriodicTask.objects.update(last_run_at=timezone.now() - STOOD_STILL)
        schedulers = [DatabaseScheduler(app=application) for _beat in range(2)]
        for scheduler in schedulers:
            assert len(scheduler.schedule) > 15

        def beat(scheduler):
            with clock.moved_to(moment):
                while scheduler.tick() == 0:
                    pass

            scheduler._finalize.cancel()  # else it writes once more when the tests are over, and their database is gone

        results = together(*(lambda one=one: beat(one) for one in schedulers))
        assert results == [None, None]

    yield run
    for pk, enabled in known.items():
        PeriodicTask.objects.filter(pk=pk).update(enabled=enabled, last_run_at=None)


def doubled(told_before: int) -> list[tuple[object, ...]]:
    """What stands in the books or in the events of an order twice, or was told somebody twice since then."""
    found = []
    for rows, fields in (
        (Transaction.objects.exclude(reference=""), ("kind", "reference")),
        (OrderEvent.objects.filter(type__in=DECIDED), ("order_id", "type")),
        (Notification.objects.filter(pk__gt=told_before), ("recipient_id", "kind", "title", "body", "url")),
    ):
        grouped = rows.values(*fields).annotate(number=Count("pk")).filter(number__gt=1)
        found += [tuple(row.values()) for row in grouped]
    return found


def test_after_a_day_two_beats_decide_everything_once(races, beats):  # noqa: F811
    races.reset(is_custody=False)
    orders = {name: build(races.world, name, turn=turn) for turn, name in enumerate(SITUATIONS)}
    begun = clock.now()
    for days in (1, 5, 14):
        told_before = Notification.objects.aggregate(last=Max("pk", default=0))["last"]
        beats(begun + timedelta(days=days))
        races.judge(invariants.findings(races.world))
        assert doubled(told_before) == []
    status = {name: Order.objects.get(pk=order.pk).status for name, order in orders.items()}
    assert status == {
        "unpaid": S.CANCELLED,
        "delivered": S.COMPLETED,
        "delivered, partly given back": S.COMPLETED,
        "completed": S.COMPLETED,
        "refund due": S.CANCELLED,
        "withdrawal to send": S.COMPLETED,
        "waits for answers": S.AWAITING_REQUIREMENTS,
        "to be cancelled": S.CANCELLED,
        "more time asked for": S.IN_PROGRESS,
    }
    assert {event for event in DECIDED if OrderEvent.objects.filter(type=event).exists()} == set(DECIDED)
    assert not Clearing.objects.filter(cleared_at=None, clears_at__lt=begun + timedelta(days=14)).exists()
    assert not Refund.objects.exclude(status__in=("done", "sent")).exists()
