"""Jobs about uploads, thin and safe to run twice."""

from celery import shared_task

from marketplace.core.jobs import Deadline, count_done
from marketplace.uploads import selectors, services

# This only bounds what is read beforehand; the deadline ends a run.
READ_AT_ONCE = 1_000


@shared_task
def look_into(upload_id: int) -> bool:
    """Look into one upload that has just come in."""
    return services.process_upload(upload_id=upload_id)


@shared_task
def look_into_lost() -> int:
    """Look into uploads whose message or worker was lost. Returns how many were decided."""
    lost = list(selectors.undecided_uploads().values_list("pk", flat=True)[:READ_AT_ONCE])

    def again(upload_id: int) -> bool:
        services.take_back_upload(upload_id=upload_id)
        return services.process_upload(upload_id=upload_id)

    return count_done(lost, again, until=Deadline())


@shared_task
def collect() -> int:
    """Delete uploads that nothing uses. Returns how many."""
    due = list(selectors.uploads_to_collect().values_list("pk", flat=True)[:READ_AT_ONCE])
    return count_done(due, lambda upload_id: services.collect_upload(upload_id=upload_id), until=Deadline())


@shared_task
def clear_tombstones() -> int:
    """Delete what came in after an upload had ended. Returns how many tombstones are gone."""
    due = list(selectors.tombstones_to_clear().values_list("pk", flat=True)[: 10 * READ_AT_ONCE])
    return count_done(due, lambda tombstone_id: services.clear_tombstone(tombstone_id=tombstone_id), until=Deadline())


@shared_task
def sweep_incoming() -> int:
    """Delete what lies in the incoming folder and belongs to no upload. Returns how many files."""
    return services.sweep_incoming(until=Deadline())
