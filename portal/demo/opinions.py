"""Reviews, planned: as many stars as the catalogue says of each gig, and no text twice on one gig.

Blind, as the services write them: public once both have written, else when the window closes. What waits is in no figure.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from marketplace.orders.models import OrderEventType
from marketplace.orders.states import OrderStatus
from marketplace.reviews.models import ASKED_ASPECTS, ReviewSide
from portal.demo import phrases
from portal.demo.offers import Offer
from portal.demo.plan import BUYER, SELLER, OrderPlan, ReviewPlan
from portal.demo.sources import SEED

WINDOW = timedelta(days=14)  # reviews.window_days
WRITTEN_SHARE = 0.74
SELLER_SHARE, SELLER_FIRST_SHARE, SELLER_ALONE_SHARE = 0.34, 0.3, 0.06
WORDLESS_SHARE = 0.1
PICTURE_SHARE, HELPFUL_SHARE, PRIVATE_SHARE = 1 / 12, 0.14, 0.03
CONTENT = 4.85  # a gig rated higher has no buyer who wrote after a dispute, if it has any other
# How far below five stars a less happy buyer goes: mostly one.
_DEFICITS = (1, 1, 1, 1, 1, 2, 2, 3)


@dataclass
class _Moments:
    """When the sides of an order wrote, and since when it is public."""

    order: OrderPlan
    buyer_at: datetime
    seller_at: datetime | None
    publish_at: datetime
    published_at: datetime | None


def add_reviews(
    orders: Sequence[OrderPlan], *, offers: Sequence[Offer], texts: dict, now: datetime, buyers: int
) -> None:
    """Let buyers and some sellers write about finished orders, in place. `buyers`: how many there are to find it helpful."""
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
        told = [_moments(order, rng, now) for order in written]
        if not any(each.published_at for each in told):
            # What the catalogue says of the gig stands on public reviews: here both wrote soon.
            told[0] = _both_soon(written[0], rng)
        told.sort(key=lambda each: each.order.status != OrderStatus.RESOLVED)
        public = [each for each in told if each.published_at]
        stars = spread_stars(offer.rating, len(public), rng)
        disputed = sum(each.order.status == OrderStatus.RESOLVED for each in public)
        others = stars[disputed:]
        rng.shuffle(others)
        scribe = _Scribe(offer, texts[offer.subcategory], used, rng, now, buyers)
        for each, star in zip(public, stars[:disputed] + others, strict=True):
            scribe.write(each, star)
        for each in told:
            if not each.published_at:
                scribe.write(each, rng.choice((5, 5, 4)))
        for order in finished:
            if order not in written and rng.random() < SELLER_ALONE_SHARE:
                scribe.write_alone(order)


def _moments(order: OrderPlan, rng: Random, now: datetime) -> _Moments:
    finished = order.finished_at
    assert finished is not None  # noqa: S101 add_reviews keeps only finished ones
    buyer_at = min(finished + timedelta(hours=rng.uniform(0.3, 130)), now - timedelta(minutes=rng.uniform(10, 600)))
    seller_at = None
    if rng.random() < SELLER_SHARE:
        is_first = rng.random() < SELLER_FIRST_SHARE
        begin, hours = (finished, rng.uniform(0.2, 40)) if is_first else (buyer_at, rng.uniform(0.5, 90))
        seller_at = begin + timedelta(hours=hours)
    if seller_at and seller_at > now - timedelta(minutes=5):
        seller_at = None
    publish_at = finished + WINDOW
    published_at = max(buyer_at, seller_at) if seller_at else publish_at if publish_at <= now else None
    return _Moments(order, buyer_at, seller_at, publish_at, published_at)


def _both_soon(order: OrderPlan, rng: Random) -> _Moments:
    finished = order.finished_at
    assert finished is not None  # noqa: S101
    buyer_at = finished + timedelta(hours=rng.uniform(0.3, 8))
    seller_at = buyer_at + timedelta(hours=rng.uniform(0.3, 8))
    return _Moments(order, buyer_at, seller_at, finished + WINDOW, seller_at)


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


class _Scribe:
    """Writes the reviews of one gig."""

    def __init__(self, offer: Offer, texts: dict, used: Counter[str], rng: Random, now: datetime, buyers: int) -> None:
        self.offer, self.texts, self.used, self.rng, self.now, self.buyers = offer, texts, used, rng, now, buyers
        self.taken: set[str] = set()

    def write(self, told: _Moments, star: int) -> None:
        """The buyer's review and, where the seller wrote too, the seller's."""
        body, reply = self._words(star)
        review = ReviewPlan(told.buyer_at, ReviewSide.BUYER, star, body, self._aspects(star))
        review.publish_at, review.published_at = told.publish_at, told.published_at
        if body and self.rng.random() < PICTURE_SHARE:
            review.pictures = tuple(self.rng.sample(self.offer.pictures, k=min(len(self.offer.pictures), 2)))
        if self.rng.random() < PRIVATE_SHARE:
            review.private_feedback = self.rng.choice(phrases.PRIVATE_FEEDBACK)
        if told.published_at:
            self._react(told.order, review, reply, told.published_at)
        self._add(told.order, review, BUYER)
        if told.seller_at:
            self._rate_buyer(told.order, told.seller_at, told.publish_at, told.published_at)

    def write_alone(self, order: OrderPlan) -> None:
        """The seller rates a buyer who never wrote."""
        assert order.finished_at is not None  # noqa: S101
        at = order.finished_at + timedelta(hours=self.rng.uniform(0.2, 40))
        publish_at = order.finished_at + WINDOW
        if at < self.now - timedelta(minutes=5):
            self._rate_buyer(order, at, publish_at, publish_at if publish_at <= self.now else None)

    def _rate_buyer(self, order: OrderPlan, at: datetime, publish_at: datetime, published_at: datetime | None) -> None:
        star = self.rng.choice((5, 5, 5, 5, 4))
        review = ReviewPlan(at, ReviewSide.SELLER, star, self.rng.choice(phrases.SELLER_REVIEWS[star]))
        review.publish_at, review.published_at = publish_at, published_at
        self._add(order, review, SELLER)

    def _add(self, order: OrderPlan, review: ReviewPlan, side: str) -> None:
        order.reviews.append(review)
        # Nobody reads stars out of the time line before they are public.
        stars = {"stars": review.stars} if review.published_at else {}
        order.record(review.at, OrderEventType.REVIEWED, side, side=str(review.side), **stars)

    def _react(self, order: OrderPlan, review: ReviewPlan, reply: str, public_at: datetime) -> None:
        """Once it is public the seller may answer, and others find it helpful."""
        rng = self.rng
        replied_at = public_at + timedelta(hours=rng.uniform(1, 40))
        if not reply and review.body and rng.random() < (0.6 if review.stars <= 3 else 0.12):
            reply = rng.choice(phrases.REPLIES[2:3] if review.stars <= 3 else phrases.REPLIES)
        if reply and replied_at < self.now:
            review.reply, review.replied_at = reply, replied_at
        if review.body and rng.random() < (0.7 if review.pictures else HELPFUL_SHARE):
            others = [place for place in rng.sample(range(self.buyers), k=rng.randint(2, 9)) if place != order.buyer]
            span = self.now - public_at
            review.helpful = tuple((place, public_at + span * rng.uniform(0.02, 0.98)) for place in others)

    def _words(self, star: int) -> tuple[str, str]:
        """A text for so many stars that this gig does not have yet, the least used of the site first; with its reply."""
        if self.taken and star == 5 and self.rng.random() < WORDLESS_SHARE:
            return "", ""
        choices = [(one["text"], one.get("reply", "")) for one in self.texts["review_texts"] if one["stars"] == star]
        choices += [(text, "") for text in phrases.REVIEWS.get(star, ())]
        choices = [choice for choice in choices if choice[0] not in self.taken]
        if not choices:
            return "", ""
        text, reply = min(choices, key=lambda choice: (self.used[choice[0]], self.rng.random()))
        self.used[text] += 1
        self.taken.add(text)
        return text, reply

    def _aspects(self, star: int) -> dict[str, int]:
        rng = self.rng
        if rng.random() < 0.12:
            return {}
        return {aspect.value: max(1, min(5, star + rng.choice((0, 0, 0, 0, 1, -1)))) for aspect in ASKED_ASPECTS}
