"""Failed jobs: written down as they fail, without what says something of a person; run again, put aside."""

import pytest
from celery import current_app, shared_task
from django.test import Client

from marketplace.moderation.models import AdminLog
from marketplace.moderation.roles import ADMINISTRATOR, FINANCE, ensure_roles
from marketplace.operations import failures, queues
from marketplace.operations.errors import OperationsError, OperationsErrorCode
from marketplace.operations.models import FailedTask
from tests.factories import make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
ran: list[object] = []


@shared_task(name="tests.operations.breaks")
def breaks(number, *, why="", phone=""):
    ran.append(number)
    raise ValueError(f"{number} broke for zhang@example.com")


def failed(**more):
    asked = {"task_id": f"t{FailedTask.objects.count()}", "name": "tests.operations.breaks", "args": [7]}
    return failures.record_failure(**(asked | {"kwargs": {}, "error": ValueError("broke")} | more))


def test_a_job_that_fails_is_written_down_by_itself():
    breaks.apply(args=[7], kwargs={"why": "test"})
    row = FailedTask.objects.get()
    assert (row.name, row.count, row.can_be_repeated) == ("tests.operations.breaks", 1, True)
    assert row.arguments == {"args": [7], "kwargs": {"why": "test"}}
    assert row.error == "ValueError: 7 broke for z***@example.com"
    assert "breaks" in row.traceback
    assert "zhang@" not in row.traceback


def test_the_same_again_is_counted_and_other_arguments_are_another_row():
    for number in (7, 7, 8):
        breaks.apply(args=[number])
        failed(args=[number])
    assert FailedTask.objects.get(arguments__args=[7], error="ValueError: broke").count == 2
    assert FailedTask.objects.get(arguments__args=[8], error="ValueError: broke").count == 1


def test_what_was_closed_is_not_counted_on():
    first = failed()
    failures.put_aside(failed_id=first.pk, staff=make_user())
    assert failed().pk != first.pk


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ([], {"phone": "13800138000"}),
        (["zhang@example.com"], {}),
        ([], {"inner": [{"token": "abc"}]}),
        ([object()], {}),
        ([13800138000], {}),
        (["长" * 300], {}),
    ],
)
def test_what_says_something_of_a_person_is_not_kept_and_the_job_cannot_be_repeated(args, kwargs):
    row = failed(args=args, kwargs=kwargs)
    assert not row.can_be_repeated
    kept = str(row.arguments)
    assert "13800138000" not in kept
    assert "zhang@" not in kept
    assert "abc" not in kept
    with pytest.raises(OperationsError) as refusal:
        failures.run_again(failed_id=row.pk, staff=make_user())
    assert refusal.value.code == OperationsErrorCode.NOT_WHOLE


def test_a_storm_of_failures_stays_a_list(monkeypatch):
    monkeypatch.setattr(failures, "MOST_ROWS", 3)
    for number in range(6):
        failed(args=[number])
    assert FailedTask.objects.count() == 3
    assert sum(FailedTask.objects.values_list("count", flat=True)) == 6
    assert FailedTask.objects.filter(can_be_repeated=False).count() == 1


def test_running_again_hands_the_job_over_and_closes_the_row(monkeypatch, django_capture_on_commit_callbacks):
    handed = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **given: handed.append((name, given)))
    row, staff = failed(kwargs={"why": "test"}), make_user()
    with django_capture_on_commit_callbacks(execute=True):
        failures.run_again(failed_id=row.pk, staff=staff)
    assert handed == [("tests.operations.breaks", {"args": [7], "kwargs": {"why": "test"}, "ignore_result": True})]
    row.refresh_from_db()
    assert row.retried_at
    assert (row.closed_by, AdminLog.objects.get(action="operations.again").actor) == (staff, staff)
    with pytest.raises(OperationsError) as refusal:
        failures.run_again(failed_id=row.pk, staff=staff)
    assert refusal.value.code == OperationsErrorCode.OVER


def test_a_job_that_is_gone_is_not_run(monkeypatch):
    row = failed(name="marketplace.gone.tasks.job")
    with pytest.raises(OperationsError) as refusal:
        failures.run_again(failed_id=row.pk, staff=make_user())
    assert refusal.value.code == OperationsErrorCode.UNKNOWN_JOB


def test_without_a_broker_the_row_stays(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/2"
    assert not queues.broker_answers()
    row = failed()
    with pytest.raises(OperationsError) as refusal:
        failures.run_again(failed_id=row.pk, staff=make_user())
    assert refusal.value.code == OperationsErrorCode.NO_BROKER
    row.refresh_from_db()
    assert row.closed_at is None


def test_an_administrator_puts_it_aside_and_finance_does_not_see_it():
    administrator, finance = make_user(), make_user()
    groups = ensure_roles()
    administrator.groups.add(groups[ADMINISTRATOR])
    finance.groups.add(groups[FINANCE])
    row = failed()
    assert log_in(finance).get("/admin/operations/failed/").status_code == 302
    browser: Client = log_in(administrator)
    assert "tests.operations.breaks" in browser.get("/admin/operations/failed/?q=broke").content.decode()
    assert "tests.operations.breaks" not in browser.get("/admin/operations/failed/?q=other").content.decode()
    assert browser.get(f"/admin/operations/failed/{row.pk}/").status_code == 200
    browser.post(f"/admin/operations/failed/{row.pk}/aside/")
    row.refresh_from_db()
    assert row.closed_by == administrator
    assert "tests.operations.breaks" in browser.get("/admin/operations/failed/?closed=1").content.decode()


def test_a_message_that_is_given_out_twice_and_fails_otherwise_the_second_time_is_one_row():
    first = failed(task_id="same", error=ValueError("broke"))
    failures.put_aside(failed_id=first.pk, staff=make_user())
    again = failed(task_id="same", error=ValueError("broke in another way"))
    assert again.pk == first.pk
    assert again.closed_at is None
    assert again.closed_by is None
    assert again.count == 2
    assert "another way" in FailedTask.objects.get().error
