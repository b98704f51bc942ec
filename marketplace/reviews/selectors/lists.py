"""Reviews as everybody reads them: the lists of a service and of a seller."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Avg, Count, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core.ratings import shown_rating
from marketplace.gigs.models import Gig, PackageTier, on_sale
from marketplace.orders.models import Delivery
from marketplace.reviews.models import Rating, RatingAspect, Review, ReviewSide

PAGE_LENGTH = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def public_reviews() -> QuerySet[Review]:
    """What buyers wrote and everybody may read, newest first."""
    return Review.objects.filter(side=ReviewSide.BUYER, published_at__isnull=False).order_by("-published_at", "-pk")


@dataclass(frozen=True)
class ReviewFilter:
    """What of the reviews somebody wants to read, as the page's address says it."""

    stars: int | None = None
    tier: str = ""  # a PackageTier value
    after: str = ""  # the key of the last review of the page before

    @property
    def is_on(self) -> bool:
        """Whether some are left out."""
        return self.stars is not None or bool(self.tier)


def review_filter(query: QueryDict) -> ReviewFilter:
    """`?review_stars=5&review_package=standard&reviews_after=…`. What makes no sense is as if it were not there."""
    stars, tier = query.get("review_stars", ""), query.get("review_package", "")
    return ReviewFilter(
        stars=int(stars) if stars in ("1", "2", "3", "4", "5") else None,
        tier=tier if tier in PackageTier.values else "",
        after=query.get("reviews_after", ""),
    )


_EVERYTHING = ReviewFilter()


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
class TierCount:
    """How many of the reviews are about this package."""

    tier: str
    label: str
    count: int


@dataclass(frozen=True)
class ReviewSection:
    """The reviews of a gig, or of all that a seller offers. Scores and counts are of all of them, whatever the filter."""

    count: int
    rating: Decimal | None
    shares: list[StarShare]
    aspects: list[AspectScore]
    tiers: list[TierCount]
    reviews: list[Review]
    wanted: ReviewFilter
    found: int  # how many the filter lets through
    next_key: str  # where the next page begins, "" after the last


def reviews_of_gig(gig: Gig, *, wanted: ReviewFilter = _EVERYTHING) -> ReviewSection:
    """Score, distribution, sub-scores and one page of a gig's reviews. Three queries, however many reviews there are."""
    return _section({"gig": gig}, wanted)


def reviews_of_seller(seller: User, *, wanted: ReviewFilter = _EVERYTHING) -> ReviewSection:
    """The same for everything that a seller has delivered, with the service each review is about."""
    return _section({"subject": seller}, wanted)


def _section(about: dict[str, Any], wanted: ReviewFilter) -> ReviewSection:
    listed = public_reviews().filter(**about)
    numbers = listed.order_by().values_list("stars", "order__package_tier").annotate(number=Count("pk"))
    by_both: dict[tuple[int, str], int] = {(stars, tier): number for stars, tier, number in numbers}
    counts = {stars: sum(n for (given, _tier), n in by_both.items() if given == stars) for stars in (5, 4, 3, 2, 1)}
    count = sum(counts.values())
    reviews = _page(listed, wanted)
    return ReviewSection(
        count=count,
        rating=shown_rating(sum(stars * number for stars, number in counts.items()), count),
        shares=[
            StarShare(stars, number, _one_decimal(Decimal(100 * number) / count)) for stars, number in counts.items()
        ]
        if count
        else [],
        aspects=_aspects(about) if count else [],
        tiers=[
            TierCount(tier.value, str(tier.label), number)
            for tier in PackageTier
            if (number := sum(n for (_stars, bought), n in by_both.items() if bought == tier))
        ],
        reviews=reviews[:PAGE_LENGTH],
        wanted=wanted,
        found=sum(
            number
            for (stars, tier), number in by_both.items()
            if wanted.stars in (None, stars) and wanted.tier in ("", tier)
        ),
        next_key=_key(reviews[PAGE_LENGTH - 1]) if len(reviews) > PAGE_LENGTH else "",
    )


def _aspects(about: dict[str, Any]) -> list[AspectScore]:
    means = dict(
        Rating.objects.filter(review__side=ReviewSide.BUYER, review__published_at__isnull=False)
        .filter(**{f"review__{name}": value for name, value in about.items()})
        .order_by()
        .values_list("aspect")
        .annotate(Avg("stars"))
    )
    return [
        AspectScore(str(aspect.label), _one_decimal(Decimal(means[aspect.value])))
        for aspect in RatingAspect
        if aspect.value in means
    ]


def _page(listed: QuerySet[Review], wanted: ReviewFilter) -> list[Review]:
    """One more than a page, so that nobody has to count whether another one follows."""
    if wanted.stars is not None:
        listed = listed.filter(stars=wanted.stars)
    if wanted.tier:
        listed = listed.filter(order__package_tier=wanted.tier)
    place = _place(wanted.after)
    if place is not None:
        moment, number = place
        # The first condition is what the index of the list answers; a review written meanwhile moves none of these.
        listed = listed.filter(Q(published_at__lte=moment), Q(published_at__lt=moment) | Q(pk__lt=number))
    first_delivery = Delivery.objects.filter(order=OuterRef("order_id"), number=1).values("created_at")[:1]
    shown = listed.select_related("author__profile", "subject__profile", "order", "gig__seller").annotate(
        first_delivered_at=Subquery(first_delivery)
    )
    return list(shown[: PAGE_LENGTH + 1])


def _key(review: Review) -> str:
    """Where a review stands in the list: microseconds since 1970 and its number."""
    moment = review.published_at or _EPOCH  # what is listed is published
    return f"{(moment - _EPOCH) // timedelta(microseconds=1)}-{review.pk}"


def _place(key: str) -> tuple[datetime, int] | None:
    moment, _dash, number = key.partition("-")
    if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (moment, number)):
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(moment)), int(number)
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
