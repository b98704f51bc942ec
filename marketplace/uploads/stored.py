"""The files of an upload in the storages."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.files.storage import storages

from marketplace.core import clock
from marketplace.core.unavailable import storage_is_away
from marketplace.uploads.errors import StorageAwayError, UploadErrorCode
from marketplace.uploads.models import Upload, UploadTombstone
from marketplace.uploads.pictures import FORMS
from marketplace.uploads.purposes import get_purpose

logger = logging.getLogger(__name__)


@contextmanager
def storage_needed(name: str) -> Iterator[None]:
    """Of what the object storage does not do for the file `name`, say so: raises StorageAwayError STORAGE_AWAY."""
    try:
        yield
    except Exception as error:
        if not storage_is_away(error):
            raise
        logger.error("the object storage did not do its part for an upload: %s", error)
        raise StorageAwayError(UploadErrorCode.STORAGE_AWAY, name=name) from error


def stored_names(upload: Upload) -> set[str]:
    """The names of everything that was made of an upload."""
    return ({upload.result_name} - {""}) | rendition_names(upload.renditions)


def rendition_names(renditions: Iterable[Mapping[str, Any]]) -> set[str]:
    """The names of the files of a picture, in every form and size."""
    return {row[form] for row in renditions for form in FORMS if row.get(form)}


def delete_files(purpose_key: str, incoming_name: str, names: set[str], *, owner_id: int) -> None:
    """Delete what came and what was made of it. After the commit: it goes over the network. What is gone is no fault."""
    if incoming_name:
        remove_stored({incoming_name}, owner_id=owner_id)
    if purpose := get_purpose(purpose_key):
        remove_stored(names, owner_id=owner_id, alias=purpose.storage)


def remove_stored(names: Iterable[str], *, owner_id: int, alias: str = "private") -> None:
    """Delete files that nothing names any more. What the storage does not do now stands on the list of what is done later."""
    left: list[str] = []
    for name in names:
        try:
            if left:  # one that is away is not waited for again for each file
                left.append(name)
            else:
                storages[alias].delete(name)
        except Exception as error:
            if not storage_is_away(error):
                raise
            left.append(name)
    if left:
        logger.error("%s files are deleted later: the object storage is away", len(left))
    now = clock.now()
    UploadTombstone.objects.bulk_create(
        UploadTombstone(owner_id=owner_id, storage_name=f"{alias}:{name}", size=0, announced_at=now, created_at=now)
        for name in left
    )


def delete_by_tombstone(storage_name: str) -> None:
    """Delete what a tombstone stands for: `alias:name`, or a name where files come in."""
    alias, colon, name = storage_name.partition(":")
    storages[alias if colon else "private"].delete(name or storage_name)
