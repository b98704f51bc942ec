"""Pictures of a review: what may be sent for one, and what becomes of it. They come through the room of uploads."""

from collections.abc import Collection, Sequence

from django.core.files.base import File
from django.core.files.storage import Storage, default_storage
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.orders.models import Order, private_storage
from marketplace.reviews import rules
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Review, ReviewPicture
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload, UploadKind
from marketplace.uploads.purposes import KindLimit, Purpose
from marketplace.uploads.services import attach_uploads
from marketplace.uploads.states import UploadState
from marketplace.uploads.stored import rendition_names

MEGABYTES = 10


def subject_of(order_id: int) -> str:
    """What the uploads of a review's form are announced for."""
    return f"review:{order_id}"


def _may_send(user: User, subject: str) -> bool:
    """Either side of the order, while it may write its review or still change it."""
    number = subject.removeprefix("review:")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return False
    order = Order.objects.filter(pk=int(number)).first()
    if order is None:
        return False
    reviews = list(Review.objects.filter(order=order))
    own = next((review for review in reviews if review.author_id == user.pk), None)
    try:
        side = rules.side_of(order, user)
        if own is None:
            rules.require_may_write(order, side, reviews)
        else:
            rules.require_may_edit(own)
    except ReviewError:
        return False
    return True


def _still_used(owner_id: int) -> set[str]:
    """Those of masked pictures too, which stay for staff."""
    names: set[str] = set()
    for name, renditions in ReviewPicture.objects.filter(review__author=owner_id).values_list("picture", "renditions"):
        names |= {name} | rendition_names(renditions)
    return names


# Served to everybody once the review is public. Before, only its author's pages name them, and nobody can guess a name.
REVIEW_PICTURES = Purpose(
    key="review",
    kinds={UploadKind.IMAGE: KindLimit(megabytes=MEGABYTES, count=rules.MOST_PICTURES)},
    folder="reviews",
    still_used=_still_used,
    may_send=_may_send,
)


def change_pictures(*, review: Review, owner: User, uploads: Sequence[Upload], removed: Collection[int] = ()) -> bool:
    """Take out the pictures with the keys `removed` and put these uploads behind the others; returns whether any moved.

    In the transaction that writes the review, under the order's lock. Raises ReviewError TOO_MANY_PICTURES, and UploadError
    NOT_READY for an upload that is not the owner's, not for this review, not ready, or used or gone meanwhile.
    """
    kept = [picture for picture in review.pictures.all() if picture.pk not in removed]
    if len(kept) + len(uploads) > rules.MOST_PICTURES:
        raise ReviewError(ReviewErrorCode.TOO_MANY_PICTURES, limit=rules.MOST_PICTURES)
    gone, _by_model = review.pictures.filter(pk__in=removed).delete() if removed else (0, {})
    _claim(uploads, owner=owner, subject=subject_of(review.order_id))
    first = max((picture.position for picture in kept), default=-1) + 1
    ReviewPicture.objects.bulk_create(
        ReviewPicture(
            review=review,
            picture=upload.result_name,
            width=upload.width,
            height=upload.height,
            renditions=upload.renditions,
            position=position,
        )
        for position, upload in enumerate(uploads, first)
    )
    return bool(gone or uploads)


def take_out_of_reach(picture: ReviewPicture) -> None:
    """Its files leave the public storage, whose addresses anybody may know, once the transaction has hidden it.

    What fails is logged: it is hidden on every page all the same.
    """
    transaction.on_commit(lambda: _move(picture, default_storage, private_storage()), robust=True)


def bring_back(picture: ReviewPicture) -> None:
    """Its files are where they were, once the transaction has shown it again."""
    transaction.on_commit(lambda: _move(picture, private_storage(), default_storage), robust=True)


def open_picture_file(picture: ReviewPicture) -> File:
    """The picture itself, for whose it is, wherever it lies now."""
    name = str(picture.picture.name)
    is_away = picture.masked_at is not None and private_storage().exists(name)
    return (private_storage() if is_away else default_storage).open(name)


def _move(picture: ReviewPicture, source: Storage, target: Storage) -> None:
    """Safe to repeat: what has been moved is left alone."""
    for name in sorted({str(picture.picture.name or "")} - {""} | rendition_names(picture.renditions)):
        if not source.exists(name):
            continue
        target.delete(name)  # half of one that broke off
        with source.open(name) as file:
            target.save(name, file)
        source.delete(name)


def _claim(uploads: Sequence[Upload], *, owner: User, subject: str) -> None:
    for upload in uploads:
        is_own = upload.owner_id == owner.pk and (upload.purpose, upload.subject) == (REVIEW_PICTURES.key, subject)
        if not is_own or upload.state != UploadState.READY:
            raise UploadError(UploadErrorCode.NOT_READY, name=upload.name)
    names = [upload.result_name for upload in uploads]
    if names and len(attach_uploads(owner=owner, names=names, only_unused=True)) != len(names):
        raise UploadError(UploadErrorCode.NOT_READY, name=uploads[0].name)
