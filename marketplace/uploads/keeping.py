"""Files that are kept as they came, whatever they are: hashed, sniffed, never changed and never unpacked.

They stay where they came in; one that a browser put into the object storage itself is copied first, since its form can put
another in its place for an hour. Of a picture, and of the first page of a PDF, a preview with a watermark is drawn, where the
purpose wants one; what cannot be drawn has none, and is no worse for it.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import filetype
from django.core.files.base import File
from PIL import Image

from marketplace.core.errors import PictureError
from marketplace.core.pictures import ACCEPTED_FORMATS, open_picture
from marketplace.uploads.direct import copy_stored, takes_files_directly
from marketplace.uploads.documents import read_document
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload, UploadKind, incoming_storage
from marketplace.uploads.processing import Found, Shelf
from marketplace.uploads.purposes import MEGABYTE, Purpose
from marketplace.uploads.sniffing import PDF, PICTURES, SNIFFED_BYTES, is_program
from marketplace.uploads.stored import remove_stored
from marketplace.uploads.watermarks import watermarked_sizes

# Product decision: what a preview is worth the memory and the minute for. The number of pixels has a limit of its own.
DRAWN_MEGABYTES = 60
# What print shops and illustrators hand over is drawn too. PSD and HEIC are not: nobody could say what the whole of them is.
_DRAWN_TYPES = PICTURES | {"image/tiff", "image/bmp"}
_DRAWN_FORMATS = (*ACCEPTED_FORMATS, "TIFF", "BMP")


def look_at(upload: Upload, purpose: Purpose, kept: ExitStack) -> tuple[Found, str]:
    """What there is to know of `upload`, and its checksum. Raises UploadError WRONG_SIZE, TOO_LARGE or PROGRAM."""
    limit = purpose.kinds[UploadKind.FILE]
    if upload.size > limit.bytes:
        raise UploadError(UploadErrorCode.TOO_LARGE, name=upload.name, limit=limit.megabytes)
    may_draw = purpose.watermark is not None and upload.size <= DRAWN_MEGABYTES * MEGABYTE
    name = kept.enter_context(_out_of_reach(upload, purpose))
    digest, size, beginning = hashlib.sha256(), 0, b""
    with TemporaryDirectory(prefix="upload-") as folder:
        path = Path(folder) / "arrived"
        with ExitStack() as opened:
            source = opened.enter_context(incoming_storage().open(name))
            copy = opened.enter_context(path.open("wb")) if may_draw else None
            for chunk in source.chunks():
                size += len(chunk)
                if size > upload.size:
                    break
                beginning = beginning or bytes(chunk[:SNIFFED_BYTES])
                digest.update(chunk)
                if copy is not None:
                    copy.write(chunk)
        if size != upload.size:
            raise UploadError(UploadErrorCode.WRONG_SIZE, name=upload.name)
        if is_program(upload.name, beginning):
            raise UploadError(UploadErrorCode.PROGRAM, name=upload.name)
        found = Found(UploadKind.FILE, name, size)
        if may_draw:
            found = _with_preview(found, path, upload, purpose, kept, mime=filetype.guess_mime(beginning))
    return found, digest.hexdigest()


@contextmanager
def _out_of_reach(upload: Upload, purpose: Purpose) -> Iterator[str]:
    """The name under which nobody can change the file any more; a copy goes when the block fails."""
    if not takes_files_directly():
        yield upload.storage_name
        return
    name = f"{purpose.folder}/{uuid4().hex}"
    try:
        copy_stored(upload.storage_name, name)
        yield name
    except BaseException:
        remove_stored({name}, owner_id=upload.owner_id)  # also where nobody knows whether it was copied
        raise


def _with_preview(
    found: Found, path: Path, upload: Upload, purpose: Purpose, kept: ExitStack, *, mime: str | None
) -> Found:
    try:
        if mime in _DRAWN_TYPES and not _is_raw(upload.name, mime):
            pixels = _pixels(path)
            # Of many pages, as of a document, one is shown: that is not all of it.
            width, height = (0, 0) if mime == "image/tiff" and _has_pages(path) else pixels.size
        elif mime == PDF:
            pixels = _pixels(read_document(path, name=upload.name).first_page)
            width = height = 0
        else:
            return found
    except (PictureError, UploadError):
        return found
    words = purpose.watermark(upload.subject) if purpose.watermark else ""
    previews = Shelf(purpose, kept, owner_id=upload.owner_id).put_previews(watermarked_sizes(pixels, words))
    return Found(found.kind, found.result_name, found.result_size, width=width, height=height, renditions=previews)


def _pixels(path: Path) -> Image.Image:
    with path.open("rb") as file:
        return open_picture(File(file, name=path.name), megabytes=DRAWN_MEGABYTES, formats=_DRAWN_FORMATS)


def _is_raw(name: str, mime: str | None) -> bool:
    """Cameras write TIFF too, under endings of their own: what Pillow finds in it is a thumbnail."""
    return mime == "image/tiff" and not name.lower().endswith((".tif", ".tiff"))


def _has_pages(path: Path) -> bool:
    with Image.open(path, formats=("TIFF",)) as picture:
        return getattr(picture, "n_frames", 1) > 1
