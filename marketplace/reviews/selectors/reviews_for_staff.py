"""A review as moderators read it, with all that is kept of it."""

from django.http import Http404
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.reviews.models import MaskedPart, Review


def review_for_staff(reader: User, review_id: int) -> Review:
    """A published review with order, people, sub-scores, earlier wordings, pictures and masks. Raises Http404, also to the
    two people of its order.
    """
    found = (
        Review.objects.filter(pk=review_id, published_at__isnull=False)
        .exclude(author=reader)
        .exclude(subject=reader)
        .select_related("author__profile", "subject__profile", "order", "gig__seller")
        .prefetch_related("ratings", "versions", "pictures", "masks__masked_by__profile", "masks__lifted_by__profile")
        .first()
    )
    if found is None:
        raise Http404
    return found


def parts_to_hide(review: Review) -> list[tuple[str, str]]:
    """What of a review can be hidden now: "body", "reply", and "picture-7" for its pictures."""
    parts = [(part.value, str(part.label)) for part in (MaskedPart.BODY, MaskedPart.REPLY) if getattr(review, part)]
    for number, picture in enumerate(review.pictures.all(), start=1):
        if picture.masked_at is None:
            parts.append((f"picture-{picture.pk}", _("Picture %(number)s") % {"number": number}))
    return parts
