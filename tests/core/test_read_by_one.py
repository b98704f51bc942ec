"""What is dear to read is read by one at a time, while the others have what was there before, or wait."""

import time

import pytest

from marketplace.core import page_cache
from tests.databases import together

pytestmark = pytest.mark.usefixtures("committed_db")
SECONDS = 60


def counted(times: list[int], *, value: int = 7, takes: float = 0.3):
    def read() -> int:
        times.append(value)
        time.sleep(takes)
        return value

    return lambda: page_cache.remember("test:dear", read, seconds=SECONDS)


def later(monkeypatch, seconds: int) -> None:
    now = time.time() + seconds
    monkeypatch.setattr(page_cache.time, "time", lambda: now)


def test_of_four_who_come_at_once_one_reads_and_all_have_it():
    times: list[int] = []
    assert together(*[counted(times)] * 4) == [7] * 4
    assert times == [7]


def test_who_waited_for_too_long_reads_it_too(monkeypatch):
    monkeypatch.setattr(page_cache, "REMEMBER_WAIT_SECONDS", 0.1)
    times: list[int] = []
    assert page_cache.may_make("test:dear")
    assert counted(times, takes=0)() == 7
    assert times == [7]


def test_what_is_a_little_old_is_given_while_somebody_reads_it_anew(monkeypatch):
    assert counted([], value=1, takes=0)() == 1
    later(monkeypatch, SECONDS)
    assert page_cache.may_make("test:dear")  # somebody is at it
    begun = time.monotonic()
    assert counted([], value=2)() == 1
    assert time.monotonic() - begun < 0.2
    page_cache.done_making("test:dear")
    assert counted([], value=2, takes=0)() == 2
    assert page_cache.may_make("test:dear")  # done


def test_what_has_changed_is_given_to_nobody(monkeypatch):
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)
    monkeypatch.setattr(page_cache, "REMEMBER_WAIT_SECONDS", 0.1)

    def shown(value: int) -> int:
        def read() -> int:
            page_cache.shows("test:tag")
            return value

        return page_cache.remember("test:tagged", read, seconds=SECONDS)

    assert shown(1) == shown(2) == 1
    page_cache._forget(["test:tag"])
    assert page_cache.may_make("test:tagged")  # somebody reads it anew, and is not done
    assert shown(3) == 3


def test_who_fails_lets_the_next_one_read():
    def fails() -> int:
        raise ValueError("away")

    with pytest.raises(ValueError, match="away"):
        page_cache.remember("test:dear", fails, seconds=SECONDS)
    times: list[int] = []
    begun = time.monotonic()
    assert counted(times, takes=0)() == 7
    assert time.monotonic() - begun < 1
