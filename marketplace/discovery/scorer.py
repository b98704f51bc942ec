"""The order of search results: one pure function of bounded parts, the same for every engine.

    text    = Σ idf·min(h, 1.5) / Σ idf · (0.25 + 0.75·coverage^1.5)          0 … 1.5
              + 0.35 when the words stand together in title or tags, else 0.25 · the share of their pairs of characters there
              + 0.6 when the text names the gig's category
              + 2.5 · share when it names the seller (1.2 · share for a part of the name)
    h       = best (weight of the alternative × weight of the field) + 0.25 of its hits in other fields
              + 0.15 of the next best alternative: what is said in two ways is meant
    fields  = title 1 · tags 0.75 · category 0.45 · description 0.3 · seller 0.25
    quality = 0.35·orders + 0.40·rating + 0.15·level + 0.10·freshness           0 … 1
    total   = text · (1.1 - 0.6·(share of the leading subcategory among the best - own share)) · (1 + 0.15·quality) · wish · own
    wish    = 0.85 … 1.15 for a wish in words (便宜, 好评), 1 without one
    own     = 1 … 1.06 for a category that the person was about lately (personal.py), 1 for strangers and those who turned it off

The numbers are those of `Weights`, which staff change in the platform's settings (weights.py). Quality decides among
near-equals, and never lifts a gig over one that fits more than 15% better. Nobody's browsing is in it, and no money. What is left
out as a chance hit does not depend on the person.
Where the numbers come from: facts/search.md, section 6.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.level_effects import SEARCH_SHARES
from marketplace.core.ratings import bayesian_rating, wilson_lower_bound
from marketplace.discovery.engines.base import Candidate, Concept, QueryPlan
from marketplace.discovery.language.tokens import is_latin

FOUND_INSIDE = 0.85  # a Chinese word found in the title or a tag, though that was cut otherwise there
HIT_CAP = 1.5
OTHER_FIELDS = 0.25
LEVELS = SEARCH_SHARES
SECONDS_A_DAY = 86_400
FRESH_DAYS = 30
FRESH_ORDERS = 3
CATEGORY_SAMPLE = 10
LOOKING_AROUND = 0.1
# Whatever staff set, and what the category above the one somebody was about is worth.
MOST_PERSONAL, LEAN_OF_PARENT = 0.10, 0.5
# A concept is answered from this hit on; what is less counts in proportion.
COVERED = 0.5
# How much more the best say about the category than those that fit less.
SHARPNESS = 2


@dataclass(frozen=True)
class Weights:
    """What each part is worth. Fractions; in the settings they stand in hundredths."""

    title: float = 1.0
    tags: float = 0.75
    category: float = 0.45
    body: float = 0.3
    seller: float = 0.25
    other_words: float = 0.15
    coverage: float = 0.75
    phrase: float = 0.35
    bigrams: float = 0.25
    names_category: float = 0.6
    names_seller: float = 2.5
    part_of_seller: float = 1.2
    category_share: float = 0.6
    quality: float = 0.15
    wish: float = 0.15
    # The nudge towards the categories somebody was about lately.
    personal: float = 0.06
    # A result far below the best one is a chance hit on a side word.
    tail: float = 0.12


USUAL = Weights()


@dataclass(frozen=True)
class Text:
    """How well the words fit a gig, and why."""

    score: float
    coverage: float = 0.0  # share of the concepts answered, by weight
    phrase: bool = False
    hits: tuple[tuple[str, float], ...] = ()  # concept, how well it is answered
    names_category: bool = False
    names_seller: bool = False
    together: float = 0.0  # 1 when the words stand together, else the share of their pairs of characters
    seller_worth: float = 0.0  # what naming the seller added


@dataclass(frozen=True)
class Score:
    """The total, and the parts it was made of, for people who ask why."""

    gig_id: int
    total: float
    text: Text
    category_share: float
    quality: float
    wish: float
    personal: float = 1.0  # what the person's own categories multiply it by

    @property
    def coverage(self) -> float:
        return self.text.coverage

    @property
    def phrase(self) -> bool:
        return self.text.phrase


def quality_of(candidate: Candidate, *, now: datetime) -> float:
    """How good the gig is apart from the query, 0 to 1."""
    fresh = 0.0
    if candidate.orders_completed < FRESH_ORDERS:
        # A small and passing help, so that a newcomer is seen at all.
        fresh = math.exp(-max(0.0, (now - candidate.created_at).total_seconds() / SECONDS_A_DAY) / FRESH_DAYS)
    proved = rating_and_orders(candidate.orders_completed, candidate.rating_sum, candidate.rating_count)
    return proved + 0.15 * LEVELS.get(candidate.level, 0.0) + 0.10 * fresh


def rating_and_orders(orders_completed: int, rating_sum: int, rating_count: int) -> float:
    """The part of the quality that buyers have proved, 0 to 0.75."""
    orders = min(1.0, math.log10(1 + orders_completed) / 3)
    rating = min(1.0, max(0.0, bayesian_rating(rating_sum, rating_count) - 4))
    return 0.35 * orders + 0.40 * rating


def _fields(term: str, candidate: Candidate, weights: Weights) -> list[float]:
    inside = not is_latin(term) and len(term) > 1
    title = 1.0 if term in candidate.title_tokens else FOUND_INSIDE if inside and term in candidate.title else 0.0
    tags = 1.0 if term in candidate.tag_tokens else 0.0
    if not tags and inside and any(term in tag for tag in candidate.tag_tokens):
        tags = FOUND_INSIDE
    return [
        weights.title * title,
        weights.tags * tags,
        weights.category if term in candidate.category_tokens else 0.0,
        weights.body if term in candidate.body_tokens else 0.0,
        weights.seller if inside and term in candidate.seller_name else 0.0,
    ]


def concept_hit(concept: Concept, candidate: Candidate, weights: Weights = USUAL) -> float:
    """How well a candidate answers one concept, 0 to 1.5."""
    hits = [0.0, 0.0]
    for alternative in concept.alternatives:
        fields = _fields(alternative.term, candidate, weights)
        if top := max(fields):
            hits.append(alternative.weight * (top + OTHER_FIELDS * (sum(fields) - top)))
    hits.sort()
    return min(hits[-1] + weights.other_words * hits[-2], HIT_CAP)


def text_score(candidate: Candidate, plan: QueryPlan, weights: Weights = USUAL) -> Text:
    """How well the words fit."""
    total_idf = sum(concept.idf for concept in plan.concepts)
    score = coverage = 0.0
    hits: list[tuple[str, float]] = []
    if total_idf:
        found = [(concept, concept_hit(concept, candidate, weights)) for concept in plan.concepts]
        hits = [(concept.text, hit) for concept, hit in found]
        coverage = sum(concept.idf * min(hit / COVERED, 1.0) for concept, hit in found) / total_idf
        score = sum(concept.idf * hit for concept, hit in found) / total_idf
        score *= 1 - weights.coverage + weights.coverage * coverage**1.5
    phrase = together(candidate, plan)
    if phrase == 1.0:
        score += weights.phrase
    else:
        score += weights.bigrams * phrase
    names_category = bool(plan.category_slugs & {candidate.category_slug, candidate.subcategory_slug})
    if names_category and plan.is_category:
        # Somebody who types a category's name looks around in it: where else the word stands says next to nothing.
        score = 1 + weights.names_category + LOOKING_AROUND * score
    elif names_category:
        score += weights.names_category
    seller = candidate.seller_name.replace(" ", "")
    names_seller = bool(plan.seller) and plan.seller in seller
    seller_worth = 0.0
    if names_seller:
        worth = weights.names_seller if plan.seller == seller else weights.part_of_seller
        seller_worth = worth * max(plan.seller_share, 0.4)
    score += seller_worth
    return Text(score, coverage, phrase == 1.0, tuple(hits), names_category, names_seller, phrase, seller_worth)


def together(candidate: Candidate, plan: QueryPlan) -> float:
    """1 when all the words stand together in title or a tag, else the share of their pairs of characters in the title."""
    if not plan.phrases:
        return 0.0
    whole = plan.phrases[0]
    squeezed = candidate.title.replace(" ", "")
    if whole in squeezed or whole in candidate.tag_tokens:
        return 1.0
    pairs = {whole[place : place + 2] for place in range(len(whole) - 1)}
    return sum(pair in squeezed for pair in pairs) / len(pairs) if pairs else 0.0


def score_candidates(
    candidates: Sequence[Candidate],
    plan: QueryPlan,
    *,
    now: datetime,
    weights: Weights = USUAL,
    leanings: Mapping[str, float] | None = None,
) -> list[Score]:
    """All candidates with their scores, best first; equal ones by id, so that pages never overlap.

    `leanings` are the categories the person was about lately, 0 to 1 by slug (personal.py).
    """
    leanings = leanings or {}
    texts = {one.gig_id: text_score(one, plan, weights) for one in candidates}
    shares = category_shares(candidates, texts)
    leading = max(shares.values(), default=0.0)
    wish_of = _wishes(candidates, plan, weights)
    scores = []
    for one in candidates:
        text = texts[one.gig_id]
        share, quality = shares.get(one.subcategory_slug, 0.0), quality_of(one, now=now)
        wish = wish_of.get(one.gig_id, 1.0)
        about = 1.1 - weights.category_share * (leading - share)
        base = text.score * about if plan.concepts or plan.seller else 1.0
        lean = max(leanings.get(one.subcategory_slug, 0.0), LEAN_OF_PARENT * leanings.get(one.category_slug, 0.0))
        personal = 1 + min(weights.personal, MOST_PERSONAL) * min(lean, 1.0)
        total = base * (1 + weights.quality * quality) * wish * personal
        scores.append(Score(one.gig_id, total, text, share, quality, wish, personal))
    return sorted(scores, key=lambda score: (-score.total, score.gig_id))


def without_tail(scores: Sequence[Score], plan: QueryPlan, weights: Weights = USUAL) -> list[Score]:
    """The scores that are worth showing: those within sight of the best."""
    if not scores or not (plan.concepts or plan.seller):
        return list(scores)
    floor = max(score.total / score.personal for score in scores) * weights.tail
    return [score for score in scores if score.text.score > 0 and score.total / score.personal >= floor]


def category_shares(candidates: Sequence[Candidate], texts: Mapping[int, Text]) -> dict[str, float]:
    """Which subcategories the best by text belong to: what kind of thing the query is about. Shares of 1."""
    best = sorted(candidates, key=lambda one: (-texts[one.gig_id].score, one.gig_id))[:CATEGORY_SAMPLE]
    weights: Counter[str] = Counter()
    for one in best:
        weights[one.subcategory_slug] += texts[one.gig_id].score ** SHARPNESS  # type: ignore[assignment]
    total = sum(weights.values())
    return {slug: weight / total for slug, weight in weights.items()} if total else {}


def _wishes(candidates: Sequence[Candidate], plan: QueryPlan, weights: Weights) -> dict[int, float]:
    """1 more or less a bound by the place in the order that was wished for; of several orders the mean place counts."""
    wishes = [str(constraint.value) for constraint in plan.constraints if constraint.field == "prefer"]
    if not wishes or len(candidates) < 2:
        return {}
    keys = {
        "price": lambda one: one.price_fen,
        "speed": lambda one: one.delivery_days,
        "rating": lambda one: -wilson_lower_bound(one.rating_sum, one.rating_count),
        "orders": lambda one: -one.orders_completed,
    }
    places: Counter[int] = Counter()
    for wish in wishes:
        for place, one in enumerate(sorted(candidates, key=keys[wish])):
            places[one.gig_id] += place
    last = (len(candidates) - 1) * len(wishes)
    return {gig_id: 1 + weights.wish - 2 * weights.wish * place / last for gig_id, place in places.items()}
