"""What moderators decide about a review on their desk: writes."""

from datetime import datetime

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.moderation.review_watch import DECISION_LENGTH, LEFT, close_cases
from marketplace.moderation.subjects import Hidden
from marketplace.orders.locks import lock_order
from marketplace.reviews.errors import MaskError, MaskErrorCode
from marketplace.reviews.models import Review, ReviewMask
from marketplace.reviews.services import mask_review


@transaction.atomic
def hide_part(*, review: Review, hidden: Hidden, words: str, staff: User) -> ReviewMask:
    """Hide a part of a review on a legal ground, and close its case. Raises what mask_review raises."""
    mask = mask_review(
        review_id=review.pk,
        part=hidden.part,
        picture_id=hidden.picture_id,
        ground=hidden.ground,
        words=words,
        staff=staff,
    )
    close_cases(review, decision=words, staff=staff)
    return mask


@transaction.atomic
def leave_review(*, review: Review, staff: User) -> bool:
    """Find nothing wrong with a review that rules showed: it stays. False when no case is open. Raises MaskError OWN_ORDER."""
    if staff.pk in (review.author_id, review.subject_id):
        raise MaskError(MaskErrorCode.OWN_ORDER)
    lock_order(review.order_id)
    if not close_cases(review, decision=LEFT, staff=staff):
        return False
    staff_log.note(actor=staff, action="review.left", data={"review": review.pk}, subject=review.author)
    return True


def mask_behind(*, review_id: int, staff_id: int | None, at: datetime | None, words: str) -> ReviewMask | None:
    """What a decision of this person at this moment hid, lifted since or not. Cases keep the first DECISION_LENGTH characters of
    their words, so that those decide.
    """
    masks = ReviewMask.objects.select_related("review").filter(review=review_id, masked_by=staff_id)
    masks = masks.filter(masked_at__lte=at or clock.now(), words__startswith=words[:DECISION_LENGTH])
    return masks.order_by("-pk").first()


def note_review_reading(*, review: Review, reader: User) -> None:
    """Write into the staff log that somebody read what is kept of a review beside its public text: once a person and day."""
    data = {"review": review.pk, "order": review.order.number}
    staff_log.note_reading(actor=reader, action="review.read", what=review.pk, data=data, subject=review.author)
