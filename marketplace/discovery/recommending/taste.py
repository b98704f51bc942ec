"""What somebody did that tells what they may want next: bought, kept, opened, asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from marketplace.discovery.models import RecommendationReason, SearchHistory
from marketplace.discovery.recommending.models import GigView
from marketplace.gigs.models import Favourite, GigCategory
from marketplace.offers.models import Brief
from marketplace.orders.models import Order, OrderKind
from marketplace.orders.states import OrderStatus

# Of more than this the newest count.
MOST_INTERESTS = 60
# Paying says more than a heart, and a heart more than a look.
_WEIGHTS = {RecommendationReason.BOUGHT: 3.0, RecommendationReason.KEPT: 2.0, RecommendationReason.VIEWED: 1.0}
# A need that was paid for comes back for longer than a look lasts (as computing.py).
_HALF_LIFE = {
    RecommendationReason.BOUGHT: timedelta(days=240),
    RecommendationReason.KEPT: timedelta(days=90),
    RecommendationReason.VIEWED: timedelta(days=30),
}
# A third look says hardly more than the second.
_MOST_LOOKS = 3
_LOOKED_BACK = timedelta(days=730)


@dataclass(frozen=True)
class Interest:
    """A gig somebody did something with; `kind` is what says most."""

    gig_id: int
    kind: RecommendationReason
    weight: float
    category_id: int | None
    title: str


@dataclass(frozen=True)
class Done:
    """One thing somebody did."""

    user_id: int
    gig_id: int
    kind: RecommendationReason
    at: datetime
    times: int
    category_id: int | None
    title: str


def interests(done: Iterable[Done], *, now: datetime) -> list[Interest]:
    """What one person did as interests, the strongest first: a gig once, with all that was done added up."""
    sums: dict[int, tuple[float, Done]] = {}
    for one in done:
        age = max((now - one.at) / _HALF_LIFE[one.kind], 0.0)
        weight: float = _WEIGHTS[one.kind] * (1 + 0.5 * (min(one.times, _MOST_LOOKS) - 1)) * 0.5**age
        before, best = sums.get(one.gig_id, (0.0, one))
        sums[one.gig_id] = (before + weight, one if _WEIGHTS[one.kind] > _WEIGHTS[best.kind] else best)
    found = [
        Interest(gig_id, best.kind, weight, best.category_id, best.title) for gig_id, (weight, best) in sums.items()
    ]
    return sorted(found, key=lambda interest: (-interest.weight, interest.gig_id))[:MOST_INTERESTS]


def done_by(user_ids: Sequence[int], *, before: datetime) -> list[Done]:
    """What these people did before that moment, the newest of each kind; three queries, however many people."""
    most = MOST_INTERESTS * len(user_ids)
    since = before - _LOOKED_BACK
    gig = ("gig__category_id", "gig__title")
    orders = (
        Order.objects.filter(
            buyer_id__in=user_ids,
            gig__isnull=False,
            parent=None,
            kind=OrderKind.STANDARD,
            created_at__gte=since,
            created_at__lt=before,
        )
        .exclude(status__in=(OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED))
        .order_by("-created_at", "-pk")
        .values_list("buyer_id", "gig_id", "created_at", *gig)[:most]
    )
    kept = (
        Favourite.objects.filter(user_id__in=user_ids, created_at__gte=since, created_at__lt=before)
        .order_by("-created_at", "-pk")
        .values_list("user_id", "gig_id", "created_at", *gig)[:most]
    )
    opened = (
        GigView.objects.filter(user_id__in=user_ids, viewed_at__gte=since, viewed_at__lt=before)
        .order_by("-viewed_at", "-pk")
        .values_list("user_id", "gig_id", "viewed_at", *gig, "views")[:most]
    )
    found = [
        Done(user, gig_id, kind, at, 1, category, title)
        for kind, rows in ((RecommendationReason.BOUGHT, orders), (RecommendationReason.KEPT, kept))
        for user, gig_id, at, category, title in rows
        if gig_id is not None
    ]
    found += [
        Done(user, gig_id, RecommendationReason.VIEWED, at, views, category, title)
        for user, gig_id, at, category, title, views in opened
        if at is not None
    ]
    return found


def chosen_categories(user_id: int) -> list[int]:
    """Subcategories somebody named themselves lately, the newest first: in a brief, or in a search that they let us keep.

    What a cold start goes by, where there is nothing of theirs to go by.
    """
    named = list(Brief.objects.filter(buyer_id=user_id).order_by("-pk").values_list("category_id", flat=True)[:5])
    filters = SearchHistory.objects.filter(user_id=user_id, filters__has_key="category_slug")
    slugs = list(filters.order_by("-pk").values_list("filters__category_slug", flat=True)[:20])
    if slugs:
        rows = GigCategory.objects.filter(Q(slug__in=slugs) | Q(parent__slug__in=slugs))
        lower = rows.filter(parent__isnull=False).values_list("pk", "slug", "parent__slug")
        named += [pk for slug in dict.fromkeys(slugs) for pk, own, parent in lower if slug in (own, parent)]
    return list(dict.fromkeys(named))
