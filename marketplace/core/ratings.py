"""The arithmetic of ratings: what is shown, and what lists are sorted by. Pure; both engines of search and every page use it.

Sources: facts/marketplace.md, rule 57 (the Bayesian mean as IMDb publishes it, the lower bound of Wilson's interval).
"""

import math

# The mean of the whole platform, and how many reviews it counts for: few reviews are drawn towards it, many hardly.
PRIOR_RATING = 4.6
PRIOR_COUNT = 10
# 95 % to both sides.
_Z = 1.959964


def bayesian_rating(rating_sum: int, rating_count: int) -> float:
    """The mean of `rating_count` ratings of 1 to 5 stars that add up to `rating_sum`, drawn towards PRIOR_RATING. 1 to 5."""
    return (PRIOR_COUNT * PRIOR_RATING + rating_sum) / (PRIOR_COUNT + rating_count)


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
