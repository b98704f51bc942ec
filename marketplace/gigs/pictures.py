"""Pictures from people: checked, turned upright, made smaller, re-encoded. What was hidden in the file stays behind."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError

from marketplace.gigs.content import GigContent, NewPicture, PictureContent
from marketplace.gigs.errors import GigError, GigErrorCode

MAXIMUM_MEGABYTES = 10
MAXIMUM_PIXELS = 40_000_000
LONGEST_SIDE = 1600
ACCEPTED_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def encode_picture(upload: File) -> tuple[bytes, int, int]:
    """`upload` as WebP of at most 1600 px without EXIF, with its width and height. Raises GigError.

    The format is sniffed from the bytes; the name and the browser's content type are not believed.
    """
    if upload.size > MAXIMUM_MEGABYTES * 1024 * 1024:
        raise GigError(GigErrorCode.PICTURE_TOO_LARGE, name=upload.name, limit=MAXIMUM_MEGABYTES)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(upload, formats=ACCEPTED_FORMATS) as picture:
                # The header tells the size before a pixel is unpacked.
                if picture.width * picture.height > MAXIMUM_PIXELS:
                    raise GigError(GigErrorCode.PICTURE_TOO_MANY_PIXELS, name=upload.name)
                upright = ImageOps.exif_transpose(picture)
                shown = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise GigError(GigErrorCode.PICTURE_TOO_MANY_PIXELS, name=upload.name) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise GigError(GigErrorCode.PICTURE_UNREADABLE, name=upload.name) from error
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    # A fresh image carries no EXIF, no GPS, no colour profile with a name in it.
    shown.info.clear()
    shown.save(buffer, "WEBP", quality=82, method=4)
    return buffer.getvalue(), shown.width, shown.height


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
