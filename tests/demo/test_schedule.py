import pytest
from django.core.management import call_command
from django.utils.module_loading import import_string
from django_celery_beat.models import PeriodicTask

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
