"""Sellers and reviews as the pages show them. Few queries however many people."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import get_language

from cms_pages.selectors import FIGURES_SECONDS
from marketplace.accounts.models import SellerLevelChoice, UserProfile
from marketplace.core import page_cache
from marketplace.core.ratings import shown_rating
from marketplace.core.remembered import remember
from marketplace.gigs.cards import cover_of, cover_row
from marketplace.gigs.content import PictureContent
from marketplace.gigs.models import Gig
from marketplace.gigs.states import GigStatus
from marketplace.reviews.selectors import public_reviews

WORKS_PER_SELLER = 3


@dataclass(frozen=True)
class SellerCard:
    """A seller with covers of their best known gigs."""

    user_id: int
    handle: str
    url: str
    name: str
    avatar_url: str
    headline: str
    city: str
    level: str  # SellerLevelChoice value
    rating: Decimal | None
    orders_completed: int
    response_minutes: int | None
    on_time_percent: int | None
    repeat_buyer_percent: int | None
    works: list[PictureContent] = field(default_factory=list)  # covers, at most three


@dataclass(frozen=True)
class Quote:
    """What a buyer wrote after a finished order."""

    stars: int
    body: str
    author_name: str
    author_avatar_url: str
    gig_title: str
    price_fen: int
    published_at: datetime


def _seller_cards(profiles: Iterable[UserProfile]) -> list[SellerCard]:
    profiles = list(profiles)
    page_cache.shows(*(f"seller:{profile.user_id}" for profile in profiles))
    covers: dict[int, list[PictureContent]] = {}
    gigs = (
        Gig.objects.listed()
        .filter(seller_id__in=[profile.user_id for profile in profiles])
        .order_by("-stats__orders_completed", "-pk")
        .annotate(cover_row=cover_row("pk"))
        .only("pk", "seller_id")
    )
    for gig in gigs:
        page_cache.shows(f"gig:{gig.pk}")
        works = covers.setdefault(gig.seller_id, [])
        cover = cover_of(gig.cover_row)
        if cover and len(works) < WORKS_PER_SELLER:
            works.append(cover)
    return [_seller_card(profile, covers.get(profile.user_id, [])) for profile in profiles]


def _seller_card(profile: UserProfile, works: list[PictureContent]) -> SellerCard:
    reputation = getattr(profile.user, "reputation", None)
    return SellerCard(
        user_id=profile.user_id,
        handle=profile.handle,
        url=profile.get_absolute_url(),
        name=profile.display_name,
        avatar_url=profile.avatar.url if profile.avatar else "",
        headline=profile.headline,
        city=profile.city,
        level=profile.level,
        rating=shown_rating(reputation.rating_sum, reputation.rating_count) if reputation else None,
        orders_completed=reputation.orders_completed if reputation else 0,
        response_minutes=reputation.response_minutes if reputation else None,
        on_time_percent=reputation.on_time_percent if reputation else None,
        repeat_buyer_percent=reputation.repeat_buyer_percent if reputation else None,
        works=works,
    )


def select_sellers(*, limit: int = 4) -> list[SellerCard]:
    """Sellers of the highest level who have something live, those with most completed orders first."""

    def read() -> list[SellerCard]:
        page_cache.shows(page_cache.SELLERS)
        profiles = (
            UserProfile.objects.filter(
                Q(user__gigs__status=GigStatus.LIVE), level=SellerLevelChoice.TOP, user__is_active=True
            )
            .select_related("user__reputation")
            .order_by("-user__reputation__orders_completed", "pk")
            .distinct()
        )
        return _seller_cards(profiles[:limit])

    return remember(f"cms:makers:{get_language()}:{limit}", read, seconds=FIGURES_SECONDS)


def seller_card(handle: str) -> SellerCard | None:
    """One seller by handle, or None when nobody active has it."""

    def read() -> list[SellerCard]:
        page_cache.shows(page_cache.SELLERS)  # somebody may take the address that nobody has now
        profiles = UserProfile.objects.filter(handle=handle, user__is_active=True).select_related("user__reputation")
        return _seller_cards(profiles)

    cards = remember(f"cms:maker:{get_language()}:{handle}", read, seconds=FIGURES_SECONDS)
    return cards[0] if cards else None


def quotes(*, limit: int = 3, category_id: int | None = None, minimum_stars: int = 1) -> list[Quote]:
    """The newest published reviews of buyers that say something; of one category and its subcategories when given."""

    def read() -> list[Quote]:
        page_cache.shows(page_cache.REVIEWS)
        reviews = public_reviews().filter(stars__gte=minimum_stars).exclude(body="")
        if category_id is not None:
            reviews = reviews.filter(Q(gig__category_id=category_id) | Q(gig__category__parent_id=category_id))
        rows = reviews.select_related("author__profile", "order").order_by("-published_at", "-pk")[:limit]
        for review in rows:
            page_cache.shows(f"gig:{review.gig_id}", f"seller:{review.author_id}")
        return [
            Quote(
                stars=review.stars,
                body=review.body,
                author_name=review.author.display_name,
                author_avatar_url=review.author.profile.avatar.url if review.author.profile.avatar else "",
                gig_title=review.order.gig_title,
                price_fen=review.order.total_fen,
                published_at=review.published_at,
            )
            for review in rows
        ]

    return remember(f"cms:quotes:{limit}:{category_id}:{minimum_stars}", read, seconds=FIGURES_SECONDS)
