"""Reviews as everybody reads them: the lists of a service and of a seller."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Avg, Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.http import QueryDict
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core.ratings import shown_rating
from marketplace.gigs.models import Gig, PackageTier, on_sale
from marketplace.orders.models import Delivery
from marketplace.reviews.figures.windows import windows_now
from marketplace.reviews.models import Rating, RatingAspect, Review, ReviewPicture, ReviewSide

PAGE_LENGTH = 10
# What the tags above a list are counted from: four and five stars of a sub-score praise, one and two find fault.
PRAISE_FROM, MISSED_UP_TO = 4, 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def public_reviews() -> QuerySet[Review]:
    """What buyers wrote and everybody may read, newest first."""
    return Review.objects.filter(side=ReviewSide.BUYER, published_at__isnull=False).order_by("-published_at", "-pk")


class ReviewOrder(StrEnum):
    """What stands first, as the page's address says it."""

    NEWEST = ""
    HELPFUL = "helpful"


@dataclass(frozen=True)
class ReviewFilter:
    """What of the reviews somebody wants to read, as the page's address says it."""

    stars: int | None = None
    tier: str = ""  # a PackageTier value
    pictures: bool = False  # only those with a picture
    order: ReviewOrder = ReviewOrder.NEWEST
    after: str = ""  # the key of the last review of the page before

    @property
    def is_on(self) -> bool:
        """Whether some are left out."""
        return self.stars is not None or bool(self.tier) or self.pictures


def review_filter(query: QueryDict) -> ReviewFilter:
    """`?review_stars=5&review_package=standard&review_pictures=1&review_order=helpful&reviews_after=…`.

    What makes no sense is as if it were not there.
    """
    stars, tier = query.get("review_stars", ""), query.get("review_package", "")
    return ReviewFilter(
        stars=int(stars) if stars in ("1", "2", "3", "4", "5") else None,
        tier=tier if tier in PackageTier.values else "",
        pictures=query.get("review_pictures") == "1",
        order=ReviewOrder.HELPFUL if query.get("review_order") == ReviewOrder.HELPFUL else ReviewOrder.NEWEST,
        after=query.get("reviews_after", ""),
    )


_EVERYTHING = ReviewFilter()


@dataclass(frozen=True)
class StarShare:
    """How many of the reviews that count gave this many stars."""

    stars: int
    count: int
    percent: Decimal


@dataclass(frozen=True)
class AspectScore:
    """One sub-score: its mean, and how many gave it at least four stars, or at most two."""

    aspect: RatingAspect
    mean: Decimal
    praised: int
    missed: int

    @property
    def label(self) -> str:
        """What was asked."""
        return str(self.aspect.label)


@dataclass(frozen=True)
class TierCount:
    """How many of the reviews are about this package."""

    tier: str
    label: str
    count: int


@dataclass(frozen=True)
class ReviewSection:
    """The reviews of a gig, or of all that a seller offers. Scores are of all of them, whatever the filter.

    `rating`, `rated`, `shares` and `aspects` are of those that count (the last two years, none excluded); everything is listed.
    """

    count: int
    rating: Decimal | None
    rated: int
    shares: list[StarShare]
    aspects: list[AspectScore]
    # What each filter would leave of the list while the others stay on: 5, 4, … stars, a picture, a package.
    stars: list[tuple[int, int]]
    pictured: int
    tiers: list[TierCount]  # of every package that was reviewed
    reviews: list[Review]  # each with first_delivered_at, is_counted and is_old
    wanted: ReviewFilter
    found: int  # how many the filter lets through
    next_key: str  # where the next page begins, "" after the last


@dataclass(frozen=True)
class _Group:
    """Reviews that are alike in all that is counted."""

    stars: int
    tier: str
    counted: bool
    pictured: bool
    number: int


def reviews_of_gig(gig: Gig, *, wanted: ReviewFilter = _EVERYTHING) -> ReviewSection:
    """Score, distribution, sub-scores and one page of a gig's reviews. Three queries, however many reviews there are."""
    return _section({"gig": gig}, wanted)


def reviews_of_seller(seller: User, *, wanted: ReviewFilter = _EVERYTHING) -> ReviewSection:
    """The same for everything that a seller has delivered, with the service each review is about."""
    return _section({"subject": seller}, wanted)


def _section(about: dict[str, Any], wanted: ReviewFilter) -> ReviewSection:
    since = windows_now().ratings_from
    listed = public_reviews().filter(**about)
    numbers = (
        listed.order_by()
        .annotate(is_counted=_is_counted(since), is_pictured=_is_pictured())
        .values_list("stars", "order__package_tier", "is_counted", "is_pictured")
        .annotate(number=Count("pk"))
    )
    groups = [_Group(*row) for row in numbers]
    counted = [group for group in groups if group.counted]
    rated = _total(counted)
    by_stars = [(stars, _total(counted, stars=stars)) for stars in (5, 4, 3, 2, 1)]
    reviews = _page(listed, wanted, since)
    tier, pictures = wanted.tier, wanted.pictures
    return ReviewSection(
        count=_total(groups),
        rating=shown_rating(sum(stars * number for stars, number in by_stars), rated),
        rated=rated,
        shares=[
            StarShare(stars, number, _one_decimal(Decimal(100 * number) / rated)) for stars, number in by_stars if rated
        ],
        aspects=_aspects(about, since) if groups else [],
        stars=[(stars, _total(groups, stars=stars, tier=tier, pictured=pictures)) for stars in (5, 4, 3, 2, 1)],
        pictured=_total(groups, stars=wanted.stars, tier=tier, pictured=True),
        tiers=[
            TierCount(one.value, str(one.label), _total(groups, stars=wanted.stars, tier=one.value, pictured=pictures))
            for one in PackageTier
            if _total(groups, tier=one.value)
        ],
        reviews=reviews[:PAGE_LENGTH],
        wanted=wanted,
        found=_total(groups, stars=wanted.stars, tier=tier, pictured=pictures),
        next_key=_key(reviews[PAGE_LENGTH - 1], wanted.order) if len(reviews) > PAGE_LENGTH else "",
    )


