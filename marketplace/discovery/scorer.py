"""The order of search results: one pure function of bounded parts, the same for every engine.

    text    = Σ idf·min(h, 1.5) / Σ idf · (0.25 + 0.75·coverage^1.5)          0 … 1.5
              + 0.35 when the words stand together in title or tags
              + 0.6 when the text names the gig's category
              + 2.5 · share when it names the seller (1.2 · share for a part of the name)
    h       = best (weight of the alternative × weight of the field) + 0.25 of the other fields' hits
    fields  = title 1 · tags 0.75 · category 0.45 · description 0.3 · seller 0.25
    quality = 0.40·orders + 0.35·rating + 0.15·level + 0.10·freshness           0 … 1
    total   = text · (0.8 + 0.3·share of the subcategory among the best) · (1 + 0.15·quality) · wish
    wish    = 0.85 … 1.15 for a wish in words (便宜, 好评), 1 without one

So quality decides among near-equals, and never lifts a gig over one that fits more than 15% better. Nobody's browsing
is in it, and no money. Where the numbers come from: facts/search.md, section 6.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.discovery.engines.base import Candidate, Concept, QueryPlan
from marketplace.discovery.language import is_latin

TITLE, TAGS, CATEGORY, BODY, SELLER = 1.0, 0.75, 0.45, 0.3, 0.25
FOUND_INSIDE = 0.85  # a Chinese word found in the title, though the title was cut otherwise there
HIT_CAP = 1.5
PHRASE, NAMES_CATEGORY, NAMES_SELLER, PART_OF_SELLER = 0.35, 0.6, 2.5, 1.2
CATEGORY_SAMPLE = 15
PRIOR_RATING, PRIOR_COUNT = 4.6, 10
LEVELS = {"new": 0.0, "level_1": 0.4, "level_2": 0.7, "top": 1.0}
SECONDS_A_DAY = 86_400
FRESH_DAYS = 30
FRESH_ORDERS = 3
# A result far below the best one is a chance hit on a side word.
TAIL_SHARE = 0.08


@dataclass(frozen=True)
class Score:
    """The total, and the parts it was made of, for people who ask why."""

    gig_id: int
    total: float
    text: float
    coverage: float
    phrase: bool
    category_share: float
    quality: float
    wish: float


def bayesian_rating(rating_sum: int, rating_count: int) -> float:
    """The mean rating, pulled towards 4.6 while there are few."""
    return (PRIOR_COUNT * PRIOR_RATING + rating_sum) / (PRIOR_COUNT + rating_count)


def quality_of(candidate: Candidate, *, now: datetime) -> float:
    """How good the gig is apart from the query, 0 to 1."""
    orders = min(1.0, math.log10(1 + candidate.orders_completed) / 3)
    rating = min(1.0, max(0.0, bayesian_rating(candidate.rating_sum, candidate.rating_count) - 4))
    fresh = 0.0
    if candidate.orders_completed < FRESH_ORDERS:
        # A small and passing help, so that a newcomer is seen at all.
        fresh = math.exp(-max(0.0, (now - candidate.created_at).total_seconds() / SECONDS_A_DAY) / FRESH_DAYS)
    return 0.40 * orders + 0.35 * rating + 0.15 * LEVELS.get(candidate.level, 0.0) + 0.10 * fresh


def _hit(term: str, candidate: Candidate) -> list[float]:
    title = TITLE if term in candidate.title_tokens else 0.0
    if not title and not is_latin(term) and len(term) > 1 and term in candidate.title:
        title = TITLE * FOUND_INSIDE
    return [
        title,
        TAGS if term in candidate.tag_tokens else 0.0,
        CATEGORY if term in candidate.category_tokens else 0.0,
        BODY if term in candidate.body_tokens else 0.0,
        SELLER if not is_latin(term) and term in candidate.seller_name else 0.0,
    ]


def concept_hit(concept: Concept, candidate: Candidate) -> float:
    """How well a candidate answers one concept, 0 to 1.5."""
    best = 0.0
    for alternative in concept.alternatives:
        fields = _hit(alternative.term, candidate)
        top = max(fields)
        best = max(best, alternative.weight * (top + 0.25 * (sum(fields) - top)))
    return min(best, HIT_CAP)


def text_score(candidate: Candidate, plan: QueryPlan) -> tuple[float, float, bool]:
    """How well the words fit: the score, the share of concepts answered (by weight), and whether they stand together."""
    total_idf = sum(concept.idf for concept in plan.concepts)
    score = coverage = 0.0
    if total_idf:
        hits = [(concept.idf, concept_hit(concept, candidate)) for concept in plan.concepts]
        coverage = sum(idf for idf, hit in hits if hit) / total_idf
        score = sum(idf * hit for idf, hit in hits) / total_idf * (0.25 + 0.75 * coverage**1.5)
    squeezed = candidate.title.replace(" ", "")
    phrase = bool(plan.phrases) and (plan.phrases[0] in squeezed or plan.phrases[0] in candidate.tag_tokens)
    if phrase:
        score += PHRASE
    elif any(pair in squeezed for pair in plan.phrases[1:]):
        score += PHRASE / 2
    if plan.category_slugs & {candidate.category_slug, candidate.subcategory_slug}:
        score += NAMES_CATEGORY
    if plan.seller and plan.seller in candidate.seller_name.replace(" ", ""):
        whole = plan.seller == candidate.seller_name.replace(" ", "")
        score += (NAMES_SELLER if whole else PART_OF_SELLER) * max(plan.seller_share, 0.4)
    return score, coverage, phrase


def score_candidates(candidates: Sequence[Candidate], plan: QueryPlan, *, now: datetime) -> list[Score]:
    """All candidates with their scores, best first; equal ones by id, so that pages never overlap."""
    texts = {one.gig_id: text_score(one, plan) for one in candidates}
    shares = _category_shares(candidates, texts)
    wish_of = _wishes(candidates, plan)
    scores = []
    for one in candidates:
        text, coverage, phrase = texts[one.gig_id]
        share, quality, wish = (
            shares.get(one.subcategory_slug, 0.0),
            quality_of(one, now=now),
            wish_of.get(one.gig_id, 1.0),
        )
        base = text * (0.8 + 0.3 * share) if plan.concepts or plan.seller else 1.0
        scores.append(
            Score(one.gig_id, base * (1 + 0.15 * quality) * wish, text, coverage, phrase, share, quality, wish)
        )
    return sorted(scores, key=lambda score: (-score.total, score.gig_id))


def without_tail(scores: Sequence[Score], plan: QueryPlan) -> list[Score]:
    """The scores that are worth showing: those within sight of the best."""
    if not scores or not (plan.concepts or plan.seller):
        return list(scores)
    floor = scores[0].text * TAIL_SHARE
    return [score for score in scores if score.text > 0 and score.text >= floor]


def _category_shares(
    candidates: Sequence[Candidate], texts: Mapping[int, tuple[float, float, bool]]
) -> dict[str, float]:
    """Which subcategories the best by text belong to: what kind of thing the query is about."""
    best = sorted(candidates, key=lambda one: (-texts[one.gig_id][0], one.gig_id))[:CATEGORY_SAMPLE]
    weights: Counter[str] = Counter()
    for one in best:
        weights[one.subcategory_slug] += texts[one.gig_id][0]  # type: ignore[assignment]
    total = sum(weights.values())
    return {slug: weight / total for slug, weight in weights.items()} if total else {}


def _wishes(candidates: Sequence[Candidate], plan: QueryPlan) -> dict[int, float]:
    """0.85 to 1.15 by the place in the order that was wished for."""
    wish = next((constraint.value for constraint in plan.constraints if constraint.field == "prefer"), None)
    if wish is None or len(candidates) < 2:
        return {}
    keys = {
        "price": lambda one: one.price_fen,
        "speed": lambda one: one.delivery_days,
        "rating": lambda one: -bayesian_rating(one.rating_sum, one.rating_count),
        "orders": lambda one: -one.orders_completed,
    }
    ordered: Iterable[Candidate] = sorted(candidates, key=keys[str(wish)])
    last = len(candidates) - 1
    return {one.gig_id: 1.15 - 0.3 * place / last for place, one in enumerate(ordered)}
