"""Reviews, planned: as many stars as the catalogue says of each gig, and no text twice on one gig."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from marketplace.orders.models import OrderEventType
from marketplace.orders.states import OrderStatus
from marketplace.reviews.models import RatingAspect, ReviewSide
from portal.demo import phrases
from portal.demo.offers import Offer
from portal.demo.plan import BUYER, SELLER, OrderPlan, ReviewPlan
from portal.demo.sources import SEED

WRITTEN_SHARE = 0.74
WORDLESS_SHARE = 0.1
CONTENT = 4.85  # a gig rated higher has no buyer who wrote after a dispute, if it has any other
# How far below five stars a less happy buyer goes: mostly one.
_DEFICITS = (1, 1, 1, 1, 1, 2, 2, 3)


def add_reviews(orders: Sequence[OrderPlan], *, offers: Sequence[Offer], texts: dict, now: datetime) -> None:
    """Let buyers (and then some sellers) write about finished orders, in place."""
    by_gig: dict[int, list[OrderPlan]] = {}
    for order in orders:
        if order.is_reviewed and order.finished_at and order.finished_at < now - timedelta(hours=30):
            by_gig.setdefault(order.gig, []).append(order)
    used: Counter[str] = Counter()
    for gig, finished in sorted(by_gig.items()):
        offer = offers[gig]
        if offer.rating is None:
            continue
        rng = Random(f"{SEED}:reviews:{offer.key}")
        # A dispute rarely ends in five stars: those who had one write where there are fewer to give, or where nobody else can.
        content = [order for order in finished if order.status != OrderStatus.RESOLVED]
        finished = finished if offer.rating < CONTENT else content or finished
        written = [order for order in finished if rng.random() < WRITTEN_SHARE] or finished[:1]
        written.sort(key=lambda order: order.status != OrderStatus.RESOLVED)
        stars = spread_stars(offer.rating, len(written), rng)
        disputed = sum(order.status == OrderStatus.RESOLVED for order in written)
        others = stars[disputed:]
        rng.shuffle(others)
        _write(written, stars[:disputed] + others, texts[offer.subcategory], used, rng, now)


def spread_stars(rating: float, count: int, rng: Random) -> list[int]:
    """`count` whole stars (2..5) whose mean is as near to `rating` as it gets, the lowest first."""
    missing = round((5 - rating) * count)
    deficits: list[int] = []
    while missing and len(deficits) < count:
        deficit = min(rng.choice(_DEFICITS), missing)
        deficits.append(deficit)
        missing -= deficit
    for place in range(len(deficits)):
        while missing and deficits[place] < 3:
            deficits[place] += 1
            missing -= 1
    return sorted(5 - deficit for deficit in deficits) + [5] * (count - len(deficits))


def _write(
    orders: Sequence[OrderPlan], stars: Sequence[int], texts: dict, used: Counter[str], rng: Random, now: datetime
) -> None:
    taken: set[str] = set()
    for order, star in zip(orders, stars, strict=True):
        finished = order.finished_at
        assert finished is not None  # noqa: S101 add_reviews keeps only finished ones
        at = min(finished + timedelta(hours=rng.uniform(0.3, 130)), now - timedelta(minutes=rng.uniform(10, 600)))
        body, reply = _words(star, texts, used, taken, rng)
        review = ReviewPlan(at, ReviewSide.BUYER, star, body, _aspects(order, star, rng))
        replied_at = at + timedelta(hours=rng.uniform(1, 40))
        if not reply and body and rng.random() < (0.6 if star <= 3 else 0.12):
            reply = rng.choice(phrases.REPLIES[2:3] if star <= 3 else phrases.REPLIES)
        if reply and replied_at < now:
            review.reply, review.replied_at = reply, replied_at
        order.reviews.append(review)
        order.record(at, OrderEventType.REVIEWED, BUYER, side=ReviewSide.BUYER.value, stars=star)
        _answer(order, review, rng, now)


def _words(star: int, texts: dict, used: Counter[str], taken: set[str], rng: Random) -> tuple[str, str]:
    """A text for so many stars that this gig does not have yet, the least used of the site first; with its reply."""
    if taken and star == 5 and rng.random() < WORDLESS_SHARE:
        return "", ""
    choices = [(one["text"], one.get("reply", "")) for one in texts["review_texts"] if one["stars"] == star]
    choices += [(text, "") for text in phrases.REVIEWS.get(star, ())]
    choices = [choice for choice in choices if choice[0] not in taken]
    if not choices:
        return "", ""
    text, reply = min(choices, key=lambda choice: (used[choice[0]], rng.random()))
    used[text] += 1
    taken.add(text)
    return text, reply


def _aspects(order: OrderPlan, star: int, rng: Random) -> dict[str, int]:
    if rng.random() < 0.12:
        return {}
    was_late = bool(order.deliveries and order.due_at and order.deliveries[0].at > order.due_at)
    aspects = {aspect.value: max(1, min(5, star + rng.choice((0, 0, 0, 0, 1, -1)))) for aspect in RatingAspect}
    aspects[RatingAspect.ON_TIME.value] = max(1, star - 1) if was_late else max(4, star)
    return aspects


def _answer(order: OrderPlan, review: ReviewPlan, rng: Random, now: datetime) -> None:
    """One seller in four rates the buyer too."""
    at = review.at + timedelta(hours=rng.uniform(0.5, 90))
    if rng.random() > 0.26 or at > now - timedelta(minutes=5):
        return
    star = rng.choice((5, 5, 5, 5, 4))
    body = rng.choice(phrases.SELLER_REVIEWS[star])
    order.reviews.append(ReviewPlan(at, ReviewSide.SELLER, star, body))
    order.record(at, OrderEventType.REVIEWED, SELLER, side=ReviewSide.SELLER.value, stars=star)
