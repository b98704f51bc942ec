"""Jobs of payments: each stops at its deadline, and every list a job goes through has one."""

import pytest
from celery import Task

from marketplace.core.jobs import Deadline, count_done
from marketplace.payments import tasks

pytestmark = pytest.mark.django_db

# They go through no list.
AT_ONCE = {"audit_books", "warn_of_freeze_ends", "forget_refused_notifications"}
IN_TURN = {name for name, found in vars(tasks).items() if isinstance(found, Task)} - AT_ONCE


@pytest.fixture
def begun(monkeypatch):
    """What was begun, when each list of a job has one thing in it. Whether it is done is decided as ever."""
    things = []

    def with_one_thing(_items, _work, **limits):
        return count_done(["thing"], things.append, **limits)

    monkeypatch.setattr(tasks, "count_done", with_one_thing)
    return things


@pytest.mark.parametrize("name", sorted(IN_TURN))
def test_a_job_begins_nothing_once_its_time_is_over(begun, monkeypatch, silent_alipay, name):
    job = getattr(tasks, name)
    job()
    assert begun
    begun.clear()
    monkeypatch.setattr(Deadline, "is_over", True)
    job()
    assert begun == []
