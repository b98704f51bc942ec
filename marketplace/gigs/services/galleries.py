"""The gallery of a draft is saved: what is used and what is let go of stand or fall with the revision."""

from collections.abc import Iterable

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.gigs.errors import FilesRefusedError
from marketplace.gigs.gallery_files import GALLERY, GalleryChange, as_content, posted_uploads, subject_of, with_media
from marketplace.gigs.models import Gig
from marketplace.gigs.services.drafts import require_current, save_draft
from marketplace.uploads.errors import UploadError
from marketplace.uploads.models import Upload
from marketplace.uploads.services import discard_upload, take_file


def save_gallery(*, gig_id: int, seller: User, change: GalleryChange, seen: str) -> Gig:
    """Save the draft with this gallery, and let go of the uploads that were taken out of it; all of it or nothing.

    Raises GigError as `save_draft` does, MEDIA_GONE when another window has thrown away an upload that is used here, and
    FilesRefusedError when a file that came with the form is refused: then nothing is saved, and the others wait as
    uploads of this form.
    """
    taken: list[Upload] = []
    if change.files:
        # Before the transaction: they are read, shrunk and stored meanwhile. Not for somebody who is refused anyway.
        with transaction.atomic():
            require_current(gig_id=gig_id, seller=seller, seen=seen)
        taken = _take(gig_id, seller, change)
    content = with_media(
        change.content, [*change.content.media, *(as_content(upload, alt_text="") for upload in taken)]
    )
    with transaction.atomic():
        gig = save_draft(gig_id=gig_id, seller=seller, content=content, seen=seen)
        for upload in _ascending(posted_uploads(seller, change.removed).values()):
            discard_upload(upload=upload)
        return gig


def _take(gig_id: int, seller: User, change: GalleryChange) -> list[Upload]:
    taken, refusals = [], []
    for file in change.files:
        try:
            taken.append(take_file(owner=seller, purpose=GALLERY, subject=subject_of(gig_id), file=file))
        except UploadError as refusal:
            refusals.append(refusal)
    if refusals:
        raise FilesRefusedError(refusals)
    return taken


def _ascending(uploads: Iterable[Upload]) -> list[Upload]:
    return sorted(uploads, key=lambda upload: upload.pk)
