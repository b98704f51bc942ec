"""What a gig looks like in a list: one flat record a card, a fixed number of queries however many cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.functions import JSONObject

from marketplace.accounts.models import User
from marketplace.gigs import counting
from marketplace.gigs.models import Favourite, Gig, GigMedia, MediaKind


@dataclass(frozen=True)
class GigCard:
    """Everything `components/gig_card.html` shows."""

    gig_id: int
    url: str
    title: str
    cover_url: str  # empty: the card draws the category's character instead
    cover_alt: str
    category_name: str
    seller_name: str
    seller_url: str
    seller_avatar_url: str
    seller_level: str  # SellerLevelChoice value
    rating: Decimal | None  # mean with one decimal, None before the first review
    rating_count: int
    delivery_days: int
    price_from_fen: int
    orders_completed: int
    is_favourite: bool = False
    is_promoted: bool = False
    is_away: bool = False  # the seller; says nothing about whether orders are taken


def mean_rating(rating_sum: int, rating_count: int) -> Decimal | None:
    """The mean to one decimal, or None when nobody has rated."""
    if not rating_count:
        return None
    return (Decimal(rating_sum) / rating_count).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def gig_cards(gig_ids: Sequence[int], *, user: User | None = None, is_list: bool = True) -> list[GigCard]:
    """Cards of gigs on sale, in the order of `gig_ids`; the ids of others are left out.

    One query, covers and the hearts of a signed-in `user` included. Each card of a list that others than its seller see
    is an impression (counting.py); say `is_list=False` for one that was not offered to anybody.
    """
    covers = GigMedia.objects.filter(gig=OuterRef("pk"), kind=MediaKind.IMAGE).order_by("sort_order", "pk")
    kept = Favourite.objects.filter(gig=OuterRef("pk"), user_id=user.pk) if user and user.is_authenticated else None
    gigs = (
        Gig.objects.on_sale()
        .filter(pk__in=gig_ids)
        .select_related("seller__profile", "category__parent", "stats")
        .annotate(
            cover=Subquery(covers.values(row=JSONObject(file="file", alt_text="alt_text"))[:1]),
            is_kept=Exists(kept) if kept is not None else Value(False),
        )
    )
    found = {gig.pk: gig for gig in gigs}
    if is_list:
        counting.seen(gig.pk for gig in found.values() if user is None or gig.seller_id != user.pk)
    return [_card(found[gig_id]) for gig_id in gig_ids if gig_id in found]


def _card(gig: Gig) -> GigCard:
    profile = gig.seller.profile
    cover = gig.cover or {"file": "", "alt_text": ""}
    return GigCard(
        gig_id=gig.pk,
        url=gig.get_absolute_url(),
        title=gig.title,
        cover_url=default_storage.url(cover["file"]) if cover["file"] else "",
        cover_alt=cover["alt_text"],
        category_name=gig.category.localized_name,
        seller_name=profile.display_name,
        seller_url=profile.get_absolute_url(),
        seller_avatar_url=profile.avatar.url if profile.avatar else "",
        seller_level=profile.level,
        rating=mean_rating(gig.stats.rating_sum, gig.stats.rating_count),
        rating_count=gig.stats.rating_count,
        delivery_days=gig.stats.delivery_days_from,
        price_from_fen=gig.stats.price_from_fen,
        orders_completed=gig.stats.orders_completed,
        is_favourite=gig.is_kept,
        is_away=profile.is_away,
    )
