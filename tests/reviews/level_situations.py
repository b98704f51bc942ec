"""Sellers with the figures that a level needs."""

from typing import Any

from marketplace.accounts.models import User
from marketplace.reviews.models import Reputation
from marketplace.reviews.reputation import recompute_reputation

# More than enough for each level, in the fields of Reputation.
FIGURES_OF: dict[str, dict[str, int]] = {
    "level_1": {
        "score_tenths": 60, "rating_sum": 45, "rating_count": 10, "response_percent": 85,
        "orders_completed": 6, "buyers": 4, "earned_fen": 300_000,
    },
    "level_2": {
        "score_tenths": 80, "rating_sum": 94, "rating_count": 20, "response_percent": 95,
        "orders_completed": 25, "buyers": 12, "earned_fen": 1_500_000,
    },
    "top": {
        "score_tenths": 95, "rating_sum": 196, "rating_count": 40, "response_percent": 99,
        "orders_completed": 50, "buyers": 30, "earned_fen": 8_000_000,
    },
}  # fmt: skip


def make_reputation(user: User, level: str = "", **figures: Any) -> Reputation:
    """A seller's figures, as good as a level needs, or as given.

    Written past the recount: fifty orders of thirty buyers over a year take a minute to play through, and what the gates make
    of figures does not depend on where those come from. That they are counted rightly is tests/reviews/test_reputation.py.
    """
    row = recompute_reputation(user.pk)
    for name, value in {**FIGURES_OF.get(level, {}), **figures}.items():
        setattr(row, name, value)
    row.save()
    return row
