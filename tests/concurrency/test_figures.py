"""Figures under two runs at a time: a day that two jobs count, a report that two jobs hand over."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone
from psycopg.errors import UniqueViolation

from marketplace.core import clock
from marketplace.insights import locks, services, tasks
from marketplace.insights.boards import mailing, reports
from marketplace.insights.metrics import registry, trade
from marketplace.insights.models import Analytics, ReportSubscription
from tests.databases import together
from tests.factories import make_paid_order, make_user

pytestmark = pytest.mark.usefixtures("committed_db")


def counted() -> list[tuple]:
    return sorted(Analytics.objects.values_list("metric", "dimension", "value"))


def errors(results) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]


def test_a_day_that_two_jobs_count_at_once_is_counted_as_by_one(meet_before):
    make_paid_order()
    today = timezone.localdate(clock.now())
    services.compute_day(today)
    once = counted()
    meet_before(locks, "lock_days")
    assert errors(together(*[partial(services.compute_day, today) for _two in range(2)])) == []
    assert counted() == once


def test_control_without_the_lock_one_of_the_two_fails(meet_before, monkeypatch):
    make_paid_order()
    monkeypatch.setattr(locks, "lock_days", lambda _days: None)
    monkeypatch.setattr(registry, "sources", lambda: [trade.PAID])
    meet_before(services, "range_parameters")  # both have taken away what stood there, neither has written
    results = together(*[partial(services.compute_day, timezone.localdate(clock.now())) for _two in range(2)])
    assert [type(error) for error in errors(results)] == [UniqueViolation]


def test_ranges_that_overlap_do_not_wait_in_a_circle(meet_before):
    make_paid_order()
    today = timezone.localdate(clock.now())
    meet_before(locks, "lock_days")
    ranges = ((today - timedelta(days=9), today), (today - timedelta(days=3), today - timedelta(days=1)))
    results = together(*[partial(services.compute_range, first=first, last=last) for first, last in ranges])
    assert errors(results) == []


@pytest.fixture
def handed_over(monkeypatch) -> list[int]:
    """Which reports the worker was asked to make."""
    made: list[int] = []
    monkeypatch.setattr(tasks.send_report, "delay", lambda pk, _day: made.append(pk))
    return made


def due_report() -> tuple[ReportSubscription, object]:
    subscription = reports.subscribe(user=make_user(is_staff=True), boards=["overview"], rhythm="daily")
    today = timezone.localdate(clock.now())
    ReportSubscription.objects.update(next_on=today)
    return subscription, today


def test_a_report_that_two_runs_find_due_is_handed_over_once(meet_before, handed_over):
    subscription, today = due_report()
    meet_before(locks, "lock_due_report")
    results = together(*[partial(mailing._hand_over, subscription.pk, today) for _two in range(2)])
    assert sorted(results) == [False, True]
    assert handed_over == [subscription.pk]


def test_control_without_the_lock_it_is_handed_over_twice(meet_before, handed_over, monkeypatch):
    subscription, today = due_report()
    monkeypatch.setattr(
        locks, "lock_due_report", lambda pk, day: ReportSubscription.objects.filter(pk=pk, next_on__lte=day).first()
    )
    meet_before(reports, "following")
    results = together(*[partial(mailing._hand_over, subscription.pk, today) for _two in range(2)])
    assert results == [True, True]
    assert handed_over == [subscription.pk] * 2
