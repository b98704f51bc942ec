"""The pictures of a gig: encoded by core, kept in the public storage."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils import timezone

from marketplace.core import pictures
from marketplace.core.errors import PictureError, PictureErrorCode
from marketplace.core.pictures import MAXIMUM_MEGABYTES, EncodedPicture
from marketplace.gigs.content import GigContent, NewPicture, PictureContent
from marketplace.gigs.errors import GigError, GigErrorCode

__all__ = ["MAXIMUM_MEGABYTES", "encode_picture", "read_picture", "stored_pictures"]

# The editor catches a gig's own refusals, and shows the form again with all that was typed.
_CODES = {
    PictureErrorCode.TOO_LARGE: GigErrorCode.PICTURE_TOO_LARGE,
    PictureErrorCode.TOO_MANY_PIXELS: GigErrorCode.PICTURE_TOO_MANY_PIXELS,
    PictureErrorCode.UNREADABLE: GigErrorCode.PICTURE_UNREADABLE,
}


def encode_picture(upload: File) -> EncodedPicture:
    """`upload` as WebP of at most 1600 px without EXIF, with its width and height. Raises GigError."""
    try:
        return pictures.encode_picture(upload)
    except PictureError as refusal:
        raise GigError(_CODES[PictureErrorCode(refusal.code)], **refusal.parameters) from refusal


def read_picture(upload: File, *, alt_text: str = "") -> NewPicture:
    """`upload` checked and encoded, in memory only. Raises GigError."""
    encoded, width, height = encode_picture(upload)
    return NewPicture(encoded, width, height, alt_text)


@contextmanager
def stored_pictures(content: GigContent) -> Iterator[GigContent]:
    """`content` with its new pictures in the public storage; when the block fails they are removed again.

    Stand it around the transaction: a rollback undoes rows, not files.
    """
    stored: list[PictureContent] = []
    try:
        for picture in content.new_pictures:
            name = f"gigs/{timezone.localdate():%Y/%m}/{uuid4().hex}.webp"
            name = default_storage.save(name, ContentFile(picture.encoded))
            stored.append(PictureContent(name, picture.alt_text, picture.width, picture.height))
        yield replace(content, pictures=(*content.pictures, *stored), new_pictures=())
    except BaseException:
        for kept in stored:
            default_storage.delete(kept.name)
        raise
