"""Files of a room whose rows go: nothing of theirs stays in the storage, whatever happens to the process."""

from collections.abc import Mapping, Set
from datetime import timedelta

from marketplace.core import clock
from marketplace.uploads.models import Upload, UploadTombstone
from marketplace.uploads.selectors import LOOKED_AT_AFTER


def release_files(*, owner_id: int, files: Mapping[str, Set[str]]) -> int:
    """In the caller's transaction: let go of private files that a row named; `files` is each one's name → its previews'.

    What came as an upload is looked at by the next `collect`, which deletes it unless something else of its owner names it too.
    Anything else is owed to the storage by a tombstone. So nothing is deleted before the commit, and nothing is forgotten when
    the process dies after it. Returns how many files. The caller has removed the rows that named them.
    """
    files = {name: previews for name, previews in files.items() if name}
    looked_at = clock.now() - LOOKED_AT_AFTER - timedelta(minutes=1)
    uploads = Upload.objects.filter(result_name__in=files.keys())
    known = set(uploads.values_list("result_name", flat=True))
    uploads.filter(attached_at=None).update(attached_at=looked_at)
    uploads.update(updated_at=looked_at)
    now = clock.now()
    UploadTombstone.objects.bulk_create(
        UploadTombstone(owner_id=owner_id, storage_name=f"private:{name}", size=0, announced_at=now, created_at=now)
        for main, previews in files.items()
        if main not in known
        for name in sorted({main, *previews})
    )
    return len(files)
