"""What can be reported: services, briefs, messages, reviews, pressure for reviews. The one place that knows how they differ."""

from dataclasses import dataclass
from typing import cast

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.gigs.models import Gig
from marketplace.gigs.services import take_down_gig
from marketplace.gigs.states import GIG_TRANSITIONS, MODERATOR, GigStatus
from marketplace.messaging.models import Message
from marketplace.messaging.services import take_down_message
from marketplace.moderation.errors import ReportError, ReportErrorCode
from marketplace.moderation.models import Report
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.offers.models import Brief
from marketplace.offers.services import deny_brief
from marketplace.offers.states import BriefStatus
from marketplace.orders.models import Order
from marketplace.reviews.models import MaskedPart, MaskGround, Review, ReviewSide
from marketplace.reviews.services import mask_review

Target = Gig | Brief | Message | Review | Order


@dataclass(frozen=True)
class Words:
    """What who reported is told, by kind."""

    upheld: Notice
    dismissed: Notice


@dataclass(frozen=True)
class Hidden:
    """Which part of a review is hidden, and on which legal ground."""

    part: MaskedPart
    ground: MaskGround
    picture_id: int | None = None


_OF_GIG = Words(
    upheld=catalogue.talk.REPORT_UPHELD_GIG,
    dismissed=catalogue.talk.REPORT_DISMISSED_GIG,
)
_OF_BRIEF = Words(
    upheld=catalogue.talk.REPORT_UPHELD_BRIEF,
    dismissed=catalogue.talk.REPORT_DISMISSED_BRIEF,
)
_OF_MESSAGE = Words(
    upheld=catalogue.talk.REPORT_UPHELD_MESSAGE,
    dismissed=catalogue.talk.REPORT_DISMISSED_MESSAGE,
)

_OF_REVIEW = Words(
    upheld=catalogue.appeals.REPORT_UPHELD_REVIEW,
    dismissed=catalogue.appeals.REPORT_DISMISSED_REVIEW,
)
_OF_PRESSURE = Words(
    upheld=catalogue.appeals.REPORT_UPHELD_PRESSURE,
    dismissed=catalogue.appeals.REPORT_DISMISSED_PRESSURE,
)


def reportable() -> QuerySet[Report]:
    """All reports of what the desk decides about, the longest waiting first."""
    types = ContentType.objects.get_for_models(Gig, Brief, Message, Review, Order)
    return Report.objects.filter(content_type__in=types.values()).order_by("pk")


def target_of(report: Report) -> Target:
    """What a report is about, read anew: with the person it belongs to."""
    if report.content_type == ContentType.objects.get_for_model(Brief):
        return Brief.objects.select_related("buyer__profile", "category").get(pk=report.object_id)
    if report.content_type == ContentType.objects.get_for_model(Message):
        return Message.objects.select_related("sender__profile", "conversation__order").get(pk=report.object_id)
    if report.content_type == ContentType.objects.get_for_model(Review):
        people = (
            "author__profile",
            "subject__profile",
            "order__buyer__profile",
            "order__seller__profile",
            "gig__seller",
        )
        return Review.objects.select_related(*people).get(pk=report.object_id)
    if report.content_type == ContentType.objects.get_for_model(Order):
        return Order.objects.select_related("buyer__profile", "seller__profile").get(pk=report.object_id)
    return Gig.objects.select_related("seller__profile").get(pk=report.object_id)


def owner_of(target: Target) -> User:
    """Whose it is: of a review, who wrote it; of an order, the seller, whose behaviour it is about."""
    if isinstance(target, Message):
        return cast(User, target.sender)
    if isinstance(target, Review):
        return target.author
    if isinstance(target, Order):
        return target.seller
    return target.buyer if isinstance(target, Brief) else target.seller


def parties_of(target: Target) -> set[int]:
    """The keys of those it is about, who decide nothing about it."""
    if isinstance(target, Review):
        return {target.author_id, target.subject_id}
    if isinstance(target, Order):
        return {target.buyer_id, target.seller_id}
    return {owner_of(target).pk}


def title_of(target: Target) -> str:
    """What lists and notices call it."""
    if isinstance(target, Review):
        return target.order.gig_title
    return target.gig_title if isinstance(target, Order) else target.title


def order_of(target: Target) -> Order | None:
    """The order of a review, or the order itself."""
    if isinstance(target, Review):
        return target.order
    return target if isinstance(target, Order) else None


def words_about(target: Target, *, is_pressure: bool = False) -> Words:
    """What who reported it is told."""
    if isinstance(target, Review | Order):
        return _OF_PRESSURE if is_pressure else _OF_REVIEW
    if isinstance(target, Message):
        return _OF_MESSAGE
    return _OF_BRIEF if isinstance(target, Brief) else _OF_GIG


def address_of(target: Target) -> str:
    """Where it stands while it stays. Asked in the language that the address is for."""
    if isinstance(target, Order):
        return target.get_absolute_url()
    if isinstance(target, Review):
        if target.side == ReviewSide.SELLER:
            return f"{target.order.get_absolute_url()}#reviews"
        gig = target.gig
        page = gig if gig is not None and gig.is_on_sale else target.subject.profile
        return f"{page.get_absolute_url()}#reviews"
    return (
        target.get_absolute_url()
        if isinstance(target, Brief | Message)
        else reverse("gigs:detail", args=[target.pk, target.slug])
    )


def take_down(target: Target, *, moderator: User, reason: str, hidden: Hidden | None = None) -> None:
    """Let it disappear; what is gone already stays as it is. Of a review one part is hidden, on a legal ground."""
    if isinstance(target, Review):
        _hide(target, moderator=moderator, reason=reason, hidden=hidden)
    elif isinstance(target, Order):
        raise ValueError("an order is not taken down")
    elif isinstance(target, Message):
        take_down_message(message_id=target.pk, reason=reason)
    elif isinstance(target, Brief):
        if target.status != BriefStatus.DENIED:
            deny_brief(brief_id=target.pk, reason=reason)
    elif target.status in (GigStatus.LIVE, GigStatus.PAUSED) and GIG_TRANSITIONS.allows(
        GigStatus(target.status), GigStatus.DENIED, MODERATOR
    ):
        take_down_gig(gig_id=target.pk, moderator=moderator, reason=reason)


def _hide(review: Review, *, moderator: User, reason: str, hidden: Hidden | None) -> None:
    if hidden is None:
        raise ReportError(ReportErrorCode.GROUND_MISSING)
    masks = review.masks.filter(part=hidden.part, picture_id=hidden.picture_id, lifted_at__isnull=True)
    if not masks.exists():
        mask_review(
            review_id=review.pk,
            part=hidden.part,
            picture_id=hidden.picture_id,
            ground=hidden.ground,
            words=reason,
            staff=moderator,
        )
