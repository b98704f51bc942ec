"""Uploads become files of an order: with a delivery, or with what the buyer wants changed."""

from collections.abc import Sequence

from marketplace.accounts.models import User
from marketplace.orders.models import Delivery, DeliveryFile, RevisionFile, RevisionRequest
from marketplace.orders.sent_files import DELIVERY, REVISION, subject_of
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload
from marketplace.uploads.services import attach_uploads
from marketplace.uploads.states import UploadState


def keep_files(
    files: Sequence[Upload],
    *,
    owner: User,
    delivery: Delivery | None = None,
    revision: RevisionRequest | None = None,
) -> None:
    """Write the rows of `files`, which are used by nothing else, in the transaction of what they belong to.

    Raises UploadError NOT_READY when one is not the owner's, was sent for another form or another order, is still looked
    into, used already, or gone meanwhile.
    """
    purpose = DELIVERY if delivery is not None else REVISION
    belongs_to = delivery or revision
    subject = subject_of(belongs_to.order) if belongs_to is not None else ""
    for upload in files:
        is_own = upload.owner_id == owner.pk and (upload.purpose, upload.subject) == (purpose.key, subject)
        if not is_own or upload.state != UploadState.READY:
            raise UploadError(UploadErrorCode.NOT_READY, name=upload.name)
    names = [upload.result_name for upload in files]
    if len(attach_uploads(owner=owner, names=names, only_unused=True)) != len(files):
        raise UploadError(UploadErrorCode.NOT_READY, name=files[0].name)
    # Looked up under the locks that attaching took: of two deliveries with one upload the second finds the first.
    names = [upload.result_name for upload in files]
    for rows in (DeliveryFile.objects, RevisionFile.objects):
        if (used := rows.filter(file__in=names).first()) is not None:
            raise UploadError(UploadErrorCode.NOT_READY, name=used.name)
    for upload in files:
        columns = {
            "file": upload.result_name,
            "name": upload.name,
            "size": upload.size,
            "sha256": upload.checksum,
            "received_at": upload.received_at,
            "width": upload.width,
            "height": upload.height,
            "previews": upload.renditions,
        }
        if delivery is not None:
            DeliveryFile.objects.create(delivery=delivery, **columns)
        if revision is not None:
            RevisionFile.objects.create(request=revision, **columns)
