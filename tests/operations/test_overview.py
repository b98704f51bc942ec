"""The page of operations: what is wrong is said in its place, within two seconds, whatever else is away."""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from redis.exceptions import ConnectionError as RedisConnectionError

from marketplace.core import clock
from marketplace.discovery.models import SearchChange
from marketplace.moderation.roles import ADMINISTRATOR, FINANCE, ensure_roles
from marketplace.operations import backlogs, machine, overview, parts, queues
from marketplace.operations.models import OperationEvent
from marketplace.operations.signs import Level, Signal, worst
from marketplace.payments.models import AuditRun
from portal.health import PARTS
from tests.factories import make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
NOWHERE = "redis://127.0.0.1:9"


@pytest.fixture
def checks():
    """The checks of this test alone."""
    yield parts.provide_parts
    parts.provide_parts(PARTS)


@pytest.fixture
def administrator():
    user = make_user()
    user.groups.add(ensure_roles()[ADMINISTRATOR])
    return user


def test_a_part_that_hangs_or_fails_says_so_in_its_place_within_two_seconds(checks):
    def hangs():
        time.sleep(4)
        return "up"

    def fails():
        raise RedisConnectionError("nobody answers")

    checks({"database": lambda: "up", "search": hangs, "cache": fails, "worker": lambda: "down"})
    begun = time.monotonic()
    found = parts.part_signals()
    assert time.monotonic() - begun < 3
    assert [signal.level for signal in found] == [Level.GOOD, Level.BAD, Level.BAD, Level.BAD]
    assert "2" in found[1].words
    assert "ConnectionError" in found[2].words


def test_the_page_is_there_when_valkey_is_not(administrator, settings):
    browser = log_in(administrator)
    settings.REDIS_URL, settings.CELERY_BROKER_URL = NOWHERE, f"{NOWHERE}/2"
    begun = time.monotonic()
    answer = browser.get("/admin/operations/")
    assert time.monotonic() - begun < 8  # the first one loads templates, too
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("ops-signal--bad") >= 2
    assert "ConnectionError" in page
    part = browser.get("/admin/operations/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "ops-sections" in part


def test_only_administrators_see_it():
    finance = make_user()
    finance.groups.add(ensure_roles()[FINANCE])
    assert log_in(finance).get("/admin/operations/").status_code == 302


def test_the_worst_signal_colours_its_section():
    good, bad = Signal("a", Level.GOOD, ""), Signal("b", Level.BAD, "")
    assert worst([good, bad, good]) == Level.BAD
    assert worst([]) == Level.GOOD


def test_what_waits_in_a_queue_is_counted_with_the_age_of_the_oldest():
    client = queues.broker()
    name = "celery-of-a-test"
    client.delete(name)
    for age in (600, 10):
        client.lpush(name, json.dumps({"headers": {queues.SENT_AT: time.time() - age}}))
    try:
        signal = queues._in_words(queues._queue(client, name))
        assert signal.level == Level.BAD
        assert "10" in signal.words  # minutes
        client.delete(name)
        assert queues._in_words(queues._queue(client, name)).level == Level.GOOD
    finally:
        client.delete(name)
        client.close()


def test_a_job_that_was_not_started_for_three_intervals_is_late():
    now = timezone.now()
    job = PeriodicTask.objects.get(task="marketplace.operations.tasks.apply_due_changes")
    PeriodicTask.objects.update(last_run_at=now)
    assert queues.late_jobs(now) == []
    PeriodicTask.objects.filter(pk=job.pk).update(last_run_at=now - timedelta(minutes=9))
    assert [task for task, _last in queues.late_jobs(now)] == [job.task]
    PeriodicTask.objects.filter(pk=job.pk).update(last_run_at=now - timedelta(minutes=4))
    assert queues.late_jobs(now) == []


def test_a_backlog_is_red_when_the_oldest_waits_too_long():
    assert {signal.level for signal in backlogs.backlog_signals()} == {Level.GOOD}
    change = SearchChange.objects.create(gig_id=1)
    SearchChange.objects.filter(pk=change.pk).update(created_at=timezone.now() - timedelta(minutes=5))
    bad = [signal for signal in backlogs.backlog_signals() if signal.level == Level.BAD]
    assert len(bad) == 1
    assert "5" in bad[0].words


def test_backups_are_noted_and_grow_old():
    def backup():
        return machine.care_signals()[0]

    assert backup().level == Level.WATCH
    call_command("note_operation", "backup", "--ok", "--details", "oss://backups")
    assert backup().level == Level.GOOD
    OperationEvent.objects.update(at=timezone.now() - timedelta(hours=27))
    assert backup().level == Level.BAD
    call_command("note_operation", "backup", "--failed")
    assert backup().level == Level.BAD


def test_the_audit_of_the_books_is_told():
    counts = {"transactions": 0, "entries": 0, "accounts": 0}
    assert machine.care_signals()[2].level == Level.UNKNOWN
    AuditRun.objects.create(at=clock.now(), **counts)
    assert machine.care_signals()[2].level == Level.GOOD
    AuditRun.objects.create(at=clock.now(), **counts, violations=["escrow: -1"])
    assert machine.care_signals()[2].level == Level.BAD


def test_the_machine_says_its_disk_database_tables_and_release():
    signals = machine.machine_signals()
    assert len(signals) == 4
    assert signals[2].level == Level.GOOD
    assert "Django" in signals[3].words


def test_what_is_wrong_stands_on_the_administrators_first_page(administrator):
    PeriodicTask.objects.update(last_run_at=timezone.now())
    browser = log_in(administrator)
    assert overview.number_wrong() == 0
    assert "operations-panel" not in browser.get("/admin/").content.decode()
    OperationEvent.objects.create(kind="backup", is_ok=False, at=timezone.now())
    cache.clear()
    assert "operations-panel" in browser.get("/admin/").content.decode()


def test_a_part_that_hangs_takes_no_thread_from_the_others_however_often_the_page_is_loaded(checks, monkeypatch):
    released = threading.Event()

    def hangs():
        released.wait(30)
        return "up"

    monkeypatch.setattr(parts, "PATIENCE_SECONDS", 0.2)
    checks({"cache": hangs, "database": lambda: "up"})
    try:
        for _load in range(12):  # more than there are threads
            found = {signal.label: signal.level for signal in parts.part_signals()}
            assert found[str(parts._NAMES["database"])] == Level.GOOD
            assert found[str(parts._NAMES["cache"])] == Level.BAD
    finally:
        released.set()
