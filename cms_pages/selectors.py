"""What the pages read from the marketplace. It is the same for everybody and kept for a few minutes.

Which services a list holds is read anew as soon as that changes (core/page_cache.py `remember`). Figures (how many there are,
from what price, the price guide) are not: nobody misses one among thousands for five minutes, and they are dear to count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2s

from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, Min, OuterRef, Q, Sum, Value
from django.utils import timezone

from marketplace.core import one_page, page_cache
from marketplace.core.aggregates import Median, Percentile
from marketplace.core.remembered import remember
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.services import search
from marketplace.gigs.cards import cover_of, cover_row
from marketplace.gigs.content import PictureContent
from marketplace.gigs.models import Gig, GigCategory, GigMedia, GigPackage, GigQuerySet, MediaKind, on_sale
from marketplace.orders.models import Order
from marketplace.orders.states import FUNDED_STATUSES, OrderStatus
from marketplace.reviews.models import Reputation

FIGURES_SECONDS = 300
LISTING_PAGE_SIZE = 24
FIRST_PAGES = 3
# Fewer prices than this say nothing about what is usual.
GUIDE_MINIMUM_PRICES = 3


def _live() -> GigQuerySet:
    return Gig.objects.listed()


def _chosen(query: GigQuerySet) -> GigQuerySet:
    """Services that are listed one by one: somebody who publishes one expects to see it among them."""
    page_cache.shows(page_cache.LISTINGS)
    return query


def _within(category_id: int, *, path: str = "category") -> Q:
    """Gigs of a category: those of its subcategories, and those filed under it itself."""
    return Q(**{f"{path}_id": category_id}) | Q(**{f"{path}__parent_id": category_id})


def popular_gig_ids(*, limit: int = 8, category_id: int | None = None) -> list[int]:
    """The live gigs with most completed orders, the newer first among equals; of one category when given."""

    def read() -> list[int]:
        rows = _chosen(_live_within(category_id)).most_ordered_first()
        return list(rows.values_list("pk", flat=True)[:limit])

    return remember(f"cms:popular:{limit}:{category_id}", read, seconds=FIGURES_SECONDS)


def newest_gig_ids(*, limit: int = 8, category_id: int | None = None) -> list[int]:
    """The live gigs that were made last; of one category when given."""

    def read() -> list[int]:
        return list(_chosen(_live_within(category_id)).order_by("-pk").values_list("pk", flat=True)[:limit])

    return remember(f"cms:newest:{limit}:{category_id}", read, seconds=FIGURES_SECONDS)


def found_gig_ids(words: str, *, category_slug: str = "", limit: int = 8) -> list[int]:
    """What the search finds for these words, best first, for nobody in particular. Not counted as somebody's search."""

    def read() -> list[int]:
        page_cache.shows(page_cache.FOUND, page_cache.LISTINGS)
        return list(search(SearchRequest(query=words, category_slug=category_slug, page_size=limit)).ids)

    key = blake2s(f"{words}|{category_slug}|{limit}".encode()).hexdigest()
    return remember(f"cms:found:{key}", read, seconds=FIGURES_SECONDS)


def _live_within(category_id: int | None) -> GigQuerySet:
    return _live() if category_id is None else _live().filter(_within(category_id))


def category_paginator(category_id: int) -> Paginator:
    """Ids of the live gigs of a category and its subcategories, 24 a page, most ordered first."""
    return Paginator(_Listing(category_id), LISTING_PAGE_SIZE)


class _Listing:
    """Ids for a paginator, in slices. Those of the first pages, where nearly all people look, are remembered."""

    def __init__(self, category_id: int) -> None:
        self._category_id = category_id

    def __len__(self) -> int:
        return category_figures(self._category_id).gigs

    def __getitem__(self, part: slice) -> list[int]:
        def read() -> list[int]:
            gigs = _chosen(_live_within(self._category_id)).most_ordered_first()
            return list(gigs.values_list("pk", flat=True)[part])

        if part.stop > FIRST_PAGES * LISTING_PAGE_SIZE:
            return read()
        key = f"cms:listing:{self._category_id}:{part.start}:{part.stop}"
        return remember(key, read, seconds=FIGURES_SECONDS)


@dataclass(frozen=True)
class CategoryFigures:
    """Four public figures of a category. None where nothing is for sale."""

    gigs: int
    median_price_fen: int | None
    median_delivery_days: int | None
    orders_completed: int


def category_figures(category_id: int) -> CategoryFigures:
    """Figures of what is for sale in a category and its subcategories now."""

    def read() -> CategoryFigures:
        row = (
            _live()
            .filter(_within(category_id))
            .aggregate(
                gigs=Count("pk"),
                price=Median("stats__price_from_fen"),
                days=Median("stats__delivery_days_from"),
                orders=Sum("stats__orders_completed"),
            )
        )
        return CategoryFigures(row["gigs"], row["price"], row["days"], row["orders"] or 0)

    key = f"cms:category:{category_id}"
    return one_page.once(key, lambda: remember(key, read, seconds=FIGURES_SECONDS))


@dataclass(frozen=True)
class CategoryCount:
    """How much a category offers, and from what price."""

    gigs: int
    price_from_fen: int | None


