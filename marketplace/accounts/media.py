"""What people put into their portfolio: sniffed by content, limited in size, kept where nothing is run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import filetype
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.validators import URLValidator

from marketplace.accounts.errors import PortfolioError, PortfolioErrorCode
from marketplace.accounts.files import kept_file
from marketplace.accounts.models import PortfolioMedia, PortfolioMediaKind
from marketplace.accounts.models.portfolio import private_storage
from marketplace.core.pictures import EncodedPicture, encode_picture

VIDEO_MEGABYTES = 50
DOCUMENT_MEGABYTES = 20
_MEGABYTE = 1024 * 1024
# As the bytes say → the ending the file gets here. Browsers everywhere play these two.
_VIDEOS = {"video/mp4": "mp4", "video/webm": "webm"}
_SNIFFED = 8192  # bytes; the longest signature of filetype needs less
# What a name alone promises, to say what is wrong with a file that is not what it is called.
_VIDEO_ENDINGS = ("mp4", "m4v", "mov", "webm", "avi", "mkv", "wmv", "flv")


@dataclass(frozen=True)
class MediumContent:
    """One medium that was checked, in memory or as the upload it came in."""

    kind: PortfolioMediaKind
    picture: EncodedPicture | None = None
    file: File | None = None
    ending: str = ""
    url: str = ""


def read_upload(upload: File) -> MediumContent:
    """What `upload` is, by its bytes: a video, a PDF, else a picture. Raises PictureError or PortfolioError."""
    upload.seek(0)
    head = upload.read(_SNIFFED)
    upload.seek(0)
    name, megabytes = upload.name or "", (upload.size or 0) / _MEGABYTE
    mime = filetype.guess_mime(head)
    claimed = name.rpartition(".")[2].lower()
    if mime in _VIDEOS:
        if megabytes > VIDEO_MEGABYTES:
            raise PortfolioError(PortfolioErrorCode.VIDEO_TOO_LARGE, name=name, limit=VIDEO_MEGABYTES)
        return MediumContent(PortfolioMediaKind.VIDEO, file=upload, ending=_VIDEOS[mime])
    if mime == "application/pdf":
        if megabytes > DOCUMENT_MEGABYTES:
            raise PortfolioError(PortfolioErrorCode.DOCUMENT_TOO_LARGE, name=name, limit=DOCUMENT_MEGABYTES)
        return MediumContent(PortfolioMediaKind.PDF, file=upload, ending="pdf")
    if claimed in _VIDEO_ENDINGS:
        raise PortfolioError(PortfolioErrorCode.VIDEO_UNREADABLE, name=name)
    if claimed == "pdf":
        raise PortfolioError(PortfolioErrorCode.DOCUMENT_UNREADABLE, name=name)
    return MediumContent(PortfolioMediaKind.IMAGE, picture=encode_picture(upload))


def read_link(url: str) -> MediumContent:
    """A link to a public website. It is never fetched; only its host is shown. Raises PortfolioError LINK_REFUSED."""
    try:
        URLValidator(schemes=["https"])(url)
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.username or parts.password or "." not in host or _is_address(host) or parts.port not in (None, 443):
            raise ValueError(url)
    except (ValidationError, ValueError) as error:
        raise PortfolioError(PortfolioErrorCode.LINK_REFUSED) from error
    return MediumContent(PortfolioMediaKind.LINK, url=url)


@contextmanager
def kept_medium(content: MediumContent) -> Iterator[PortfolioMedia]:
    """A row for `content`, not saved yet, its file in its storage; when the block fails the file is removed again."""
    row = PortfolioMedia(kind=content.kind, url=content.url)
    if content.picture is not None:
        row.width, row.height, row.size = content.picture.width, content.picture.height, len(content.picture.content)
        with kept_file(ContentFile(content.picture.content), folder="portfolio", ending="webp") as name:
            row.picture.name = name
            yield row
    elif content.file is not None:
        row.size = content.file.size or 0
        is_video = content.kind == PortfolioMediaKind.VIDEO
        storage = default_storage if is_video else private_storage()
        with kept_file(content.file, folder="portfolio", ending=content.ending, storage=storage) as name:
            (row.video if is_video else row.document).name = name
            yield row
    else:
        yield row


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
