"""Files of a plain form, on their way into a message."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from uuid import uuid4

from django.core.files.base import File
from django.utils.translation import gettext as _

from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import MessageAttachment

FILES_PER_MESSAGE = 5
FILE_MEGABYTES = 20


def check_files(files: Sequence[File]) -> None:
    """Raise MessagingError TOO_MANY_FILES or FILE_TOO_LARGE."""
    if len(files) > FILES_PER_MESSAGE:
        raise MessagingError(MessagingErrorCode.TOO_MANY_FILES, limit=FILES_PER_MESSAGE)
    for file in files:
        if file.size > FILE_MEGABYTES * 1024 * 1024:
            raise MessagingError(MessagingErrorCode.FILE_TOO_LARGE, name=_file_name(file), limit=FILE_MEGABYTES)


@contextmanager
def stored(files: Sequence[File]) -> Iterator[list[MessageAttachment]]:
    """Rows for `files`, unsaved, the files themselves in private storage; when the block fails, nothing stays behind.

    Storage may be a network away, so this goes around the transaction.
    """
    attachments: list[MessageAttachment] = []
    try:
        for file in files:
            attachments.append(_stored(file))
        yield attachments
    except BaseException:
        take_back(attachments)
        raise


def take_back(attachments: Sequence[MessageAttachment]) -> None:
    """Delete files that were stored for a message which is not written."""
    for attachment in attachments:
        attachment.file.delete(save=False)


def _file_name(file: File) -> str:
    """The last part of the name, in at most 200 characters with the ending kept."""
    name = PurePath((file.name or "").replace("\\", "/")).name or _("file")
    suffix = PurePath(name).suffix[:20]
    return name if len(name) <= 200 else name[: 200 - len(suffix)] + suffix


def _stored(file: File) -> MessageAttachment:
    """The file in private storage, under a name of ours: theirs is only for people to read."""
    name = _file_name(file)
    attachment = MessageAttachment(name=name, size=file.size)
    suffix = PurePath(name).suffix.lower()
    ending = suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 11 else ""
    attachment.file.save(f"{uuid4().hex}{ending}", file, save=False)
    return attachment
