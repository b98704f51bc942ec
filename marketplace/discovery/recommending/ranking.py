"""Which gigs somebody is shown, and in which order: touches no database, so that it can be tried on a past (evaluating.py).

The worth of a gig is what its neighbours among the person's interests say (the log-likelihood ratio, saturated: of two
pairs that are no coincidence, the more frequent one is not many times as good), plus the share of its category, and of
categories that go with it, in these interests times its quality, plus a little quality for everything. What was dismissed
or bought is not among them, what was passed over for days sinks, each further gig of a category is worth less, and two
of a seller are enough.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from marketplace.discovery.models import RecommendationReason
from marketplace.discovery.recommending.taste import Interest

MOST_OF_ONE_SELLER = 2
# A pair of this ratio is worth half of the best there may be; 10.8 is one chance in a thousand.
_HALFWAY = 8.0
_TRUST = {RecommendationReason.BOUGHT: 1.0, RecommendationReason.KEPT: 0.7, RecommendationReason.VIEWED: 0.6}
_CATEGORY, _EVERYTHING = 0.35, 0.05
# Of the share of a category, so much goes to the categories that stand beside it: who had a logo made needs a menu.
_RELATED = 0.4
# Each further one of the same subcategory.
_AGAIN = 0.8
# Passed over on more than this many days, and by how much each day then.
_PATIENCE_DAYS, _IMPATIENCE = 3, 0.8
_LEAST_LEFT = 0.1
# A service is named as the reason from this part of what the category did.
_SAID = 0.4


@dataclass(frozen=True)
class Candidate:
    """A gig that may be shown; `quality` is between 0 and 1 (its place among the most popular)."""

    gig_id: int
    seller_id: int
    category_id: int | None
    quality: float = 0.0


@dataclass(frozen=True)
class Neighbour:
    """A row of Recommendation."""

    target: Candidate
    reason: RecommendationReason
    score: float


@dataclass(frozen=True)
class Pick:
    """A gig to show, and why: the interest it stands beside, or the category, or neither (what everybody buys)."""

    gig_id: int
    because: Interest | None = None
    category_id: int | None = None
    worth: float = 0.0


@dataclass
class _Sum:
    candidate: Candidate
    worth: float = 0.0
    because: Interest | None = None
    beside: float = 0.0  # what `because` is worth
    category_id: int | None = None
    of_category: float = 0.0

    def add(self, worth: float, *, because: Interest | None = None, category_id: int | None = None) -> None:
        self.worth += worth
        if because is not None and worth > self.beside:
            self.beside, self.because = worth, because
        elif category_id is not None and worth > self.of_category:
            self.of_category, self.category_id = worth, category_id

    @property
    def pick(self) -> Pick:
        """With the one reason that is said: a service they know says more than a category, if it had a good part in it."""
        is_beside = self.because is not None and self.beside >= _SAID * self.of_category
        return Pick(
            self.candidate.gig_id,
            self.because if is_beside else None,
            None if is_beside else self.category_id,
            self.worth,
        )


def rank(
    interests: Sequence[Interest],
    neighbours: Mapping[int, Sequence[Neighbour]],
    best_of_category: Callable[[int], Sequence[Candidate]],
    popular: Sequence[Candidate],
    *,
    related: Mapping[int, Mapping[int, float]] | None = None,
    categories: Sequence[int] = (),
    left_out: Collection[int] = (),
    shown_days: Mapping[int, int] | None = None,
    limit: int,
) -> list[Pick]:
    """At most `limit` picks, the best first. `categories` count where there are no interests.

    `related`: for a category, the others that go with it, as shares of 1 (`related_of`).
    """
    sums: dict[int, _Sum] = {}

    def of(candidate: Candidate) -> _Sum:
        return sums.setdefault(candidate.gig_id, _Sum(candidate))

    whole = sum(interest.weight for interest in interests) or 1.0
    shares: dict[int, float] = {}
    for interest in interests:
        weight = interest.weight / whole
        if interest.category_id is not None:
            shares[interest.category_id] = shares.get(interest.category_id, 0.0) + weight
        for one in neighbours.get(interest.gig_id, ()):
            of(one.target).add(weight * _TRUST[one.reason] * one.score / (one.score + _HALFWAY), because=interest)
    if not interests and categories:
        shares = {category_id: 1 / len(categories) for category_id in categories}
    for category_id, share in _with_related(shares, related or {}).items():
        for candidate in best_of_category(category_id):
            of(candidate).add(_CATEGORY * share * candidate.quality, category_id=category_id)
    for candidate in popular:
        of(candidate).add(_EVERYTHING * candidate.quality)
    days = shown_days or {}
    for gig_id, one_sum in sums.items():
        one_sum.worth *= max(_IMPATIENCE ** max(days.get(gig_id, 0) - _PATIENCE_DAYS, 0), _LEAST_LEFT)
    return _spread([one for gig_id, one in sums.items() if gig_id not in left_out], limit)


def related_of(pairs: Iterable[tuple[int | None, int | None, float]]) -> dict[int, dict[int, float]]:
    """From rows of source's category, target's category and score: for each category the others, as shares of 1."""
    sums: dict[int, dict[int, float]] = {}
    for source, target, score in pairs:
        if source is not None and target is not None and source != target:
            row = sums.setdefault(source, {})
            row[target] = row.get(target, 0.0) + score
    return {
        source: {target: score / sum(row.values()) for target, score in row.items()} for source, row in sums.items()
    }


def _with_related(shares: Mapping[int, float], related: Mapping[int, Mapping[int, float]]) -> dict[int, float]:
    found: dict[int, float] = {}
    for category_id, share in shares.items():
        others = related.get(category_id, {})
        found[category_id] = found.get(category_id, 0.0) + share * (1 - _RELATED if others else 1)
        for other, part in others.items():
            found[other] = found.get(other, 0.0) + share * _RELATED * part
    return found


def _spread(sums: list[_Sum], limit: int) -> list[Pick]:
    """The best one after another, each time with what is there already in sight."""
    of_seller: dict[int, int] = {}
    of_category: dict[int | None, int] = {}
    left = sorted(sums, key=lambda one: (-one.worth, one.candidate.gig_id))
    picks: list[Pick] = []
    while left and len(picks) < limit:
        best = max(left, key=lambda one: one.worth * _AGAIN ** of_category.get(one.candidate.category_id, 0))
        left.remove(best)
        candidate = best.candidate
        if of_seller.get(candidate.seller_id, 0) >= MOST_OF_ONE_SELLER:
            continue
        of_seller[candidate.seller_id] = of_seller.get(candidate.seller_id, 0) + 1
        of_category[candidate.category_id] = of_category.get(candidate.category_id, 0) + 1
        picks.append(best.pick)
    return picks
