import pytest
from django.core.management import call_command
from django.utils.module_loading import import_string
from django_celery_beat.models import PeriodicTask

from portal import queues
from portal.schedule import INTERVALS, NIGHTLY, ensure_schedule

pytestmark = pytest.mark.django_db


def test_every_job_of_the_schedule_exists():
    for task in (*INTERVALS, *NIGHTLY):
        assert import_string(task).name == task


def test_migrate_leaves_the_schedule_behind():
    PeriodicTask.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert set(PeriodicTask.objects.values_list("task", flat=True)) == {*INTERVALS, *NIGHTLY}


def test_what_an_operator_changed_stays():
    ensure_schedule()
    PeriodicTask.objects.update(enabled=False)
    ensure_schedule()
    assert not PeriodicTask.objects.filter(enabled=True).exists()
    assert PeriodicTask.objects.count() == len(INTERVALS) + len(NIGHTLY)


def test_runs_of_slow_jobs_do_not_pile_up_behind_one_that_takes_an_hour():
    """Of one that is due every ten seconds, 360 copies would wait; those of the releases before had no end either."""
    bundles = "marketplace.orders.tasks.build_evidence_bundles"
    PeriodicTask.objects.all().delete()
    for _release in range(2):
        ensure_schedule()
        expires = dict(PeriodicTask.objects.values_list("task", "expire_seconds"))
        for task, seconds in INTERVALS.items():
            if queues.HOMES[task] == queues.SLOW:
                assert expires[task] == seconds, task
            elif seconds > 1:
                assert expires[task] is None, task
        PeriodicTask.objects.filter(task=bundles).update(expire_seconds=None)
    PeriodicTask.objects.filter(task=bundles).update(expire_seconds=77)  # an operator's
    ensure_schedule()
    assert PeriodicTask.objects.get(task=bundles).expire_seconds == 77
