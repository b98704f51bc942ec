from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from marketplace.core import clock

SECOND = timedelta(seconds=1)


def test_the_clock_of_rules_is_the_real_one_unless_moved():
    assert abs(clock.now() - timezone.now()) < SECOND
    assert clock.now().tzinfo is not None


def test_within_the_block_the_clock_starts_at_the_moment_and_runs_on():
    moment = timezone.now() + timedelta(days=40)
    with clock.moved_to(moment):
        first = clock.now()
        assert timedelta() <= first - moment < SECOND
        assert clock.now() >= first
    assert abs(clock.now() - timezone.now()) < SECOND


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_day_begins_in_china_whatever_zone_staff_have_chosen(zone):
    with timezone.override(zone):
        assert clock.midnight(date(2026, 12, 1)) == datetime(2026, 11, 30, 16, tzinfo=UTC)


def test_blocks_nest_and_an_error_puts_the_clock_back():
    outer = timezone.now() - timedelta(days=10)
    with clock.moved_to(outer):
        with pytest.raises(RuntimeError), clock.moved_to(outer + timedelta(days=5)):
            raise RuntimeError
        assert clock.now() - outer < SECOND


def test_another_thread_keeps_its_own_time():
    with clock.moved_to(timezone.now() + timedelta(days=40)), ThreadPoolExecutor(1) as other:
        assert abs(other.submit(clock.now).result() - timezone.now()) < SECOND
