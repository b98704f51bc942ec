"""What of a review is hidden."""

from django.db.models import Prefetch

from marketplace.accounts.models import User
from marketplace.reviews.models import MaskedPart, Review, ReviewMask


def masks_in_force() -> Prefetch:
    """For lists: `prefetch_related(masks_in_force())`, one query however many reviews; without what was hidden."""
    shown = ReviewMask.objects.filter(lifted_at__isnull=True).defer("original")
    return Prefetch("masks", shown, to_attr="masks_in_force")


def mask_of(review: Review, part: MaskedPart | str) -> ReviewMask | None:
    """What hides the text or the reply of a review; None when it can be read, or never was.

    Asks the database only for a review without `masks_in_force()` whose part is empty: what can be read is not hidden.
    """
    if part == MaskedPart.PICTURE:
        raise ValueError("a picture has its own masked_at")
    if review.body if part == MaskedPart.BODY else (review.reply or review.replied_at is None):
        return None
    known: list[ReviewMask] | None = getattr(review, "masks_in_force", None)
    if known is None:
        return review.masks.filter(part=part, lifted_at__isnull=True).defer("original").first()
    return next((mask for mask in known if mask.part == part), None)


def is_masked(review: Review, part: MaskedPart | str) -> bool:
    """Whether the text or the reply is hidden: it may be neither changed nor written anew then."""
    return mask_of(review, part) is not None


def writer_id_of(review: Review, part: MaskedPart | str) -> int:
    """Whose words these are: the reply is the subject's, everything else the author's."""
    return review.subject_id if part == MaskedPart.REPLY else review.author_id


def wrote(mask: ReviewMask, user: User) -> bool:
    """Whether what is hidden is this person's."""
    return writer_id_of(mask.review, mask.part) == user.pk
