"""The only place that locks uploads (docs/locking.md)."""

from django.db import connection

from marketplace.uploads.models import Upload


def lock_upload(upload_id: int) -> Upload:
    """The upload, locked until the transaction ends. Raises Upload.DoesNotExist."""
    return Upload.objects.select_for_update(of=("self",), no_key=True).get(pk=upload_id)


def lock_uploads(names: list[str]) -> list[Upload]:
    """Uploads by the names of their results, ascending by key."""
    uploads = Upload.objects.select_for_update(of=("self",), no_key=True).filter(result_name__in=names)
    return list(uploads.order_by("pk"))


def lock_sender(owner_id: int) -> None:
    """One announcement at a time for a person, since what is counted has no row yet: an advisory lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"uploads:{owner_id}"])
