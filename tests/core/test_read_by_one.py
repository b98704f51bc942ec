"""What is dear to read is read by one at a time, while the others have what was there before, or wait."""

import time

import pytest
from django.core.cache import cache
from django.db import transaction

from marketplace.core import page_cache, remembered
from marketplace.core.remembered import remember
from tests.databases import together

pytestmark = pytest.mark.usefixtures("committed_db")
SECONDS = 60
KEY, READING = "test:dear", "test:dear:reading"


def counted(times: list[int], *, value: int = 7, takes: float = 0.0):
    def read() -> int:
        times.append(value)
        time.sleep(takes)
        return value

    return lambda: remember(KEY, read, seconds=SECONDS)


def fails() -> int:
    raise ValueError("away")


def later(monkeypatch, seconds: int) -> None:
    now = time.time() + seconds
    monkeypatch.setattr(page_cache.time, "time", lambda: now)


def somebody_is_reading() -> None:
    cache.set(READING, "somebody", 30)


def test_of_four_who_come_at_once_one_reads_and_all_have_it():
    times: list[int] = []
    assert together(*[counted(times, takes=0.3)] * 4) == [7] * 4
    assert times == [7]
    assert cache.get(READING) is None


def test_who_waited_in_vain_reads_it_too_and_lets_nobody_else_in(monkeypatch):
    monkeypatch.setattr(remembered, "WAIT_SECONDS", 0.1)
    times: list[int] = []
    somebody_is_reading()
    assert counted(times)() == 7
    assert times == [7]
    assert cache.get(READING) == "somebody"


def test_of_those_who_wait_one_reads_when_the_first_one_fails():
    times: list[int] = []

    def first() -> object:
        def slowly() -> int:
            time.sleep(0.3)
            return fails()

        try:
            return remember(KEY, slowly, seconds=SECONDS)
        except ValueError:
            return "failed"

    def after() -> object:
        time.sleep(0.1)
        return counted(times, takes=0.2)()

    assert together(first, after, after, after) == ["failed", 7, 7, 7]
    assert times == [7]


def test_nobody_waits_who_may_hold_rows_that_others_wait_for():
    somebody_is_reading()
    begun = time.monotonic()
    with transaction.atomic():
        assert counted([])() == 7
    assert time.monotonic() - begun < 1


def test_what_is_a_little_old_is_given_while_somebody_reads_it_anew(monkeypatch):
    assert counted([], value=1)() == 1
    later(monkeypatch, SECONDS)
    somebody_is_reading()
    begun = time.monotonic()
    assert counted([], value=2)() == 1
    assert time.monotonic() - begun < 1
    cache.delete(READING)
    assert counted([], value=2)() == 2
    assert cache.get(READING) is None


def test_what_was_there_before_is_given_where_it_cannot_be_read_anew(monkeypatch, caplog):
    assert counted([], value=1)() == 1
    later(monkeypatch, SECONDS)
    assert remember(KEY, fails, seconds=SECONDS) == 1
    assert "could not be read anew" in caplog.text
    assert cache.get(READING) is None


def test_what_has_changed_is_given_to_nobody(monkeypatch):
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)
    monkeypatch.setattr(remembered, "WAIT_SECONDS", 0.1)

    def shown(value: int) -> int:
        def read() -> int:
            page_cache.shows("test:tag")
            return value

        return remember(KEY, read, seconds=SECONDS)

    assert shown(1) == shown(2) == 1
    page_cache._forget(["test:tag"])
    somebody_is_reading()  # anew, and is not done
    assert shown(3) == 3


def test_who_fails_lets_the_next_one_read():
    with pytest.raises(ValueError, match="away"):
        remember(KEY, fails, seconds=SECONDS)
    assert cache.get(READING) is None
