"""Files of galleries: what may be sent for one, what an upload becomes there, and which files are still needed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import UploadedFile
from wagtail.models import Revision

from marketplace.accounts.models import User
from marketplace.gigs.content import GigContent, PictureContent
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig, GigMedia, MediaKind
from marketplace.gigs.states import EDITABLE
from marketplace.uploads.models import Upload, UploadKind
from marketplace.uploads.purposes import KindLimit, Purpose
from marketplace.uploads.selectors import names_of_results, own_uploads, uploads_of_form
from marketplace.uploads.services import attach_uploads
from marketplace.uploads.stored import rendition_names


@dataclass(frozen=True)
class GalleryChange:
    """What a seller wants of the gallery: the content without the files that came with the form, and what becomes of uploads."""

    content: GigContent
    files: tuple[UploadedFile, ...] = ()  # without script
    removed: frozenset[UUID] = frozenset()


def subject_of(gig_id: int) -> str:
    """What the uploads of a service's form are announced for. The gallery comes after the first save: there always is one."""
    return f"gig:{gig_id}"


def may_send(user: User, subject: str) -> bool:
    """Whether this person may send files for a service: its seller, while it may be edited."""
    if not user.is_seller:
        return False
    number = subject.removeprefix("gig:")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    return is_number and Gig.objects.filter(pk=int(number), seller=user, status__in=EDITABLE).exists()


def still_used(owner_id: int) -> set[str]:
    """The names of all files that this seller's services need: their rows, and every revision that is kept.

    A revision can be published, compared with or shown to a moderator as long as it exists.
    """
    gigs = list(Gig.objects.filter(seller_id=owner_id).values_list("pk", flat=True))
    rows = GigMedia.objects.filter(gig_id__in=gigs).values("file", "renditions")
    revisions = Revision.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Gig), object_id__in=[str(pk) for pk in gigs]
    )
    names: set[str] = set()
    for media in (rows, *revisions.values_list("content__media", flat=True)):
        for row in media or ():
            names |= _names(row)
    return names


# Issue 5 for the numbers. Sizes are product decisions: 10 MB is what a good camera's JPEG has, 200 MB two minutes of film in
# 1080p at 12 Mbit/s, 20 MB a portfolio of thirty pages.
GALLERY = Purpose(
    key="gig_gallery",
    kinds={
        UploadKind.IMAGE: KindLimit(megabytes=10, count=5),
        UploadKind.VIDEO: KindLimit(megabytes=200, count=1),
        UploadKind.PDF: KindLimit(megabytes=20, count=2),
    },
    folder="gigs",
    still_used=still_used,
    is_shared=True,
    may_send=may_send,
)


def waiting_uploads(owner: User, subject: str) -> list[Upload]:
    """What was sent for this form and is in no service yet."""
    return uploads_of_form(user=owner, purpose=GALLERY.key, subject=subject)


def own_names(owner: User, media: Collection[PictureContent]) -> dict[str, str]:
    """What their owner calls the files of a gallery, by the names under which they are stored."""
    return names_of_results(user=owner, names=[medium.name for medium in media])


def posted_uploads(owner: User, keys: Collection[UUID]) -> dict[UUID, Upload]:
    """The uploads that a form names, if they are this person's."""
    return own_uploads(user=owner, purpose=GALLERY.key, keys=keys)


def as_content(upload: Upload, *, alt_text: str) -> PictureContent:
    """An upload that is ready, as a part of a gallery."""
    return PictureContent(
        name=upload.result_name,
        alt_text=alt_text,
        width=upload.width,
        height=upload.height,
        kind=upload.kind,
        renditions=tuple(upload.renditions),
        placeholder=upload.placeholder,
        duration_seconds=upload.duration_seconds,
        page_count=upload.page_count,
        is_new=True,
    )


def with_media(content: GigContent, media: Sequence[PictureContent]) -> GigContent:
    """`content` with these for its gallery, in this order."""
    return replace(
        content,
        pictures=tuple(medium for medium in media if medium.kind == MediaKind.IMAGE),
        video=next((medium for medium in media if medium.kind == MediaKind.VIDEO), None),
        documents=tuple(medium for medium in media if medium.kind == MediaKind.PDF),
    )


def attach_gallery(seller: User, content: GigContent) -> None:
    """Mark the uploads in `content` as used. In the transaction that writes it.

    Raises GigError MEDIA_GONE when one that is new there was let go of meanwhile: its files are deleted.
    """
    attached = attach_uploads(owner=seller, names=[medium.name for medium in content.media])
    if any(medium.is_new and medium.name not in attached for medium in content.media):
        raise GigError(GigErrorCode.MEDIA_GONE)


def _names(row: dict[str, Any]) -> set[str]:
    return ({row.get("file") or ""} - {""}) | rendition_names(row.get("renditions") or ())
