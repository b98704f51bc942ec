"""The score of a result as a table that staff can read: each factor, what it is, what it weighs, what it comes to.

The sum of what is added, times what is multiplied, is the total of the scorer (tests/discovery/test_factors.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.discovery.engines.base import QueryPlan
from marketplace.discovery.scorer import LOOKING_AROUND, MOST_PERSONAL, Score, Weights


@dataclass(frozen=True)
class Factor:
    """A line of the table. `adds` to the fit of the text, or multiplies everything by `times`."""

    name: str
    value: str
    weight: str
    adds: float | None = None
    times: float | None = None

    @property
    def contribution(self) -> str:
        if self.times is not None:
            return f"×{self.times:.3f}"
        return f"{self.adds or 0:+.3f}".replace("-", "−")


@dataclass(frozen=True)
class Explained:
    """A result, its place in the whole list from 1 on, and what its total is made of."""

    gig_id: int
    title: str
    place: int
    total: float
    factors: tuple[Factor, ...]


def explained_results(
    results: Iterable[tuple[int, str]],
    scores: Mapping[int, Score],
    plan: QueryPlan,
    weights: Weights,
    *,
    first_place: int,
) -> list[Explained]:
    """The tables of the `results` (id, title) that were scored; what came after the scored ones has none."""
    return [
        Explained(gig_id, title, place, scores[gig_id].total, score_factors(scores[gig_id], plan, weights))
        for place, (gig_id, title) in enumerate(results, start=first_place)
        if gig_id in scores
    ]


def score_factors(score: Score, plan: QueryPlan, weights: Weights) -> tuple[Factor, ...]:
    """Every factor of a score, in the order of the formula at the head of scorer.py."""
    if not (plan.concepts or plan.seller):
        text = [Factor(_("Nothing typed: all begin alike"), "", "", adds=1.0)]
        about = None
    else:
        text = _text(score, plan, weights)
        about = _about(score, plan, weights)
    rest = [
        Factor(
            _("Quality: orders, rating, level, freshness"),
            f"{score.quality:.2f}",
            f"{weights.quality:.2f}",
            times=1 + weights.quality * score.quality,
        ),
        Factor(_("A wish in the words, such as cheap"), "", f"±{weights.wish:.2f}", times=score.wish)
        if score.wish != 1
        else None,
        _personal(score, weights),
    ]
    return tuple(factor for factor in (*text, about, *rest) if factor is not None)


def _text(score: Score, plan: QueryPlan, weights: Weights) -> list[Factor]:
    """What the words come to. All of it is added."""
    text = score.text
    hits = dict(text.hits)
    total_idf = sum(concept.idf for concept in plan.concepts)
    factors = []
    words = 0.0
    for concept in plan.concepts:
        share = concept.idf / total_idf
        hit = hits.get(concept.text, 0.0)
        words += share * hit
        name = pgettext("a factor of a score", "Word: %(word)s") % {"word": concept.text}
        factors.append(Factor(name, f"{hit:.2f}", f"{share:.2f}", adds=share * hit))
    covered = 1 - weights.coverage + weights.coverage * text.coverage**1.5
    left = words * covered
    if words and covered < 1:
        name = _("Share of the words that are answered")
        factors.append(Factor(name, f"{text.coverage:.0%}", f"{weights.coverage:.2f}", adds=left - words))
    together = weights.phrase if text.phrase else weights.bigrams
    if text.together:
        name = _("The words stand together") if text.phrase else _("Pairs of characters in the title")
        factors.append(Factor(name, f"{text.together:.2f}", f"{together:.2f}", adds=text.together * together))
        left += text.together * together
    if text.names_category:
        if plan.is_category:
            name = _("All of it is a category's name: words say little")
            factors.append(Factor(name, "", f"{LOOKING_AROUND:.2f}", adds=1 - (1 - LOOKING_AROUND) * left))
        factors.append(
            Factor(_("Names its category"), "", f"{weights.names_category:.2f}", adds=weights.names_category)
        )
    if text.names_seller:
        factors.append(Factor(_("Names its seller"), f"{plan.seller_share:.0%}", "", adds=text.seller_worth))
    return factors


def _about(score: Score, plan: QueryPlan, weights: Weights) -> Factor | None:
    """How near its subcategory is to the one that most of the best belong to; the leading share is no part of the score."""
    others = score.text.score * (1 + weights.quality * score.quality) * score.wish * score.personal
    if not others:
        return None
    name = _("Share of its subcategory among the best")
    return Factor(name, f"{score.category_share:.0%}", f"{weights.category_share:.2f}", times=score.total / others)


def _personal(score: Score, weights: Weights) -> Factor | None:
    """What the reader's own categories lately move it by; nothing for who let nobody move anything."""
    if score.personal == 1:
        return None
    weight = min(weights.personal, MOST_PERSONAL)
    return Factor(_("Your own categories lately"), "", f"{weight:.2f}", times=score.personal)
