"""Uploads that are used: a room above says so in the transaction in which it writes its own row."""

from collections.abc import Collection

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.uploads import locks


@transaction.atomic
def attach_uploads(*, owner: User, names: Collection[str], only_unused: bool = False) -> set[str]:
    """Mark the uploads of `owner` whose results are among `names` as used; returns the names that are such.

    Names that are no upload's (what was there before there were uploads) and other people's are passed over: whoever needs to
    know that a file is still there looks into what is returned. `only_unused` passes over what something else uses already:
    a file that belongs to one thing.
    """
    attached = set()
    for upload in locks.lock_uploads(sorted(names)):
        if upload.owner_id != owner.pk or (only_unused and upload.attached_at is not None):
            continue
        attached.add(upload.result_name)
        if upload.attached_at is None:
            upload.attached_at = clock.now()
            upload.save(update_fields=["attached_at", "updated_at"])
    return attached
