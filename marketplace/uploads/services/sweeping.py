"""What came in although nobody waited for it any more."""

import logging
from datetime import timedelta
from uuid import UUID

from marketplace.core import clock
from marketplace.core.jobs import Deadline
from marketplace.uploads.models import Upload, UploadTombstone, incoming_storage
from marketplace.uploads.selectors import QUOTA_PERIOD
from marketplace.uploads.stored import delete_by_tombstone

logger = logging.getLogger(__name__)
FOLDER = "incoming"
SWEPT_AT_ONCE = 500
# Longer than any request or worker lasts between storing a file and writing down its name.
ORPHANED_AFTER = timedelta(hours=24)


def clear_tombstone(*, tombstone_id: int) -> bool:
    """Delete what came in after the end of an upload; the form for it has run out (selectors.tombstones_to_clear).

    Returns whether the tombstone was needed no more. Safe to run twice, also at the same time.
    """
    row = UploadTombstone.objects.filter(pk=tombstone_id).first()
    if row is None:
        return False
    if row.storage_name:
        delete_by_tombstone(row.storage_name)
    if row.size and row.announced_at > clock.now() - QUOTA_PERIOD:
        UploadTombstone.objects.filter(pk=row.pk).update(storage_name="")
        return False
    row.delete()
    return True


def sweep_incoming(*, until: Deadline) -> int:
    """Delete files of the private storage's incoming folder that belong to no upload for a day; returns how many.

    The folder is the truth here, not the rows: this finds what a lost worker, or a lost row, has left.
    """
    storage, swept = incoming_storage(), 0
    try:
        names = storage.listdir(FOLDER)[1]
    except FileNotFoundError:  # nothing has ever come in
        return 0
    for start in range(0, len(names), SWEPT_AT_ONCE):
        if until.is_over:
            break
        batch = names[start : start + SWEPT_AT_ONCE]
        keys = [key for name in batch if (key := _key(name))]
        known = set(Upload.objects.filter(key__in=keys).values_list("storage_name", flat=True))
        for name in (f"{FOLDER}/{name}" for name in batch):
            try:
                if name not in known and storage.get_modified_time(name) < clock.now() - ORPHANED_AFTER:
                    storage.delete(name)
                    swept += 1
            except FileNotFoundError:  # gone meanwhile
                continue
    if swept:
        logger.warning("%s files had come in that belong to no upload; they are deleted", swept)
    return swept


def _key(name: str) -> UUID | None:
    try:
        return UUID(hex=name.partition("-")[0])
    except ValueError:
        return None
