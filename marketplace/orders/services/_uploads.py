"""Files go to storage before an order is locked: a slow upload must not hold the order of two people."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from marketplace.orders.models import DisputeFile, OrderRequirement, private_storage


@dataclass(frozen=True)
class StoredFile:
    """A file in the private storage, with what its row will say."""

    storage_name: str
    name: str
    size: int
    sha256: str


@contextmanager
def stored(uploads: Sequence[UploadedFile], *, folder: str) -> Iterator[list[StoredFile]]:
    """Store `uploads` below `folder`; when the block fails, nothing of them stays behind."""
    storage = private_storage()
    files: list[StoredFile] = []
    try:
        for upload in uploads:
            name = (upload.name or "file")[:200]
            checksum = _checksum(upload)
            path = f"{folder}/{timezone.now():%Y/%m}/{checksum[:12]}-{storage.get_valid_name(name)}"
            files.append(StoredFile(storage.save(path, upload), name, upload.size or 0, checksum))
        yield files
    except BaseException:
        # A commit whose answer was lost has happened all the same: rows name these files for good (facts/reliability.md, 2.1).
        # If even that cannot be asked, a file without a row is the smaller harm.
        kept = named_by_rows([file.storage_name for file in files])
        for file in files:
            if file.storage_name not in kept:
                storage.delete(file.storage_name)
        raise


def named_by_rows(names: Sequence[str]) -> set[str]:
    """Which of these files in storage a row points at."""
    found: set[str] = set()
    for model in (DisputeFile, OrderRequirement):
        found.update(model.objects.filter(file__in=names).values_list("file", flat=True))
    return found


def _checksum(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
