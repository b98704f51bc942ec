"""Files come in: announced, sent to the storage, looked after until they are whole."""

import unicodedata
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.commits import after_commit
from marketplace.core.config import get_config
from marketplace.uploads import locks
from marketplace.uploads.direct import direct_name
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload, UploadKind, UploadTombstone, incoming_storage
from marketplace.uploads.moving import move
from marketplace.uploads.purposes import MEGABYTE, KindLimit, Purpose, get_purpose
from marketplace.uploads.selectors import bytes_of_today
from marketplace.uploads.services.deciding import process_upload
from marketplace.uploads.sniffing import announced_kind, is_program
from marketplace.uploads.states import OWNER, SYSTEM, UploadState
from marketplace.uploads.stored import delete_files, remove_stored, storage_needed, stored_names

# Product decision: what one person may have lying about unused, in all forms together. Collected after a day.
OPEN_LIMIT = 100


@transaction.atomic
def declare_upload(
    *,
    owner: User,
    purpose: Purpose,
    subject: str,
    name: str,
    size: int,
    content_type: str = "",
    modified_ms: int = 0,
) -> Upload:
    """Announce a file of `size` bytes. The same file again (name, size, time of change) is the same upload, as far as it got.

    Raises UploadError NOT_HERE, EMPTY, TOO_LARGE, TOO_MANY, KIND_REFUSED, NO_VIDEOS, or OVER_QUOTA (uploads.daily_megabytes).
    """
    name = _clean(name)
    if not purpose.may_send(owner, subject):
        raise UploadError(UploadErrorCode.NOT_HERE, name=name)
    kind, limit = _limit(purpose, name, size, content_type)
    locks.lock_sender(owner.pk)
    unused = Upload.objects.filter(owner=owner, attached_at=None)
    of_form = unused.filter(purpose=purpose.key, subject=subject).exclude(state=UploadState.REJECTED)
    if modified_ms:
        same = of_form.filter(name=name, size=size, modified_ms=modified_ms).order_by("pk").first()
        if same is not None:
            return same
    if of_form.filter(kind=kind).count() >= limit.count:
        raise UploadError(UploadErrorCode.TOO_MANY, name=name, limit=limit.count)
    if unused.count() >= OPEN_LIMIT:
        raise UploadError(UploadErrorCode.TOO_MANY, name=name, limit=OPEN_LIMIT)
    daily = get_config("uploads.daily_megabytes")
    if bytes_of_today(owner) + size > daily * MEGABYTE:
        raise UploadError(UploadErrorCode.OVER_QUOTA, name=name, limit=daily)
    key = uuid4()
    return Upload.objects.create(
        key=key,
        owner=owner,
        purpose=purpose.key,
        subject=subject,
        name=name,
        size=size,
        content_type=content_type[:100],
        modified_ms=modified_ms,
        kind=kind,
        storage_name=direct_name(key),
    )


def receive_file(*, upload: Upload, file: File) -> Upload:
    """The bytes came through the app: put them into the private storage. Sent again, they replace what was there.

    Raises UploadError WRONG_SIZE, or STORAGE_AWAY: then nothing has changed. What is whole already is left as it is.
    """
    if file.size != upload.size:
        raise UploadError(UploadErrorCode.WRONG_SIZE, name=upload.name)
    storage = incoming_storage()
    purpose = get_purpose(upload.purpose)
    folder = purpose.incoming_folder if purpose else "incoming"
    with storage_needed(upload.name):
        name = storage.save(f"{folder}/{upload.key.hex}-{uuid4().hex[:8]}", file)
    spare = name
    try:
        with transaction.atomic():
            row = locks.lock_upload(upload.pk)
            if row.state == UploadState.DECLARED:
                spare, row.storage_name = row.storage_name, name
                row.save(update_fields=["storage_name", "updated_at"])
    finally:
        # Of two requests that bring the same file one file stays, and after a failure none.
        if spare:
            remove_stored({spare}, owner_id=upload.owner_id)
    return row