def _total(groups: Sequence[_Group], *, stars: int | None = None, tier: str = "", pictured: bool = False) -> int:
    return sum(
        group.number
        for group in groups
        if stars in (None, group.stars) and tier in ("", group.tier) and (group.pictured or not pictured)
    )


def _is_counted(since: datetime) -> Case:
    return Case(When(published_at__gte=since, excluded_at__isnull=True, then=True), default=False)


def _is_pictured() -> Exists:
    return Exists(ReviewPicture.objects.filter(review=OuterRef("pk"), masked_at__isnull=True))


def _aspects(about: dict[str, Any], since: datetime) -> list[AspectScore]:
    scores = (
        Rating.objects.filter(
            review__side=ReviewSide.BUYER, review__published_at__gte=since, review__excluded_at__isnull=True
        )
        .filter(**{f"review__{name}": value for name, value in about.items()})
        .order_by()
        .values_list("aspect")
        .annotate(
            mean=Avg("stars"),
            praised=Count("pk", filter=Q(stars__gte=PRAISE_FROM)),
            missed=Count("pk", filter=Q(stars__lte=MISSED_UP_TO)),
        )
    )
    found = {aspect: numbers for aspect, *numbers in scores}
    return [
        AspectScore(aspect, _one_decimal(Decimal(found[aspect.value][0])), *found[aspect.value][1:])
        for aspect in RatingAspect
        if aspect.value in found
    ]


def _page(listed: QuerySet[Review], wanted: ReviewFilter, since: datetime) -> list[Review]:
    """One more than a page, so that nobody has to count whether another one follows."""
    if wanted.stars is not None:
        listed = listed.filter(stars=wanted.stars)
    if wanted.tier:
        listed = listed.filter(order__package_tier=wanted.tier)
    if wanted.pictures:
        listed = listed.filter(_is_pictured())
    place = _place(wanted.after)
    if wanted.order == ReviewOrder.HELPFUL:
        listed = listed.order_by("-helpful_count", "-published_at", "-pk")
    if place is not None:
        helpful, moment, number = place
        # The first condition is what the index of the list answers; a review written meanwhile moves none of these.
        later = Q(published_at__lte=moment) & (Q(published_at__lt=moment) | Q(pk__lt=number))
        if wanted.order == ReviewOrder.HELPFUL:
            later = Q(helpful_count__lt=helpful) | Q(helpful_count=helpful) & later
        listed = listed.filter(later)
    first_delivery = Delivery.objects.filter(order=OuterRef("order_id"), number=1).values("created_at")[:1]
    shown = listed.select_related("author__profile", "subject__profile", "order", "gig__seller").annotate(
        first_delivered_at=Subquery(first_delivery),
        is_counted=_is_counted(since),
        is_old=Case(When(published_at__lt=since, then=True), default=False),
    )
    return list(shown[: PAGE_LENGTH + 1])


def _key(review: Review, order: ReviewOrder) -> str:
    """Where a review stands in the list: microseconds since 1970 and its number; by helpfulness with its votes."""
    moment = review.published_at or _EPOCH  # what is listed is published
    key = f"{(moment - _EPOCH) // timedelta(microseconds=1)}-{review.pk}"
    return f"{key}-{review.helpful_count}" if order == ReviewOrder.HELPFUL else key


def _place(key: str) -> tuple[int, datetime, int] | None:
    parts = key.split("-")
    if len(parts) not in (2, 3) or not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
        return None
    moment, number, helpful = (int(part) for part in [*parts, "0"][:3])
    try:
        return min(helpful, 2**31 - 1), _EPOCH + timedelta(microseconds=moment), number
    except OverflowError:
        return None


def latest_reviews(limit: int) -> list[Review]:
    """The newest reviews with words about gigs that can be bought. One query."""
    return list(
        public_reviews()
        .exclude(body="")
        .filter(on_sale("gig__"))
        .select_related("author__profile", "gig", "subject__profile")[:limit]
    )


def punctuality_days(due_at: datetime | None, delivered_at: datetime | None) -> int | None:
    """Whole days before (positive) or after (negative) the due time; 0 on time, None when there was no clock."""
    if due_at is None or delivered_at is None:
        return None
    if delivered_at <= due_at:
        return (due_at - delivered_at) // timedelta(days=1)
    return -max(1, (timezone.localdate(delivered_at) - timezone.localdate(due_at)).days)


def _one_decimal(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
