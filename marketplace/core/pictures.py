"""Pictures from people: checked, turned upright, made smaller, re-encoded. What was hidden in the file stays behind."""

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from django.core.files.base import File
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from marketplace.core.errors import PictureError, PictureErrorCode

MAXIMUM_MEGABYTES = 10
MAXIMUM_PIXELS = 40_000_000
LONGEST_SIDE = 1600
ACCEPTED_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


class EncodedPicture(NamedTuple):
    """A picture as WebP, in memory only."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Square:
    """What of a picture is kept: the left upper corner and the side, in pixels of the upright picture."""

    x: int
    y: int
    size: int


def encode_picture(upload: File, *, longest_side: int = LONGEST_SIDE) -> EncodedPicture:
    """`upload` as WebP of at most `longest_side` pixels without EXIF. Raises PictureError.

    The format is sniffed from the bytes; the name and the browser's content type are not believed.
    """
    return _encoded(open_picture(upload), longest_side)


def encode_square(upload: File, *, square: Square | None, side: int) -> EncodedPicture:
    """The part of `upload` that lies in `square`, else its middle, as WebP of at most `side` × `side` pixels.

    A square that reaches over the edge is moved and cut to what there is. Raises PictureError.
    """
    picture = open_picture(upload)
    longest = min(picture.size)
    size = min(max(square.size, 1), longest) if square else longest
    left = min(max(square.x, 0), picture.width - size) if square else (picture.width - size) // 2
    top = min(max(square.y, 0), picture.height - size) if square else (picture.height - size) // 2
    return _encoded(picture.crop((left, top, left + size, top + size)), side)


def open_picture(
    upload: File, *, megabytes: int = MAXIMUM_MEGABYTES, formats: tuple[str, ...] = ACCEPTED_FORMATS
) -> Image.Image:
    """The pixels of `upload`, upright, in RGB or RGBA. Raises PictureError; too many are refused before they are unpacked."""
    if upload.size > megabytes * 1024 * 1024:
        raise PictureError(PictureErrorCode.TOO_LARGE, name=upload.name, limit=megabytes)
    # WeasyPrint, once imported for an invoice, has Pillow take files that end half-way, in the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(upload, formats=formats) as picture:
                # The header tells the size before a pixel is unpacked.
                if picture.width * picture.height > MAXIMUM_PIXELS:
                    raise PictureError(PictureErrorCode.TOO_MANY_PIXELS, name=upload.name)
                upright = ImageOps.exif_transpose(picture)
                return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PictureError(PictureErrorCode.TOO_MANY_PIXELS, name=upload.name) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureError(PictureErrorCode.UNREADABLE, name=upload.name) from error


def _encoded(shown: Image.Image, longest_side: int) -> EncodedPicture:
    shown.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    # A fresh image carries no EXIF, no GPS, no colour profile with a name in it.
    shown.info.clear()
    shown.save(buffer, "WEBP", quality=82, method=4)
    return EncodedPicture(buffer.getvalue(), shown.width, shown.height)
