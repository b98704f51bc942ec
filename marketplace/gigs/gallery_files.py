"""Files of galleries: what may be sent for one, what an upload becomes there, and which files are still needed."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Revision

from marketplace.accounts.models import User
from marketplace.gigs.content import GigContent, PictureContent
from marketplace.gigs.models import Gig, GigMedia
from marketplace.uploads.models import Upload, UploadKind
from marketplace.uploads.purposes import KindLimit, Purpose
from marketplace.uploads.selectors import names_of_results, own_uploads, uploads_of_form
from marketplace.uploads.services import attach_uploads

# The forms of galleries: uploads for a service that is not there yet, and for one that is.
NEW_SUBJECT = "gig:new"


def subject_of(gig_id: int | None) -> str:
    """What the uploads of a service's form are announced for."""
    return f"gig:{gig_id}" if gig_id else NEW_SUBJECT


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
    )


def attach_gallery(seller: User, content: GigContent) -> None:
    """Mark the uploads in `content` as used. In the transaction that writes it."""
    attach_uploads(owner=seller, names=[medium.name for medium in content.media])


def _names(row: dict[str, Any]) -> set[str]:
    sizes = row.get("renditions") or ()
    return {row.get("file") or "", *(size.get(form, "") for size in sizes for form in ("webp", "avif"))} - {""}
