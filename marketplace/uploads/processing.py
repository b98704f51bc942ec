"""From the bytes that came to what is shown. Runs in a worker, outside any transaction."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from PIL import Image

from marketplace.accounts.files import kept_file
from marketplace.uploads.documents import read_document
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload, UploadKind, incoming_storage
from marketplace.uploads.pictures import Encoded, encoded_sizes, placeholder_of, read_pixels, share_picture
from marketplace.uploads.purposes import Purpose
from marketplace.uploads.sniffing import kind_of, sniff
from marketplace.uploads.stored import remove_stored
from marketplace.uploads.videos import read_film


@dataclass(frozen=True)
class Arrived:
    """What came, in a folder of its own on this machine."""

    path: Path
    checksum: str


@dataclass(frozen=True)
class Found:
    """What was made of an upload; the names are those in the purpose's storage."""

    kind: UploadKind
    result_name: str
    result_size: int
    width: int = 0
    height: int = 0
    renditions: list[dict[str, Any]] = field(default_factory=list)
    placeholder: str = ""
    duration_seconds: int | None = None
    page_count: int | None = None


@contextmanager
def local_copy(upload: Upload) -> Iterator[Arrived]:
    """The bytes of `upload` in a temporary folder, with their checksum. Raises UploadError WRONG_SIZE."""
    digest, size = hashlib.sha256(), 0
    with TemporaryDirectory(prefix="upload-") as folder:
        path = Path(folder) / "arrived"
        with incoming_storage().open(upload.storage_name) as source, path.open("wb") as target:
            for chunk in source.chunks():
                size += len(chunk)
                if size > upload.size:
                    break
                digest.update(chunk)
                target.write(chunk)
        if size != upload.size:
            raise UploadError(UploadErrorCode.WRONG_SIZE, name=upload.name)
        yield Arrived(path, digest.hexdigest())


def examine(upload: Upload, arrived: Arrived, purpose: Purpose, kept: ExitStack) -> Found:
    """Find out what `arrived` is, and store what is shown of it. `kept` removes the files again when its block fails.

    Raises UploadError with the reason in the owner's words.
    """
    mime = sniff(arrived.path)
    kind = kind_of(mime)
    limit = purpose.kinds.get(kind) if kind else None
    if mime is None or kind is None or limit is None:
        raise UploadError(_unlike_its_name(upload), name=upload.name)
    if upload.size > limit.bytes:  # it was announced as a kind that may be larger
        raise UploadError(UploadErrorCode.TOO_LARGE, name=upload.name, limit=limit.megabytes)
    shelf = Shelf(purpose, kept, owner_id=upload.owner_id)
    if kind == UploadKind.IMAGE:
        pixels = _pixels(arrived.path, upload.name)
        shown = shelf.put_picture(pixels)
        largest = max(shown["renditions"], key=lambda row: row["width"])
        if purpose.is_shared:
            shown["renditions"].append(shelf.put_share_picture(pixels))
        return Found(kind, largest["webp"], shelf.sizes[largest["webp"]], **shown)
    if kind == UploadKind.VIDEO:
        film = read_film(arrived.path, mime=mime, name=upload.name)
        shown = shelf.put_picture(_pixels(film.poster, upload.name))
        name = shelf.put_file(film.path, film.ending)
        return Found(kind, name, shelf.sizes[name], duration_seconds=film.duration_seconds, **shown)
    document = read_document(arrived.path, name=upload.name)
    shown = shelf.put_picture(_pixels(document.first_page, upload.name))
    name = shelf.put_file(document.path, "pdf")
    return Found(kind, name, shelf.sizes[name], page_count=document.page_count, **shown)


class Shelf:
    """Where results are put. What is put there goes again when `kept` fails."""

    def __init__(self, purpose: Purpose, kept: ExitStack, *, owner_id: int) -> None:
        self._purpose, self._kept, self._owner_id = purpose, kept, owner_id
        self._storage: Storage = storages[purpose.storage]
        self.sizes: dict[str, int] = {}

    def put_file(self, path: Path, ending: str) -> str:
        """Its name in the storage."""
        with path.open("rb") as file:
            return self._put(File(file, name=path.name), ending)

    def put_picture(self, pixels: Image.Image) -> dict[str, Any]:
        """Every size of a picture, as the columns of an upload."""
        rows: dict[int, dict[str, Any]] = {}
        for size in encoded_sizes(pixels):
            row = rows.setdefault(size.width, {"width": size.width, "height": size.height})
            row[size.form] = self._put(ContentFile(size.content), size.form)
        largest = rows[max(rows)]
        return {
            "renditions": list(rows.values()),
            "placeholder": placeholder_of(pixels),
            "width": largest["width"],
            "height": largest["height"],
        }

    def put_share_picture(self, pixels: Image.Image) -> dict[str, Any]:
        """The picture that stands for a link, as a row of the renditions."""
        shared = share_picture(pixels)
        name = self._put(ContentFile(shared.content), "jpg")
        return {"width": shared.width, "height": shared.height, shared.form: name}

    def put_previews(self, pictures: Iterable[Encoded]) -> list[dict[str, Any]]:
        """Pictures in one form each, as the rows of an upload's renditions."""
        return [
            {"width": size.width, "height": size.height, size.form: self._put(ContentFile(size.content), size.form)}
            for size in pictures
        ]

    def _put(self, content: File, ending: str) -> str:
        name = self._kept.enter_context(
            kept_file(content, folder=self._purpose.folder, ending=ending, storage=self._storage, remove=self._remove)
        )
        self.sizes[name] = content.size
        return name

    def _remove(self, name: str) -> None:
        remove_stored({name}, owner_id=self._owner_id, alias=self._purpose.storage)


def _pixels(path: Path, name: str) -> Image.Image:
    with path.open("rb") as file:
        return read_pixels(File(file, name=name))


def _unlike_its_name(upload: Upload) -> UploadErrorCode:
    """What to say of bytes that are nothing we know: by what the file claims to be."""
    return {
        UploadKind.IMAGE: UploadErrorCode.PICTURE_UNREADABLE,
        UploadKind.VIDEO: UploadErrorCode.VIDEO_UNREADABLE,
        UploadKind.PDF: UploadErrorCode.PDF_UNREADABLE,
    }.get(UploadKind(upload.kind) if upload.kind else UploadKind.IMAGE, UploadErrorCode.KIND_REFUSED)
