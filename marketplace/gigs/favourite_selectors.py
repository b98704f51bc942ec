"""Reads of what somebody keeps."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from marketplace.accounts.models import User
from marketplace.gigs.cards import GigCard, gig_cards
from marketplace.gigs.models import Favourite, Gig
from marketplace.gigs.states import GigStatus

PAGE_SIZE = 24


@dataclass(frozen=True)
class Kept:
    """Something that was kept: its card, or, when it is not on sale at present, only what it was called."""

    gig: Gig
    card: GigCard | None

    @property
    def may_come_back(self) -> bool:
        """Whether its seller has only paused it."""
        return self.gig.status in (GigStatus.PAUSED, GigStatus.LIVE)


@dataclass(frozen=True)
class KeptPage:
    """A page of them, the one kept last first. Those off sale stay named, or a heart would vanish without a word."""

    page: Page[Favourite]
    on_sale: list[GigCard]
    off_sale: list[Kept]


def kept_page(user: User, page_number: str) -> KeptPage:
    """What `user` keeps. Three queries however many; the cards count as seen by nobody new."""
    favourites = (
        Favourite.objects.filter(user=user).select_related("gig__seller__profile").order_by("-created_at", "-pk")
    )
    page = Paginator(favourites, PAGE_SIZE).get_page(page_number)
    gigs = [favourite.gig for favourite in page.object_list]
    cards = {card.gig_id: card for card in gig_cards([gig.pk for gig in gigs], user=user, is_list=False)}
    kept = [Kept(gig, cards.get(gig.pk)) for gig in gigs]
    return KeptPage(
        page=page,
        on_sale=[each.card for each in kept if each.card],
        off_sale=[each for each in kept if not each.card],
    )
