"""Recommendations as a page shows them."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.discovery.models import Recommendation, RecommendationReason
from marketplace.gigs.cards import GigCard, gig_cards
from marketplace.gigs.models import Gig, listed
from marketplace.orders.models import Order

SHOWN = 4
MOST_OF_ONE_SELLER = 2


@dataclass(frozen=True)
class Shelf:
    """Cards under the words that say why they stand there."""

    heading: str
    cards: list[GigCard]


def beside(gig: Gig, *, user: User | None = None) -> list[Shelf]:
    """What people who bought, or keep, this gig bought or keep besides: two queries at most, one where there is nothing.

    Only what is on sale of sellers who take orders; without what is `user`'s own or was bought by them. A gig stands once.
    """
    rows = Recommendation.objects.filter(listed("target_gig__"), source_gig=gig)
    if user is not None and user.is_authenticated:
        bought = Order.objects.filter(buyer_id=user.pk, gig_id=OuterRef("target_gig_id"))
        rows = rows.exclude(target_gig__seller_id=user.pk).filter(~Exists(bought))
    found: dict[str, list[int]] = {RecommendationReason.BOUGHT: [], RecommendationReason.KEPT: []}
    of_seller: dict[int, int] = {}
    taken: set[int] = set()
    columns = ("target_gig_id", "reason", "target_gig__seller_id")
    # "bought" sorts before "kept", and says more.
    for target, reason, seller in rows.order_by("reason", "-score", "target_gig_id").values_list(*columns):
        shelf = found.get(reason)
        if shelf is None or len(shelf) >= SHOWN or target in taken or of_seller.get(seller, 0) >= MOST_OF_ONE_SELLER:
            continue
        shelf.append(target)
        taken.add(target)
        of_seller[seller] = of_seller.get(seller, 0) + 1
    if not taken:
        return []
    cards = {card.gig_id: card for card in gig_cards([*taken], user=user)}
    headings = {
        RecommendationReason.BOUGHT: _("People who bought this also bought"),
        RecommendationReason.KEPT: _("People who keep this also keep"),
    }
    shelves = [
        Shelf(headings[RecommendationReason(reason)], [cards[pk] for pk in ids if pk in cards])
        for reason, ids in found.items()
    ]
    return [shelf for shelf in shelves if shelf.cards]
