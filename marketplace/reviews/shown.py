"""A buyer's review as everybody reads it: plain values, which say nothing else of its author, and are drawn once for all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from marketplace.orders.states import OrderStatus
from marketplace.reviews.models import MaskedPart, Review
from marketplace.reviews.selectors.extras import Votes
from marketplace.reviews.selectors.lists import ReviewSection, punctuality_days
from marketplace.reviews.selectors.masks import mask_of


@dataclass(frozen=True)
class ShownPicture:
    """A picture of a review, as `{% picture %}` takes it."""

    pk: int
    width: int
    height: int
    renditions: tuple[dict[str, Any], ...]
    placeholder: str = ""


@dataclass(frozen=True)
class ShownReview:
    """What reviews/_review_box.html shows. Words that are hidden are empty, and the ground for it is not."""

    pk: int
    author_id: int
    author_name: str
    portrait_url: str
    subject_id: int
    subject_name: str
    published_at: datetime | None
    is_edited: bool
    is_old: bool
    stars: int
    marks: tuple[str, ...]
    body: str
    body_ground: str
    pictures: tuple[ShownPicture, ...]
    gig_title: str
    gig_url: str  # "" for a service that is not on sale
    package: str
    total_fen: int
    punctuality: str
    helpful_count: int
    reply: str
    reply_ground: str


@dataclass(frozen=True)
class ReviewPart:
    """The review section of a service or of a seller, in the language of the reader."""

    section: ReviewSection  # without the reviews
    reviews: tuple[ShownReview, ...]
    voted: frozenset[int]  # those that the reader found helpful


def review_part(section: ReviewSection) -> ReviewPart:
    """The section, whose reviews went through `selectors.with_extras_of`. No queries."""
    return ReviewPart(
        section=replace(section, reviews=[]),
        reviews=tuple(shown(review) for review in section.reviews),
        voted=frozenset(review.pk for review in section.reviews if review.is_voted),
    )


def with_votes(part: ReviewPart, votes: Mapping[int, Votes]) -> ReviewPart:
    """The same with the votes of who reads it (`selectors.votes_on`), and their numbers as they are now."""
    if not votes:
        return part
    return replace(
        part,
        reviews=tuple(
            replace(review, helpful_count=votes[review.pk].count) if review.pk in votes else review
            for review in part.reviews
        ),
        voted=frozenset(pk for pk, vote in votes.items() if vote.is_own),
    )


def shown(review: Review) -> ShownReview:
    """One review of the lists in selectors/lists.py, after `selectors.with_extras`."""
    order, portrait = review.order, review.author.profile.avatar
    return ShownReview(
        pk=review.pk,
        author_id=review.author_id,
        author_name=review.author.display_name,
        portrait_url=portrait.url if portrait else "",
        subject_id=review.subject_id,
        subject_name=review.subject.display_name,
        published_at=review.published_at,
        is_edited=review.edited_at is not None,
        is_old=review.is_old,  # type: ignore[attr-defined]  # annotated by the list
        stars=review.stars,
        marks=tuple(_marks(review)),
        body=review.body,
        body_ground=_ground(review, MaskedPart.BODY),
        pictures=tuple(_pictures(review)),
        gig_title=order.gig_title,
        gig_url=review.gig.get_absolute_url() if review.gig is not None and review.gig.is_on_sale else "",
        package=order.get_package_tier_display() if order.package_tier else "",
        total_fen=order.total_fen,
        punctuality=_punctuality(order.due_at, review.first_delivered_at),  # type: ignore[attr-defined]  # the same
        helpful_count=review.helpful_count,
        reply=review.reply,
        reply_ground=_ground(review, MaskedPart.REPLY),
    )


def _marks(review: Review) -> Collection[str]:
    """What a reader must know before the stars: how the order ended, and whether they count."""
    found = []
    if review.order.status == OrderStatus.CANCELLED:
        found.append(pgettext("mark of a review", "Order cancelled"))
    if review.order.status == OrderStatus.RESOLVED and review.order.dispute.refund_fen:
        found.append(pgettext("mark of a review", "Refunded after a dispute"))
    if not review.counts:
        found.append(_("Not counted in any score"))
    return found


def _ground(review: Review, part: MaskedPart) -> str:
    mask = mask_of(review, part)
    return str(mask.get_ground_display()) if mask is not None else ""


def _pictures(review: Review) -> Collection[ShownPicture]:
    return [
        ShownPicture(picture.pk, picture.width, picture.height, tuple(picture.renditions))
        for picture in review.shown_pictures
    ]


def _punctuality(due_at: datetime | None, delivered_at: datetime | None) -> str:
    """How the first delivery stood to the agreed time: 提前1天交付, 按时交付, 晚了2天; "" without a clock."""
    days = punctuality_days(due_at, delivered_at)
    if days is None:
        return ""
    if days > 0:
        return ngettext("delivered %(days)s day early", "delivered %(days)s days early", days) % {"days": days}
    if days < 0:
        return ngettext("delivered %(days)s day late", "delivered %(days)s days late", -days) % {"days": -days}
    return _("delivered on time")
