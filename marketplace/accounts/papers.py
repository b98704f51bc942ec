"""Pictures of documents: sniffed, re-encoded, encrypted, and only then written anywhere."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _

from marketplace.accounts.errors import VerificationError, VerificationErrorCode
from marketplace.accounts.models.verification import PaperKind, VerificationPaper, private_storage
from marketplace.core import clock
from marketplace.core.encryption import decrypt_bytes, encrypt_bytes
from marketplace.core.errors import PictureError
from marketplace.core.pictures import encode_picture

MAXIMUM_MEGABYTES = 10
LONGEST_SIDE = 2000  # the small print of a card is still read
SHORTEST_LONGER_SIDE = 600
PICTURE, PDF = "image/webp", "application/pdf"
# For the `accept` of a file field.
ACCEPTED_PICTURES = "image/jpeg,image/png,image/webp"
ACCEPTED_WITH_PDF = f"{ACCEPTED_PICTURES},{PDF}"


@dataclass(frozen=True)
class Paper:
    """A document as it will be stored, still in the clear and in memory only."""

    content: bytes
    content_type: str


def read_paper(upload: File, *, allow_pdf: bool = False) -> Paper:
    """`upload` checked: a picture as WebP without EXIF, a PDF as it is. Raises VerificationError.

    The format is sniffed from the bytes; the name and the browser's content type are not believed.
    """
    if upload.size > MAXIMUM_MEGABYTES * 1024 * 1024:
        raise VerificationError(VerificationErrorCode.PAPER_TOO_LARGE, name=upload.name, limit=MAXIMUM_MEGABYTES)
    upload.seek(0)
    head = upload.read(5)
    upload.seek(0)
    if allow_pdf and head == b"%PDF-":
        return Paper(upload.read(), PDF)
    formats = "JPEG, PNG, WEBP, PDF" if allow_pdf else "JPEG, PNG, WEBP"
    try:
        return Paper(_encode_picture(upload), PICTURE)
    except PictureError as error:
        raise VerificationError(VerificationErrorCode.PAPER_UNREADABLE, name=upload.name, formats=formats) from error


def _encode_picture(upload: File) -> bytes:
    """WebP, upright, without what was hidden in the file, and large enough to be read."""
    encoded = encode_picture(upload, longest_side=LONGEST_SIDE)
    if max(encoded.width, encoded.height) < SHORTEST_LONGER_SIDE:
        raise VerificationError(
            VerificationErrorCode.PAPER_TOO_SMALL,
            name=upload.name,
            width=encoded.width,
            height=encoded.height,
            side=SHORTEST_LONGER_SIDE,
        )
    return encoded.content


@contextmanager
def stored_papers(papers: Mapping[PaperKind, Paper]) -> Iterator[list[VerificationPaper]]:
    """Rows to save, their files encrypted in the private storage; when the block fails, nothing of them stays behind.

    Stand it around the transaction: a rollback undoes rows, not files.
    """
    storage = private_storage()
    rows: list[VerificationPaper] = []
    try:
        for kind, paper in papers.items():
            # A name that says neither whose nor what it is.
            name = f"verifications/{clock.now():%Y/%m}/{uuid4().hex}"
            name = storage.save(name, ContentFile(encrypt_bytes(paper.content)))
            rows.append(VerificationPaper(kind=kind, file=name, content_type=paper.content_type))
        yield rows
    except BaseException:
        for row in rows:
            row.file.delete(save=False)
        raise


def opened(paper: VerificationPaper) -> bytes:
    """The document in the clear. Whoever calls notes who looks (services.note_paper_viewed)."""
    with paper.file.open("rb") as file:
        return decrypt_bytes(file.read())


def download_name(paper: VerificationPaper) -> str:
    """What the browser may call it: the kind and the case's number."""
    ending = "pdf" if paper.content_type == PDF else "webp"
    return _("verification %(number)s %(kind)s") % {"number": paper.verification_id, "kind": paper.kind} + f".{ending}"
