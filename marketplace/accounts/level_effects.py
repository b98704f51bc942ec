"""What a seller's level means in rooms that may not import each other; what staff may turn is in the settings instead."""

from marketplace.accounts.models.people import SellerLevelChoice

# The share of the level's part in the quality of a search result (discovery/scorer.py).
SEARCH_SHARES: dict[str, float] = {
    SellerLevelChoice.NEW: 0.0,
    SellerLevelChoice.ONE: 0.4,
    SellerLevelChoice.TWO: 0.7,
    SellerLevelChoice.TOP: 1.0,
}
# The place in support's queue among questions of the same priority; everybody else comes after these.
SUPPORT_PLACES: dict[str, int] = {SellerLevelChoice.TOP: 1, SellerLevelChoice.TWO: 2}
LAST_SUPPORT_PLACE = 3
