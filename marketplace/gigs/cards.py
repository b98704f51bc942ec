"""What a gig looks like in a list: one flat record a card, a fixed number of queries however many cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.functions import JSONObject

from marketplace.accounts.models import User
from marketplace.core import page_cache
from marketplace.core.ratings import shown_rating
from marketplace.gigs import counting
from marketplace.gigs.content import PictureContent
from marketplace.gigs.models import Favourite, Gig, GigMedia, MediaKind


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
    is_away: bool = False  # the seller; says nothing about whether orders are taken
    language: str = ""  # of the title: Django's code


def cover_row(gig: str) -> Subquery:
    """For a query whose column `gig` names a gig: its first picture, with every size it has, as `cover_of` reads it."""
    covers = GigMedia.objects.filter(gig=OuterRef(gig), kind=MediaKind.IMAGE).order_by("sort_order", "pk")
    columns = {"name": "file", **{name: name for name in ("alt_text", "width", "height", "renditions", "placeholder")}}
    return Subquery(covers.values(row=JSONObject(**columns))[:1])


def cover_of(row: dict[str, Any] | None) -> PictureContent | None:
    """What `{% picture %}` shows of a `cover_row`; None where there is no picture."""
    return PictureContent(**{**row, "renditions": tuple(row["renditions"])}) if row else None


def gig_cards(gig_ids: Sequence[int], *, user: User | None = None, is_list: bool = True) -> list[GigCard]:
    """Cards of gigs on sale, in the order of `gig_ids`; the ids of others are left out.

    One query, covers and the hearts of a signed-in `user` included. Each card of a list that others than its seller see
    is an impression (counting.py); say `is_list=False` for one that was not offered to anybody.
    """
    kept = Favourite.objects.filter(gig=OuterRef("pk"), user_id=user.pk) if user and user.is_authenticated else None
    gigs = (
        Gig.objects.on_sale()
        .filter(pk__in=gig_ids)
        .select_related("seller__profile", "category__parent", "stats")
        .annotate(
            cover_row=cover_row("pk"),
            is_kept=Exists(kept) if kept is not None else Value(False),
        )
    )
    found = {gig.pk: gig for gig in gigs}
    page_cache.shows(*(f"seller:{gig.seller_id}" for gig in found.values()))
    if is_list:
        counting.seen(gig.pk for gig in found.values() if user is None or gig.seller_id != user.pk)
    return [_card(found[gig_id]) for gig_id in gig_ids if gig_id in found]


def _card(gig: Gig) -> GigCard:
    profile = gig.seller.profile
    return GigCard(
        gig_id=gig.pk,
        url=gig.get_absolute_url(),
        title=gig.title,
        cover=cover_of(gig.cover_row),
        category_name=gig.category.localized_name,
        seller_name=profile.display_name,
        seller_url=profile.get_absolute_url(),
        seller_avatar_url=profile.avatar.url if profile.avatar else "",
        seller_level=profile.level,
        rating=shown_rating(gig.stats.rating_sum, gig.stats.rating_count),
        rating_count=gig.stats.rating_count,
        delivery_days=gig.stats.delivery_days_from,
        price_from_fen=gig.stats.price_from_fen,
        orders_completed=gig.stats.orders_completed,
        is_favourite=gig.is_kept,
        is_away=profile.is_away,
        language=gig.language,
    )
