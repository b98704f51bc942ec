"""Files on their way into a message: through the room of uploads, by the same checks as everywhere."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import AttachmentKind, Message, MessageAttachment
from marketplace.messaging.sent_files import (
    AUDIO_TYPES,
    FILE_MEGABYTES,
    FILES_PER_MESSAGE,
    MESSAGE,
    VOICE_NAME,
    subject_of,
)
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload
from marketplace.uploads.services import attach_uploads, discard_upload, take_file
from marketplace.uploads.states import UploadState


def check_files(*, files: Sequence[File], uploads: Sequence[Upload] = ()) -> None:
    """Raise MessagingError TOO_MANY_FILES or FILE_TOO_LARGE, before anything is stored."""
    if len(files) + len(uploads) > FILES_PER_MESSAGE:
        raise MessagingError(MessagingErrorCode.TOO_MANY_FILES, limit=FILES_PER_MESSAGE)
    for file in files:
        if file.size > FILE_MEGABYTES * 1024 * 1024:
            name = PurePath((file.name or "").replace("\\", "/")).name or _("file")
            raise MessagingError(MessagingErrorCode.FILE_TOO_LARGE, name=name[:200], limit=FILE_MEGABYTES)


@contextmanager
def taken(*, files: Sequence[File], conversation_id: int, owner: User) -> Iterator[list[Upload]]:
    """`files` of a plain form as uploads, looked into while one waits; what no message uses in the end is let go of.

    Storage may be a network away, so this goes around the transaction. Raises UploadError.
    """
    uploads: list[Upload] = []
    try:
        for file in files:
            subject = subject_of(conversation_id)
            uploads.append(take_file(owner=owner, purpose=MESSAGE, subject=subject, file=file))
        yield uploads
    finally:
        for upload in uploads:
            discard_upload(upload=upload)  # leaves alone what was attached


@transaction.atomic
def keep_files(*, uploads: Sequence[Upload], message: Message, owner: User) -> list[MessageAttachment]:
    """The rows of a message's files, in the transaction in which it is written.

    Raises UploadError NOT_READY when one is not the owner's, was sent for another conversation, is still looked into, was sent
    with another message, or is gone meanwhile.
    """
    claim_files(uploads=uploads, conversation_id=message.conversation_id, owner=owner)
    return rows_of(uploads=uploads, message=message)


@transaction.atomic
def claim_files(*, uploads: Sequence[Upload], conversation_id: int, owner: User) -> None:
    """Mark files as used by a message, one that is held back too. Raises UploadError NOT_READY, as `keep_files` does."""
    subject = subject_of(conversation_id)
    for upload in uploads:
        is_own = upload.owner_id == owner.pk and (upload.purpose, upload.subject) == (MESSAGE.key, subject)
        if not is_own or upload.state != UploadState.READY:
            raise UploadError(UploadErrorCode.NOT_READY, name=upload.name)
    names = [upload.result_name for upload in uploads]
    if len(attach_uploads(owner=owner, names=names, only_unused=True)) != len(uploads):
        raise UploadError(UploadErrorCode.NOT_READY, name=uploads[0].name)


def rows_of(*, uploads: Sequence[Upload], message: Message) -> list[MessageAttachment]:
    """The rows of files that were claimed for a message."""
    rows = [
        MessageAttachment(
            message=message,
            file=upload.result_name,
            name=upload.name,
            size=upload.size,
            sha256=upload.checksum,
            kind=_kind(upload),
            width=upload.width,
            height=upload.height,
            previews=upload.renditions,
        )
        for upload in uploads
    ]
    return MessageAttachment.objects.bulk_create(rows)


def _kind(upload: Upload) -> AttachmentKind:
    """How it is shown. What is drawn whole is a picture; a voice message is what the page itself has recorded."""
    if upload.width and upload.renditions:
        return AttachmentKind.IMAGE
    stem, _dot, ending = upload.name.rpartition(".")
    is_voice = stem.startswith(VOICE_NAME) and ending.lower() in AUDIO_TYPES
    return AttachmentKind.AUDIO if is_voice else AttachmentKind.FILE