def finish_upload(*, upload: Upload) -> Upload:
    """The browser says that the file is whole: the storage is asked, then a worker looks into it. Safe to call twice.

    Raises UploadError NOT_ARRIVED, or STORAGE_AWAY. A size that is not the announced one refuses the upload.
    """
    if upload.state != UploadState.DECLARED:
        return upload
    try:
        with storage_needed(upload.name):
            size = incoming_storage().size(upload.storage_name) if upload.storage_name else None
    except FileNotFoundError:
        size = None
    if size is None:
        raise UploadError(UploadErrorCode.NOT_ARRIVED, name=upload.name)
    with transaction.atomic():
        row = locks.lock_upload(upload.pk)
        if row.state != UploadState.DECLARED:
            return row  # two requests at once: the other one did it
        if size != row.size:
            move(row, to=UploadState.REJECTED, actor=SYSTEM)
            row.refusal, row.decided_at = UploadErrorCode.WRONG_SIZE, clock.now()
        else:
            move(row, to=UploadState.RECEIVED, actor=OWNER)
            row.received_at = clock.now()
            after_commit(_tell_worker, row.pk)
        row.save(update_fields=["state", "refusal", "decided_at", "received_at", "updated_at"])
    return row


def take_file(*, owner: User, purpose: Purpose, subject: str, file: File) -> Upload:
    """A file of a plain form, without script: all of the above at once, and looked into while the person waits.

    Raises UploadError for whatever is wrong with it, NOT_READY when somebody else has claimed it, or STORAGE_AWAY; nothing is
    left then.
    """
    upload = declare_upload(owner=owner, purpose=purpose, subject=subject, name=file.name or "", size=file.size)
    try:
        upload = receive_file(upload=upload, file=file)
        with transaction.atomic():
            row = locks.lock_upload(upload.pk)
            move(row, to=UploadState.RECEIVED, actor=OWNER)
            row.received_at = clock.now()
            row.save(update_fields=["state", "received_at", "updated_at"])
        with storage_needed(upload.name):
            process_upload(upload_id=upload.pk)
        upload.refresh_from_db()
    except BaseException:
        discard_upload(upload=upload)
        raise
    if upload.state == UploadState.REJECTED:
        limit = purpose.kinds[UploadKind(upload.kind)].megabytes
        refusal = UploadError(UploadErrorCode(upload.refusal), name=upload.name, limit=limit)
        discard_upload(upload=upload)
        raise refusal
    if upload.state != UploadState.READY:  # the sweep has claimed it, and may still be at it
        discard_upload(upload=upload)
        raise UploadError(UploadErrorCode.NOT_READY, name=upload.name)
    return upload


@transaction.atomic
def discard_upload(*, upload: Upload) -> None:
    """Let go of an upload that is not used: its row and, after the commit, its files. Safe to call twice.

    One that was attached is left alone: collecting knows when nothing needs it any more.
    """
    row = Upload.objects.filter(pk=upload.pk).first()
    if row is None:
        return
    row = locks.lock_upload(row.pk)
    if row.attached_at is None:
        forget(row)


def forget(row: Upload) -> None:
    """Delete the row and, after the commit, all its files; a tombstone stays. The caller holds the lock."""
    UploadTombstone.objects.create(
        owner_id=row.owner_id,
        storage_name=direct_name(row.key),
        size=row.size,
        announced_at=row.created_at,
        created_at=clock.now(),
    )
    after_commit(delete_files, row.purpose, row.storage_name, stored_names(row), owner_id=row.owner_id)
    row.delete()


def _clean(name: str) -> str:
    """What a file is called, without folders and without characters that nobody sees: some turn “gpj.exe” around on screen."""
    name = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf"))[:200].strip() or "file"


def _limit(purpose: Purpose, name: str, size: int, content_type: str) -> tuple[UploadKind, KindLimit]:
    kind = UploadKind.FILE if purpose.keeps_files else announced_kind(name, content_type)
    limit = purpose.kinds.get(kind) if kind else None
    if kind is None or limit is None:
        raise UploadError(UploadErrorCode.KIND_REFUSED, name=name)
    if kind == UploadKind.VIDEO and not settings.FFMPEG:  # before 200 MB have been sent for nothing
        raise UploadError(UploadErrorCode.NO_VIDEOS, name=name)
    if purpose.keeps_files and is_program(name):
        raise UploadError(UploadErrorCode.PROGRAM, name=name)
    if size <= 0:
        raise UploadError(UploadErrorCode.EMPTY, name=name)
    if size > limit.megabytes * MEGABYTE:
        raise UploadError(UploadErrorCode.TOO_LARGE, name=name, limit=limit.megabytes)
    return kind, limit


def _tell_worker(upload_id: int) -> None:
    from marketplace.uploads import tasks  # tasks import the services

    tasks.look_into.delay(upload_id)
