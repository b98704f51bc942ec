"""What each level brings, read where the rooms read it: the table that people see and what happens cannot differ."""

from dataclasses import dataclass

from django.utils.translation import pgettext

from marketplace.accounts.level_effects import LAST_SUPPORT_PLACE, SEARCH_SHARES, SUPPORT_PLACES
from marketplace.accounts.models import SellerLevelChoice
from marketplace.gigs.limits import limit_of_level
from marketplace.orders.quotes import commission_of_level
from marketplace.orders.selectors import clearing_days_of_level


@dataclass(frozen=True)
class LevelEffects:
    """What a level means for the sellers who have it."""

    level: SellerLevelChoice
    gigs: int  # services at most
    commission_basis_points: int
    clearing_days: int
    search_percent: int  # share of the level's part in the quality of a search result
    support_place: int  # among questions of the same priority, 1 is first

    @property
    def commission_percent(self) -> str:
        """The fee in percent, without trailing zeros."""
        return f"{self.commission_basis_points / 100:g}"

    @property
    def search_words(self) -> str:
        """How far the level lifts a service in search."""
        if not self.search_percent:
            return pgettext("lift in search results", "none")
        if self.search_percent >= 100:
            return pgettext("lift in search results", "the most there is")
        return pgettext("lift in search results", "%(percent)s%% of the most") % {"percent": self.search_percent}

    @property
    def support_words(self) -> str:
        """How soon support answers, among questions of the same urgency."""
        if self.support_place >= LAST_SUPPORT_PLACE:
            return pgettext("how soon support answers", "in turn")
        return (
            pgettext("how soon support answers", "before all others")
            if self.support_place == 1
            else pgettext("how soon support answers", "sooner")
        )


def effects_of(level: str) -> LevelEffects:
    """The effects of a level, as they are now."""
    return LevelEffects(
        level=SellerLevelChoice(level),
        gigs=limit_of_level(level),
        commission_basis_points=commission_of_level(level),
        clearing_days=clearing_days_of_level(level),
        search_percent=round(100 * SEARCH_SHARES[level]),
        support_place=SUPPORT_PLACES.get(level, LAST_SUPPORT_PLACE),
    )
