"""Recommendations as a page shows them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core.forgiving import forgiving_cache
from marketplace.discovery.models import Recommendation, RecommendationReason
from marketplace.discovery.recommending.models import GigDismissal, GigView
from marketplace.gigs.cards import GigCard, gig_cards
from marketplace.gigs.models import Gig, listed
from marketplace.orders.models import Order

SHOWN = 4
MOST_OF_ONE_SELLER = 2
FRESH_SECONDS = 300


@dataclass(frozen=True)
class Shelf:
    """Cards under the words that say why they stand there."""

    heading: str
    cards: list[GigCard]


def beside(gig: Gig, *, user: User | None = None) -> list[Shelf]:
    """What people who bought, keep or looked at this gig bought, keep or looked at besides.

    Only what is on sale of sellers who take orders; without what is `user`'s own or was bought by them. A gig stands once.
    The list is five minutes old at most: the page costs a query for the cards, one more for what a signed-in person
    bought, and none where there is nothing.
    """
    rows = _rows(gig.pk)
    if not rows:
        return []
    left_out: set[int] = set()
    if user is not None and user.is_authenticated:
        targets = [target for target, _reason, _seller in rows]
        bought = Order.objects.filter(buyer_id=user.pk, gig_id__in=targets).values_list("gig_id", flat=True)
        left_out = {pk for pk in bought if pk} | {target for target, _reason, seller in rows if seller == user.pk}
    found: dict[str, list[int]] = {reason: [] for reason in RecommendationReason}
    of_seller: dict[int, int] = {}
    taken: set[int] = set()
    for target, reason, seller in rows:
        shelf = found[reason]
        is_full = len(shelf) >= SHOWN or of_seller.get(seller, 0) >= MOST_OF_ONE_SELLER
        if is_full or target in taken or target in left_out:
            continue
        shelf.append(target)
        taken.add(target)
        of_seller[seller] = of_seller.get(seller, 0) + 1
    if not taken:
        return []
    cards = {card.gig_id: card for card in gig_cards([*taken], user=user, only_listed=True)}
    headings = {
        RecommendationReason.BOUGHT: _("People who bought this also bought"),
        RecommendationReason.KEPT: _("People who keep this also keep"),
        RecommendationReason.VIEWED: _("People who looked at this also looked at"),
    }
    shelves = [
        Shelf(headings[RecommendationReason(reason)], [cards[pk] for pk in ids if pk in cards])
        for reason, ids in found.items()
    ]
    return [shelf for shelf in shelves if shelf.cards]


def _rows(gig_id: int) -> list[tuple[int, str, int]]:
    """Target, reason and seller; "bought" sorts before "kept" and "viewed", and says more.

    What has gone meanwhile gig_cards leaves out.
    """
    key = f"discovery:beside:{gig_id}"
    rows: list[tuple[int, str, int]] | None = forgiving_cache.get(key)
    if rows is None:
        shown = Recommendation.objects.filter(listed("target_gig__"), source_gig_id=gig_id)
        shown = shown.filter(reason__in=RecommendationReason.values).order_by("reason", "-score", "target_gig_id")
        rows = list(shown.values_list("target_gig_id", "reason", "target_gig__seller_id"))
        forgiving_cache.set(key, rows, timeout=FRESH_SECONDS)
    return rows


@dataclass(frozen=True)
class OwnView:
    """A service somebody looked at, as they see it themselves."""

    gig: Gig
    viewed_at: datetime


def own_views(user: User, *, limit: int) -> list[OwnView]:
    """What is kept of what this person looked at, the newest first."""
    rows = GigView.objects.filter(user=user, views__gt=0).select_related("gig").order_by("-viewed_at", "-pk")
    return [OwnView(row.gig, row.viewed_at) for row in rows[:limit] if row.viewed_at is not None]


def hidden_of(user: User, value: str) -> Gig | None:
    """The gig that this person just dismissed, by what the address says: the page offers to take that back."""
    if not (value.isascii() and value.isdecimal() and len(value) < 19):
        return None
    row = GigDismissal.objects.filter(user=user, gig_id=int(value)).select_related("gig").first()
    return row.gig if row is not None else None