def category_counts() -> dict[int, CategoryCount]:
    """By category id, subcategories counted for themselves and for their parent."""

    def read() -> dict[int, CategoryCount]:
        rows = (
            _live()
            .values("category_id", parent_id=F("category__parent_id"))
            .annotate(gigs=Count("pk"), price=Min("stats__price_from_fen"))
            .order_by()
        )
        found: dict[int, CategoryCount] = {}
        for row in rows:
            for category_id in {row["category_id"], row["parent_id"]} - {None}:
                before = found.get(category_id, CategoryCount(0, None))
                prices = [price for price in (before.price_from_fen, row["price"]) if price is not None]
                found[category_id] = CategoryCount(before.gigs + row["gigs"], min(prices, default=None))
        return found

    return remember("cms:category_counts", read, seconds=FIGURES_SECONDS)


def category_covers() -> dict[int, PictureContent | None]:
    """By subcategory id, the cover of the live gig with most completed orders."""

    def read() -> dict[int, PictureContent | None]:
        # First one service of each category, and only then its picture: read for all, a million pictures were sorted.
        with_picture = GigMedia.objects.filter(gig=OuterRef("pk"), kind=MediaKind.IMAGE)
        best = _live().filter(Exists(with_picture)).order_by("category_id", "-stats__orders_completed", "-pk")
        gig_ids = list(best.distinct("category_id").values_list("pk", flat=True))
        rows = Gig.objects.filter(pk__in=gig_ids).annotate(cover=cover_row("pk")).values_list("category_id", "cover")
        return {category_id: cover_of(cover) for category_id, cover in rows}

    return remember("cms:category_pictures", read, seconds=FIGURES_SECONDS)


@dataclass(frozen=True)
class GuideRow:
    """What one thing usually costs, without the dearest and cheapest twentieth. Amounts in fen."""

    name_zh: str
    name_en: str
    tier: str
    prices: int
    low_fen: int
    quarter_fen: int
    median_fen: int
    three_quarters_fen: int
    high_fen: int
    delivery_days: int


def price_guide(category_id: int) -> list[GuideRow]:
    """Prices on sale: a row a subcategory for a category, a row a package for a subcategory."""

    def read() -> list[GuideRow]:
        has_children = GigCategory.objects.filter(parent_id=category_id).exists()
        packages = GigPackage.objects.filter(on_sale("gig__"))
        if has_children:
            packages = packages.filter(gig__category__parent_id=category_id, tier="basic")
            packages = packages.annotate(shown_tier=Value(""))
        else:
            packages = packages.filter(gig__category_id=category_id).annotate(shown_tier=F("tier"))
        rows = (
            packages.values(
                "shown_tier",
                "gig__category__name",
                "gig__category__name_en",
                "gig__category__position",
                "gig__category_id",
            )
            .annotate(
                prices=Count("pk"),
                low=Percentile("price_fen", 5),
                quarter=Percentile("price_fen", 25),
                median=Median("price_fen"),
                three_quarters=Percentile("price_fen", 75),
                high=Percentile("price_fen", 95),
                days=Median("delivery_days"),
            )
            .filter(prices__gte=GUIDE_MINIMUM_PRICES)
            .order_by("gig__category__position", "gig__category_id", "median")
        )
        return [
            GuideRow(
                name_zh=row["gig__category__name"],
                name_en=row["gig__category__name_en"],
                tier=row["shown_tier"],
                prices=row["prices"],
                low_fen=row["low"],
                quarter_fen=row["quarter"],
                median_fen=row["median"],
                three_quarters_fen=row["three_quarters"],
                high_fen=row["high"],
                delivery_days=row["days"],
            )
            for row in rows
        ]

    return remember(f"cms:price_guide:{category_id}", read, seconds=FIGURES_SECONDS)


def prices_from(wanted: Sequence[tuple[int, str]]) -> list[int | None]:
    """The lowest live price in fen for each (category id, word of the title), None where nothing is for sale."""

    def read() -> list[int | None]:
        columns = {
            f"price_{number}": Min(
                "stats__price_from_fen", filter=_within(category_id) & (Q(title__icontains=word) if word else Q())
            )
            for number, (category_id, word) in enumerate(wanted)
        }
        row = _live().aggregate(**columns)
        return [row[name] for name in columns]

    if not wanted:
        return []
    key = blake2s(repr(list(wanted)).encode()).hexdigest()
    return remember(f"cms:prices:{key}", read, seconds=FIGURES_SECONDS)


@dataclass(frozen=True)
class PublicFigures:
    """What anybody may know about the money and the work here."""

    held_fen: int
    orders_held: int
    orders_completed_lately: int
    gigs: int
    response_minutes: int | None
    on_time_percent: int | None


def public_figures(*, days: int = 30) -> PublicFigures:
    """Money held now, and how the last `days` days went."""

    def read() -> PublicFigures:
        orders = Order.objects.aggregate(
            held=Sum("total_fen", filter=Q(status__in=FUNDED_STATUSES)),
            orders_held=Count("pk", filter=Q(status__in=FUNDED_STATUSES)),
            completed=Count(
                "pk",
                filter=Q(status=OrderStatus.COMPLETED, completed_at__gte=timezone.now() - timedelta(days=days)),
            ),
        )
        sellers = Reputation.objects.aggregate(minutes=Median("response_minutes"), on_time=Median("on_time_percent"))
        return PublicFigures(
            held_fen=orders["held"] or 0,
            orders_held=orders["orders_held"],
            orders_completed_lately=orders["completed"],
            gigs=Gig.objects.listed().count(),
            response_minutes=sellers["minutes"],
            on_time_percent=sellers["on_time"],
        )

    return remember(f"cms:public_figures:{days}", read, seconds=FIGURES_SECONDS)
