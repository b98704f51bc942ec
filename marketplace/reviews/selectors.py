"""Reads of reviews."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Avg, Count, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.gigs.cards import mean_rating
from marketplace.gigs.models import Gig, on_sale
from marketplace.orders.models import Delivery, Order
from marketplace.reviews import rules
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Rating, RatingAspect, Reputation, Review, ReviewSide

PAGE_LENGTH = 10


def public_reviews() -> QuerySet[Review]:
    """What buyers wrote and everybody may read, newest first."""
    return Review.objects.filter(side=ReviewSide.BUYER, published_at__isnull=False).order_by("-published_at", "-pk")


@dataclass(frozen=True)
class StarShare:
    """How many of the reviews gave this many stars."""

    stars: int
    count: int
    percent: Decimal


@dataclass(frozen=True)
class AspectScore:
    """The mean of one sub-score."""

    label: str
    mean: Decimal


@dataclass(frozen=True)
class ReviewSection:
    """The reviews of a gig, or of all that a seller offers."""

    count: int
    rating: Decimal | None
    shares: list[StarShare]
    aspects: list[AspectScore]
    reviews: list[Review]
    page: int
    next_page: int | None


def reviews_of_gig(gig: Gig, *, page: int = 1) -> ReviewSection:
    """Score, distribution, sub-scores and one page of a gig's reviews. Three queries, however many reviews there are."""
    return _section({"gig": gig}, page)


def reviews_of_seller(seller: User, *, page: int = 1) -> ReviewSection:
    """The same for everything that a seller has delivered, with the service each review is about."""
    return _section({"subject": seller}, page)


def _section(about: dict[str, Any], page: int) -> ReviewSection:
    listed = public_reviews().filter(**about)
    counts = dict(listed.order_by().values_list("stars").annotate(Count("pk")))
    count = sum(counts.values())
    means = dict(
        Rating.objects.filter(review__side=ReviewSide.BUYER, review__published_at__isnull=False)
        .filter(**{f"review__{name}": value for name, value in about.items()})
        .order_by()
        .values_list("aspect")
        .annotate(Avg("stars"))
    )
    page = max(1, page)
    first_delivery = Delivery.objects.filter(order=OuterRef("order_id"), number=1).values("created_at")[:1]
    start = (page - 1) * PAGE_LENGTH
    shown = listed.select_related("author__profile", "subject__profile", "order", "gig__seller").annotate(
        first_delivered_at=Subquery(first_delivery)
    )[start : start + PAGE_LENGTH]
    return ReviewSection(
        count=count,
        rating=mean_rating(sum(stars * number for stars, number in counts.items()), count),
        shares=[
            StarShare(stars, counts.get(stars, 0), _one_decimal(Decimal(100 * counts.get(stars, 0)) / count))
            for stars in (5, 4, 3, 2, 1)
        ]
        if count
        else [],
        aspects=[
            AspectScore(str(aspect.label), _one_decimal(Decimal(means[aspect.value])))
            for aspect in RatingAspect
            if aspect.value in means
        ],
        reviews=list(shown),
        page=page,
        next_page=page + 1 if count > page * PAGE_LENGTH else None,
    )


def latest_reviews(limit: int) -> list[Review]:
    """The newest reviews with words about gigs that can be bought. One query."""
    return list(
        public_reviews()
        .exclude(body="")
        .filter(on_sale("gig__"))
        .select_related("author__profile", "gig", "subject__profile")[:limit]
    )


@dataclass(frozen=True)
class SellerReputation:
    """A seller's figures as they are shown; None is what there is nothing to say about yet."""

    rating: Decimal | None = None
    rating_count: int = 0
    orders_completed: int = 0
    on_time_percent: int | None = None
    response_minutes: int | None = None
    repeat_buyer_percent: int | None = None


def seller_reputation(user: User) -> SellerReputation:
    """The figures of a seller. One query."""
    row = Reputation.objects.filter(user_id=user.pk).first()
    if row is None:
        return SellerReputation()
    return SellerReputation(
        rating=mean_rating(row.rating_sum, row.rating_count),
        rating_count=row.rating_count,
        orders_completed=row.orders_completed,
        on_time_percent=row.on_time_percent,
        response_minutes=row.response_minutes,
        repeat_buyer_percent=row.repeat_buyer_percent,
    )


@dataclass(frozen=True)
class OrderReviews:
    """What one side of an order sees about its reviews."""

    side: ReviewSide
    buyer_review: Review | None
    seller_review: Review | None
    may_write: bool
    closes_at: datetime | None  # until when this side may write, if it may
    may_reply: bool
    window_is_over: bool  # this side let the time pass


def order_reviews(order: Order, user: User | AnonymousUser) -> OrderReviews | None:
    """The reviews of an order as `user` sees them; None for strangers and before the order is finished."""
    if not user.is_authenticated or user.pk not in (order.buyer_id, order.seller_id):
        return None
    if order.status not in rules.REVIEWABLE_STATUSES:
        return None
    side = rules.side_of(order, user)
    reviews = list(
        Review.objects.filter(order=order, published_at__isnull=False)
        .select_related("author__profile")
        .prefetch_related("ratings")
    )
    by_side = {review.side: review for review in reviews}
    buyer_review = by_side.get(ReviewSide.BUYER)
    code: ReviewErrorCode | None = None
    try:
        rules.require_may_write(order, side, reviews)
    except ReviewError as refusal:
        code = ReviewErrorCode(refusal.code)
    return OrderReviews(
        side=side,
        buyer_review=buyer_review,
        seller_review=by_side.get(ReviewSide.SELLER),
        may_write=code is None,
        closes_at=rules.closes_at(order, side, reviews) if code is None else None,
        may_reply=side == ReviewSide.SELLER and buyer_review is not None and not buyer_review.reply,
        window_is_over=code == ReviewErrorCode.WINDOW_CLOSED,
    )


def order_for_review(user: User, number: str) -> Order:
    """One's own order, whatever its state: the service says why not. Raises Http404 for strangers."""
    order = (
        Order.objects.filter(Q(buyer=user) | Q(seller=user), number=number)
        .select_related("buyer__profile", "seller__profile")
        .first()
    )
    if order is None:
        raise Http404
    return order


def punctuality_days(due_at: datetime | None, delivered_at: datetime | None) -> int | None:
    """Whole days before (positive) or after (negative) the due time; 0 on time, None when there was no clock."""
    if due_at is None or delivered_at is None:
        return None
    if delivered_at <= due_at:
        return (due_at - delivered_at) // timedelta(days=1)
    return -max(1, (timezone.localdate(delivered_at) - timezone.localdate(due_at)).days)


def _one_decimal(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
