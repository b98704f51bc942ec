"""Files of profiles. Stand these around a transaction: a rollback undoes rows, not files."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, default_storage
from django.db import transaction
from django.utils import timezone

from marketplace.core.pictures import EncodedPicture


@contextmanager
def kept_file(
    content: File,
    *,
    folder: str,
    ending: str,
    storage: Storage = default_storage,
    remove: Callable[[str], None] | None = None,
) -> Iterator[str]:
    """The name under which `content` lies below `folder`; when the block fails it is removed again, by `remove` if given.

    The name is ours, and so is its ending: what somebody calls their file never decides how a server treats it.
    """
    name = storage.save(f"{folder}/{timezone.localdate():%Y/%m}/{uuid4().hex}.{ending}", content)
    try:
        yield name
    except BaseException:
        (remove or storage.delete)(name)
        raise


def kept_picture(picture: EncodedPicture, *, folder: str) -> AbstractContextManager[str]:
    """`kept_file` of an encoded picture, in the public storage."""
    return kept_file(ContentFile(picture.content), folder=folder, ending="webp")


def forget_after_commit(name: str, *, storage: Storage = default_storage) -> None:
    """Remove a file once nothing points at it for good; without a name there is nothing to do."""
    if name:
        transaction.on_commit(partial(storage.delete, name))
