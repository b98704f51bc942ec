"""A part of a review is hidden on a legal ground, or shown again. Nothing of a review is ever deleted (电子商务法 §39)."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.notifications import catalogue
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.services import notify, recipient_language, retell
from marketplace.orders.locks import lock_order
from marketplace.orders.models import Order
from marketplace.reviews.errors import MaskError, MaskErrorCode
from marketplace.reviews.forgetting import forget_review
from marketplace.reviews.models import MaskedPart, MaskGround, Review, ReviewMask, ReviewPicture
from marketplace.reviews.selectors.masks import writer_id_of
from marketplace.reviews.services.pictures import bring_back, take_out_of_reach

WORDS_LENGTH = 300


@transaction.atomic
def mask_review(
    *,
    review_id: int,
    part: MaskedPart,
    picture_id: int | None = None,
    ground: MaskGround,
    words: str,
    staff: User,
) -> ReviewMask:
    """Hide text, reply or one picture of a published review. Stars, sub-scores, date and a tombstone stay; no figure changes.

    What it said moves into the mask, so that no page can show it by mistake. `words` say why: who wrote it and the other side
    read them. Raises MaskError OWN_ORDER, WORDS_MISSING, NOTHING_TO_HIDE or ALREADY_HIDDEN.
    """
    words = _checked_words(words)
    review, order = _lock(review_id)
    _require_stranger(order, staff)
    in_force = ReviewMask.objects.filter(review=review, part=part, picture_id=picture_id, lifted_at__isnull=True)
    if in_force.exists():
        raise MaskError(MaskErrorCode.ALREADY_HIDDEN)
    if review.published_at is None:
        raise MaskError(MaskErrorCode.NOTHING_TO_HIDE)
    original = _take_out(review, part, picture_id)
    mask = ReviewMask.objects.create(
        review=review,
        part=part,
        picture_id=picture_id,
        ground=ground,
        words=words,
        original=original,
        masked_by=staff,
        masked_at=clock.now(),
    )
    writer_id = writer_id_of(review, part)
    data = {"review": review.pk, "order": order.number, "mask": mask.pk, "part": part, "ground": ground, "words": words}
    staff_log.note(actor=staff, action="review.masked", data=data, subject=User.objects.get(pk=writer_id))
    _tell_masked(mask, order, writer_id)
    if original:
        _take_out_of_notices(order, writer_id, part)
    return mask


@transaction.atomic
def lift_mask(*, mask_id: int, staff: User, words: str, appellant_id: int | None = None) -> ReviewMask:
    """Show again what a mask hides, as it was. Both sides read `words`; who appealed reads them in the answer to the appeal.

    Raises MaskError OWN_ORDER, WORDS_MISSING or NOT_HIDDEN.
    """
    words = _checked_words(words)
    review, order = _lock(ReviewMask.objects.only("review_id").get(pk=mask_id).review_id)
    _require_stranger(order, staff)
    mask = ReviewMask.objects.get(pk=mask_id)
    if mask.lifted_at is not None:
        raise MaskError(MaskErrorCode.NOT_HIDDEN)
    if mask.part == MaskedPart.PICTURE:
        ReviewPicture.objects.filter(masks=mask).update(masked_at=None)
        if mask.picture is not None:
            bring_back(mask.picture)
        forget_review(review)
    else:
        setattr(review, mask.part, mask.original)
        review.save(update_fields=[mask.part, "updated_at"])
    mask.lifted_by, mask.lifted_at = staff, clock.now()
    mask.save(update_fields=["lifted_by", "lifted_at"])
    writer_id = writer_id_of(review, mask.part)
    data = {"review": review.pk, "order": order.number, "mask": mask.pk, "part": mask.part, "words": words}
    staff_log.note(actor=staff, action="review.unmasked", data=data, subject=User.objects.get(pk=writer_id))
    for recipient_id in {order.buyer_id, order.seller_id} - {appellant_id}:
        notify(
            recipient_id=recipient_id,
            notice=catalogue.appeals.MASK_LIFTED,
            words={"title": order.gig_title, "words": words},
            url=_address(order),
        )
    return mask


def _lock(review_id: int) -> tuple[Review, Order]:
    """The review anew under its order's lock, which writing, editing and replying hold too."""
    order = lock_order(Review.objects.only("order_id").get(pk=review_id).order_id)
    return Review.objects.get(pk=review_id), order


def _require_stranger(order: Order, staff: User) -> None:
    if staff.pk in (order.buyer_id, order.seller_id):
        raise MaskError(MaskErrorCode.OWN_ORDER)


def _checked_words(words: str) -> str:
    words = words.strip()
    if not 0 < len(words) <= WORDS_LENGTH:
        raise MaskError(MaskErrorCode.WORDS_MISSING)
    return words


def _take_out(review: Review, part: MaskedPart, picture_id: int | None) -> str:
    """What it said; "" for a picture, whose files are kept where nobody is served them."""
    if part == MaskedPart.PICTURE:
        if picture_id is None:
            raise MaskError(MaskErrorCode.NOTHING_TO_HIDE)
        found = ReviewPicture.objects.filter(review=review, pk=picture_id, masked_at__isnull=True)
        if not found.update(masked_at=clock.now()):
            raise MaskError(MaskErrorCode.NOTHING_TO_HIDE)
        take_out_of_reach(ReviewPicture.objects.get(pk=picture_id))
        forget_review(review)
        return ""
    original: str = getattr(review, part)
    if not original or picture_id is not None:
        raise MaskError(MaskErrorCode.NOTHING_TO_HIDE)
    setattr(review, part, "")
    review.save(update_fields=[part, "updated_at"])
    return original


def _tell_masked(mask: ReviewMask, order: Order, writer_id: int) -> None:
    with recipient_language():
        words = {"title": order.gig_title, "ground": MaskGround(mask.ground).label, "words": mask.words}
        appeal_url = f"{reverse('reviews:appeal_new')}?kind=mask&mask={mask.pk}"
    notify(recipient_id=writer_id, notice=catalogue.appeals.OWN_TEXT_MASKED, words=words, url=appeal_url)
    other_id = order.buyer_id if writer_id == order.seller_id else order.seller_id
    notify(recipient_id=other_id, notice=catalogue.appeals.TEXT_ABOUT_ONE_MASKED, words=words, url=_address(order))


def _take_out_of_notices(order: Order, writer_id: int, part: MaskedPart) -> None:
    """The line that told the other side of the review or the reply quotes it, in whichever wording it had then."""
    quoting = catalogue.talk.REPLIED if part == MaskedPart.REPLY else catalogue.talk.REVIEWED
    other_id = order.buyer_id if writer_id == order.seller_id else order.seller_id
    with recipient_language():
        says = _("What was written here is hidden.")
    retell(recipient_id=other_id, kind=NotificationKind.REVIEW, url=_address(order), was=quoting, says=says)


def _address(order: Order) -> str:
    with recipient_language():
        return f"{order.get_absolute_url()}#reviews"
