"""The only place of operations that locks (docs/locking.md)."""

from django.db import connection

from marketplace.operations.models import FailedTask, Incident


def hold_failures(name: str) -> None:
    """One failure of a job is written down at a time, until the transaction ends: the same again is the same row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"operations.failed:{name}"])


def lock_failed_task(failed_id: int) -> FailedTask:
    """A failed job until the transaction ends. Raises FailedTask.DoesNotExist."""
    return FailedTask.objects.select_for_update(of=("self",), no_key=True).get(pk=failed_id)


def hold_measuring() -> None:
    """One measuring is written down at a time, until the transaction ends: two would begin the same span twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('operations.measuring', 0))")


def lock_incident(incident_id: int) -> Incident:
    """An incident until the transaction ends. Raises Incident.DoesNotExist."""
    return Incident.objects.select_for_update(of=("self",), no_key=True).get(pk=incident_id)
