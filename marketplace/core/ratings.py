"""The arithmetic of ratings: what is shown, and what lists are sorted by. Pure; both engines of search and every page use it.

Sources: facts/marketplace.md, rule 57 (the Bayesian mean as IMDb publishes it, the lower bound of Wilson's interval).
"""

import math
from decimal import Decimal

# The mean of the whole platform, and how many reviews it counts for: few reviews are drawn towards it, many hardly.
PRIOR_RATING = 4.6
PRIOR_COUNT = 10
# Whole, so that the tenths that are shown come from whole numbers alone, here and in SQL.
PRIOR_SUM = round(PRIOR_RATING * PRIOR_COUNT)
# 95 % to both sides.
_Z = 1.959964


def bayesian_rating(rating_sum: int, rating_count: int) -> float:
    """The mean of `rating_count` ratings of 1 to 5 stars that add up to `rating_sum`, drawn towards PRIOR_RATING. 1 to 5."""
    return (PRIOR_SUM + rating_sum) / (PRIOR_COUNT + rating_count)


def rating_tenths(rating_sum: int, rating_count: int) -> int:
    """`bayesian_rating` in whole tenths, half up: what is shown. 10 to 50."""
    number = PRIOR_COUNT + rating_count
    return (20 * (PRIOR_SUM + rating_sum) + number) // (2 * number)


def shown_rating(rating_sum: int, rating_count: int) -> Decimal | None:
    """The rating as every page shows it, with one decimal; None where nobody has rated."""
    return Decimal(rating_tenths(rating_sum, rating_count)) / 10 if rating_count else None


def rating_tenths_sql(rating_sum: str, rating_count: str) -> str:
    """`rating_tenths` as an SQL expression over two columns of integers, where there are ratings."""
    number = f"({PRIOR_COUNT} + {rating_count})"
    return f"((20 * ({PRIOR_SUM} + {rating_sum}) + {number}) / (2 * {number}))"


def wilson_lower_bound(rating_sum: int, rating_count: int) -> float:
    """How good it is at least, with 97.5 % certainty, 0 to 1; 0 without ratings. For sorting.

    A rating of s stars is taken as (s − 1) / 4 of a full yes, so that every star counts and not only the fives.
    """
    if rating_count == 0:
        return 0.0
    share = (rating_sum - rating_count) / (4 * rating_count)
    square = _Z * _Z
    middle = share + square / (2 * rating_count)
    spread = _Z * math.sqrt(share * (1 - share) / rating_count + square / (4 * rating_count * rating_count))
    return max(0.0, (middle - spread) / (1 + square / rating_count))
