"""What a gig looks like in a list: one flat record a card, a fixed number of queries however many cards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import get_language

from marketplace.accounts.models import User, UserProfile
from marketplace.accounts.models.people import is_away_on, profile_url, refuses_orders_on
from marketplace.core import clock, page_cache
from marketplace.core.ratings import shown_rating
from marketplace.core.remembered import remember_each, shape_of
from marketplace.gigs import counting
from marketplace.gigs.content import PictureContent
from marketplace.gigs.models import Favourite, Gig, GigMedia, MediaKind
from marketplace.gigs.models.categories import localized
from marketplace.gigs.models.gigs import gig_url


@dataclass(frozen=True)
class GigCard:
    """Everything `components/gig_card.html` shows."""

    gig_id: int
    url: str
    title: str
    cover: PictureContent | None  # None: the card draws the category's character instead
    category_name: str
    seller_name: str
    seller_url: str
    seller_avatar_url: str
    seller_level: str  # SellerLevelChoice value
    rating: Decimal | None  # as it is shown (core/ratings.py), None before the first review
    rating_count: int
    delivery_days: int
    price_from_fen: int
    orders_completed: int
    is_favourite: bool = False
    is_promoted: bool = False
    is_away: bool = False  # the seller
    takes_orders: bool = True  # False: the seller is away and takes none, and lists leave it out (models.gigs.listed)
    language: str = ""  # of the title: Django's code


_PROFILE = ("display_name", "handle", "avatar", "level", "away_from", "away_until", "away_takes_orders")
_STATS = ("rating_sum", "rating_count", "delivery_days_from", "price_from_fen", "orders_completed")
_COLUMNS = (
    *("pk", "slug", "title", "language", "seller_id", "category__name", "category__name_en"),
    *(f"seller__profile__{name}" for name in _PROFILE),
    *(f"stats__{name}" for name in _STATS),
)
_PORTRAITS = UserProfile._meta.get_field("avatar").storage


def cover_row(gig: str) -> Subquery:
    """For a query whose column `gig` names a gig: its first picture, with every size it has, as `cover_of` reads it."""
    covers = GigMedia.objects.filter(gig=OuterRef(gig), kind=MediaKind.IMAGE).order_by("sort_order", "pk")
    columns = {"name": "file", **{name: name for name in ("alt_text", "width", "height", "renditions", "placeholder")}}
    return Subquery(covers.values(row=JSONObject(**columns))[:1])


def cover_of(row: dict[str, Any] | None) -> PictureContent | None:
    """What `{% picture %}` shows of a `cover_row`; None where there is no picture."""
    return PictureContent(**{**row, "renditions": tuple(row["renditions"])}) if row else None


@dataclass(frozen=True)
class _Shared:
    """What a card is for everybody in one language, today's date left out."""

    card: GigCard
    seller_id: int
    away_from: date | None
    away_until: date | None
    away_takes_orders: bool

    def seen_by(self, *, is_favourite: bool, today: date) -> GigCard:
        """The card for one person on one day."""
        is_away = is_away_on(today, self.away_from, self.away_until)
        if not (is_favourite or is_away):
            return self.card
        refuses = refuses_orders_on(today, self.away_from, self.away_until, self.away_takes_orders)
        return replace(self.card, is_favourite=is_favourite, is_away=is_away, takes_orders=not refuses)


_SHAPE = shape_of(GigCard, PictureContent, _Shared)


def gig_cards(
    gig_ids: Sequence[int], *, user: User | None = None, is_list: bool = True, only_listed: bool = False
) -> list[GigCard]:
    """Cards of gigs on sale, in the order of `gig_ids`; the ids of others are left out.

    With `only_listed` those too whose sellers take no orders today: for a choice of ids that is some minutes old.

    One query for those that nobody showed within a minute, covers included, and one for the hearts of a signed-in `user`. Each
    card of a list that others than its seller see is an impression (counting.py); say `is_list=False` for one that was not
    offered to anybody.
    """
    language = get_language()
    names = {gig_id: f"gigs:card:{_SHAPE}:{gig_id}:{language}" for gig_id in gig_ids}
    found = remember_each(names, _read, tags_of=_tags, is_shared=True)
    hearts: set[int] = set()
    if found and user is not None and user.is_authenticated:
        hearts = {*Favourite.objects.filter(user_id=user.pk, gig_id__in=found).values_list("gig_id", flat=True)}
    today = timezone.localdate(clock.now())
    cards = {gig_id: one.seen_by(is_favourite=gig_id in hearts, today=today) for gig_id, one in found.items()}
    if turns := [day for one in found.values() for day in (one.away_from, one.away_until) if day and day > today]:
        page_cache.shows(until=clock.midnight(min(turns)))  # absences begin and end by the calendar alone
    shown = [gig_id for gig_id in gig_ids if gig_id in cards and (cards[gig_id].takes_orders or not only_listed)]
    if is_list:
        counting.seen(gig_id for gig_id in {*shown} if user is None or found[gig_id].seller_id != user.pk)
    return [cards[gig_id] for gig_id in shown]


def _tags(gig_id: int, one: _Shared) -> tuple[str, ...]:
    return f"gig:{gig_id}", f"seller:{one.seller_id}", page_cache.SITE  # the last for the category's name


def _read(gig_ids: Sequence[int]) -> dict[int, _Shared]:
    # Plain rows: objects of four models each, the gig's with all its relations, took half of a list's time with the database.
    rows = Gig.objects.on_sale().filter(pk__in=gig_ids).values(*_COLUMNS, cover_row=cover_row("pk"))
    return {row["pk"]: _shared(row) for row in rows}


def _shared(row: dict[str, Any]) -> _Shared:
    profile = {name: row[f"seller__profile__{name}"] for name in _PROFILE}
    stats = {name: row[f"stats__{name}"] for name in _STATS}
    card = GigCard(
        gig_id=row["pk"],
        url=gig_url(row["pk"], row["slug"]),
        title=row["title"],
        cover=cover_of(row["cover_row"]),
        category_name=localized(row["category__name"], row["category__name_en"]),
        seller_name=profile["display_name"],
        seller_url=profile_url(profile["handle"]),
        seller_avatar_url=_PORTRAITS.url(profile["avatar"]) if profile["avatar"] else "",
        seller_level=profile["level"],
        rating=shown_rating(stats["rating_sum"], stats["rating_count"]),
        rating_count=stats["rating_count"],
        delivery_days=stats["delivery_days_from"],
        price_from_fen=stats["price_from_fen"],
        orders_completed=stats["orders_completed"],
        language=row["language"],
    )
    return _Shared(card, row["seller_id"], profile["away_from"], profile["away_until"], profile["away_takes_orders"])
