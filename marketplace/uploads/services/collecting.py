"""Files that nothing needs any more are deleted, but only once that is certain."""

from django.db import transaction
from django.utils import timezone

from marketplace.core import clock
from marketplace.uploads import locks
from marketplace.uploads.models import Upload
from marketplace.uploads.purposes import get_purpose
from marketplace.uploads.selectors import uploads_to_collect
from marketplace.uploads.services.intake import forget
from marketplace.uploads.stored import stored_names


@transaction.atomic
def collect_upload(*, upload_id: int) -> bool:
    """Delete an upload that nothing uses, with its files; returns whether it was deleted.

    The room it was sent for is asked what its rows and revisions still name. One that is needed is looked at again when
    all others have had their turn.
    """
    if not Upload.objects.filter(pk=upload_id).exists():
        return False
    row = locks.lock_upload(upload_id)
    if not uploads_to_collect().filter(pk=upload_id).exists():
        return False  # somebody came back to it in between
    purpose = get_purpose(row.purpose)
    if purpose is None:  # a room that is switched off keeps its files
        return False
    names = stored_names(row)
    if names and names & purpose.still_used(row.owner_id):
        row.updated_at = timezone.now()
        row.attached_at = row.attached_at or clock.now()
        row.save(update_fields=["updated_at", "attached_at"])
        return False
    forget(row)
    return True
