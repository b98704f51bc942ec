"""A worker looks into what came. Nothing is locked while it works: who was overtaken throws its own result away."""

import logging
from contextlib import ExitStack

from django.db import transaction

from marketplace.core import clock
from marketplace.core.unavailable import is_full, storage_is_away
from marketplace.uploads import locks
from marketplace.uploads.direct import direct_name
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.keeping import look_at
from marketplace.uploads.models import Upload, UploadTombstone, incoming_storage
from marketplace.uploads.moving import move
from marketplace.uploads.processing import Found, examine, local_copy
from marketplace.uploads.purposes import get_purpose
from marketplace.uploads.states import LOST_AFTER, SYSTEM, UploadState

logger = logging.getLogger(__name__)
# A file that ends its worker this often is the cause, not the victim.
MOST_ATTEMPTS = 3


class _OvertakenError(Exception):
    """Somebody else has decided meanwhile; what was made here is not needed."""


def process_upload(*, upload_id: int) -> bool:
    """Find out what the file is and make of it what is shown, or refuse it. Returns whether this call decided.

    Safe to run twice, also at the same time: one of them claims it. What is not the file's fault (a storage that does not
    answer) is raised, and the sweep tries again.
    """
    upload = _claim(upload_id)
    if upload is None:
        return False
    purpose = get_purpose(upload.purpose)
    if purpose is None:
        raise LookupError(f"no room has registered the purpose {upload.purpose!r}")
    try:
        # In this order: the files of a result stay only when its row is committed.
        with ExitStack() as copied, ExitStack() as kept:
            if purpose.keeps_files:
                found, checksum = look_at(upload, purpose, kept)
            else:
                arrived = copied.enter_context(local_copy(upload))
                found, checksum = examine(upload, arrived, purpose, kept), arrived.checksum
            _accept(upload, found, checksum)
    except UploadError as refusal:
        logger.info("upload %s is refused: %s", upload.key, refusal.code)
        return _refuse(upload, UploadErrorCode(refusal.code))
    except (_OvertakenError, Upload.DoesNotExist):
        return False
    except Exception as error:
        if is_full(error) or storage_is_away(error):
            _hand_back(upload)
        raise
    if found.result_name == upload.storage_name:
        return True  # what came is the result, where it lies
    # Nothing shows what came, only what was made of it. Should this fail, the row still names it, and takes it along.
    incoming_storage().delete(upload.storage_name)
    Upload.objects.filter(pk=upload.pk).update(storage_name="")
    return True


@transaction.atomic
def take_back_upload(*, upload_id: int) -> bool:
    """Put an upload whose worker was lost back among those that wait. Returns whether there was one."""
    row = locks.lock_upload(upload_id)
    if row.state != UploadState.PROCESSING or row.claimed_at is None or row.claimed_at > clock.now() - LOST_AFTER:
        return False
    move(row, to=UploadState.RECEIVED, actor=SYSTEM)
    row.claimed_at = None
    row.save(update_fields=["state", "claimed_at", "updated_at"])
    return True


@transaction.atomic
def _hand_back(claimed: Upload) -> None:
    """No room on the disk, or the storage was away: the file waits for the next run, and this one was no attempt."""
    try:
        row = _still_ours(claimed)
    except (_OvertakenError, Upload.DoesNotExist):
        return
    move(row, to=UploadState.RECEIVED, actor=SYSTEM)
    row.claimed_at, row.attempts = None, row.attempts - 1
    row.save(update_fields=["state", "claimed_at", "attempts", "updated_at"])


@transaction.atomic
def _claim(upload_id: int) -> Upload | None:
    row = Upload.objects.filter(pk=upload_id, state=UploadState.RECEIVED).first()
    if row is None:
        return None
    row = locks.lock_upload(upload_id)
    if row.state != UploadState.RECEIVED:
        return None
    move(row, to=UploadState.PROCESSING, actor=SYSTEM)
    row.claimed_at, row.attempts = clock.now(), row.attempts + 1
    row.save(update_fields=["state", "claimed_at", "attempts", "updated_at"])
    if row.attempts > MOST_ATTEMPTS:
        _write_refusal(row, UploadErrorCode.UNPROCESSABLE)
        return None
    return row


@transaction.atomic
def _accept(claimed: Upload, found: Found, checksum: str) -> None:
    row = _still_ours(claimed)
    move(row, to=UploadState.READY, actor=SYSTEM)
    for name, value in vars(found).items():
        setattr(row, name, value)
    row.checksum, row.decided_at = checksum, clock.now()
    if row.result_name == row.storage_name:
        row.storage_name = ""
    row.save()
    if name := direct_name(row.key):  # the form that brought it still works for a while
        UploadTombstone.objects.create(
            owner_id=row.owner_id, storage_name=name, size=0, announced_at=row.created_at, created_at=row.decided_at
        )


@transaction.atomic
def _refuse(claimed: Upload, code: UploadErrorCode) -> bool:
    try:
        row = _still_ours(claimed)
    except (_OvertakenError, Upload.DoesNotExist):
        return False
    _write_refusal(row, code)
    return True


def _write_refusal(row: Upload, code: UploadErrorCode) -> None:
    move(row, to=UploadState.REJECTED, actor=SYSTEM)
    row.refusal, row.decided_at = code, clock.now()
    row.save(update_fields=["state", "refusal", "decided_at", "updated_at"])


def _still_ours(claimed: Upload) -> Upload:
    row = locks.lock_upload(claimed.pk)
    if row.state != UploadState.PROCESSING or row.claimed_at != claimed.claimed_at:
        raise _OvertakenError
    return row
