"""A year of orders, planned: how many of which gig, when, and how each went. Touches no database."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from marketplace.orders.states import OrderStatus
from portal.demo.lives import PACKAGE_WEIGHTS, Maker
from portal.demo.offers import Offer
from portal.demo.opinions import add_reviews
from portal.demo.plan import BUYER, SELLER, Chance, OrderPlan
from portal.demo.sources import CANDIDATE, SEED, Sources
from portal.demo.tastes import SHARE, needs_of

FINISHED_ORDERS = 1420  # completed or decided, apart from the demo people's own
YEAR = timedelta(days=365)
# What became of others: how many orders each.
EXPIRED, GIVEN_UP, CANCELLED, OPEN_DISPUTES, LATE, FRESH = 42, 8, 44, 5, 3, 3
OPEN = {
    OrderStatus.AWAITING_REQUIREMENTS: 12,
    OrderStatus.IN_PROGRESS: 46,
    OrderStatus.DELIVERED: 16,
    OrderStatus.REVISION_REQUESTED: 9,
}
DISPUTED_SHARE, LATE_SHARE = 0.012, 0.06
TOP = "top"
AGAIN, SOUGHT_AGAIN = 0.17, 0.26
SOUGHT_SHARE, SOUGHT_WEIGHTS = 1.3, (0.05, 0.25, 0.7)
NEWCOMER_ORDERS = 4  # one fewer than level 1 needs (levels.level_1_orders)
Life = Callable[[Maker, OrderPlan], None]


class Planner:
    """Draws the orders. `published` are the moments from which each gig could be bought."""

    def __init__(
        self, sources: Sources, offers: Sequence[Offer], published: Sequence[datetime], now: datetime, buyers: int
    ) -> None:
        self.sources, self.offers, self.published, self.now = sources, offers, published, now
        self.chance = Chance(f"{SEED}:past")
        self.random = self.chance.random
        # The demo buyer has a few orders made by hand, not a share of the crowd's.
        self.crowd = [place for place in range(buyers) if place != sources.demo_buyer]
        # Whose clients take the larger packages, and somewhat more of them: the highest level is about income too.
        self.sought = {
            place for place, row in enumerate(sources.sellers) if row["level"] == TOP or row["name"] == CANDIDATE
        }
        self.customers: dict[int, list[int]] = {}
        self._fitting: dict[str, list[int]] = {}
        self.orders: list[OrderPlan] = []

    def maker(self, gig: int) -> Maker:
        offer = self.offers[gig]
        weights = SOUGHT_WEIGHTS if offer.seller in self.sought else PACKAGE_WEIGHTS
        return Maker(offer, gig, self.sources.texts[offer.subcategory], self.chance, weights)

    def buyer_for(self, offer: Offer) -> int:
        """Somebody, mostly one whose undertaking needs such work; some have bought from this seller before."""
        known = self.customers.setdefault(offer.seller, [])
        if known and self.random.random() < (SOUGHT_AGAIN if offer.seller in self.sought else AGAIN):
            return self.random.choice(known)
        fit = self.fitting(offer.subcategory) if self.random.random() < SHARE else []
        buyer = self.random.choice(fit or self.crowd)
        known.append(buyer)
        return buyer

    def fitting(self, subcategory: str) -> list[int]:
        """Buyers who come back for such work."""
        if subcategory not in self._fitting:
            self._fitting[subcategory] = [place for place in self.crowd if subcategory in needs_of(place)]
        return self._fitting[subcategory]

    def counts(self) -> dict[int, int]:
        """How many finished orders each gig gets: more for the popular, but not so many that nothing else is seen."""
        weights = {
            place: offer.popularity**0.6 * (SOUGHT_SHARE if offer.seller in self.sought else 1)
            for place, offer in enumerate(self.offers)
            if offer.rating is not None and offer.seller != self.sources.demo_newcomer
        }
        unit = FINISHED_ORDERS / sum(weights.values())
        return {place: max(2, round(unit * weight)) for place, weight in weights.items()}

    def moment(self, gig: int) -> datetime:
        """Some moment at which the gig could be bought, the later the likelier."""
        start = max(self.published[gig], self.now - YEAR)
        return start + (self.now - start) * self.random.random() ** 0.62

    def finished(
        self,
        gig: int,
        buyer: int | None = None,
        *,
        days_ago: float | None = None,
        disputed: float = DISPUTED_SHARE,
        late: float = LATE_SHARE,
    ) -> OrderPlan | None:
        """An order that is over by now; None when the gig is too young for one.

        `disputed`, `late`: how likely a dispute and a late delivery are.
        """
        maker = self.maker(gig)
        if maker.offer.seller in self.sought:
            # The highest level is for whom nothing goes wrong.
            disputed, late = 0, 0
        buyer = self.buyer_for(maker.offer) if buyer is None else buyer
        for attempt in range(8):
            at = self.moment(gig) if days_ago is None else self.now - timedelta(days=days_ago + attempt * 2)
            order = maker.place_order(buyer, at, package=0 if attempt > 4 else None)
            self._finish(maker, order, disputed, late)
            if order.last_at < self.now - timedelta(hours=1):
                return order
        return None

    def _finish(self, maker: Maker, order: OrderPlan, disputed: float, late: float) -> None:
        random = self.random
        maker.pay(order)
        maker.answer(order)
        maker.deliver(order, is_late=random.random() < late)
        while random.random() < 0.2 and maker.ask_revision(order):
            maker.deliver(order)
        if random.random() < disputed:
            maker.dispute(order, random.choice((BUYER, BUYER, SELLER)))
            maker.decide(order, random.choices(("split", "refund", "release"), (0.5, 0.3, 0.2))[0])
            return
        maker.accept(order, by_clock=random.random() < 0.26)

    def add(self, order: OrderPlan | None) -> OrderPlan | None:
        if order is not None:
            self.orders.append(order)
        return order

    def some_gig(self) -> int:
        """A gig that sells."""
        while True:
            place = self.random.randrange(len(self.offers))
            if self.offers[place].seller == self.sources.demo_newcomer:
                continue
            if self.offers[place].rating is not None and self.now - self.published[place] > timedelta(days=20):
                return place

    def placed_ago(self, gig: int, hours: float, life: Life, buyer: int | None = None) -> OrderPlan:
        """An order placed that long ago which has come as far as `life` takes it, all of it in the past.

        Nights move its steps on, so it is begun earlier until everything fits.
        """
        maker = self.maker(gig)
        buyer = self.buyer_for(maker.offer) if buyer is None else buyer
        while True:
            order = maker.place_order(buyer, self.now - timedelta(hours=hours))
            life(maker, order)
            if order.last_at < self.now - timedelta(minutes=2):
                return order
            hours += 2

    def plan_crowd(self) -> None:
        """Everybody's orders but the demo people's own."""
        for gig, count in self.counts().items():
            for _ in range(count):
                self.add(self.finished(gig))
        for kind, count in ((_expired, EXPIRED), (_given_up, GIVEN_UP), (_cancelled, CANCELLED)):
            for _ in range(count):
                gig = self.some_gig()
                while kind is _cancelled and self.offers[gig].seller in self.sought:
                    gig = self.some_gig()
                hours = max(90, (self.now - self.moment(gig)) / timedelta(hours=1))
                self.add(self.placed_ago(gig, hours, kind))
        for _ in range(FRESH):
            gig = self.some_gig()
            maker = self.maker(gig)
            order = maker.place_order(self.buyer_for(maker.offer), self.now)
            # A minute or so ago whatever the time of day: it is closed after half an hour.
            order.placed_at = order.events[0].at = self.now - timedelta(seconds=self.random.uniform(20, 200))
            self.add(order)
        for status, count in OPEN.items():
            for _ in range(count):
                self.add(self.open_order(self.some_gig(), status))
        for _ in range(LATE):
            gig = self.some_gig()
            hours = self.offers[gig].packages[2].delivery_days * 24 + self.random.uniform(20, 60)
            self.add(self.placed_ago(gig, hours, _answered))
        for _ in range(OPEN_DISPUTES):
            self.add(self.placed_ago(self.some_gig(), self.random.uniform(240, 420), _disputed))

    def open_order(self, gig: int, status: OrderStatus, buyer: int | None = None) -> OrderPlan:
        """An order that stands in `status` now, with its clocks still running."""
        if status == OrderStatus.AWAITING_REQUIREMENTS:
            return self.placed_ago(gig, self.random.uniform(1, 40), _paid, buyer)
        if status == OrderStatus.IN_PROGRESS:
            days = self.offers[gig].packages[0].delivery_days
            return self.placed_ago(gig, self.random.uniform(3, 8 + days * 20), _answered, buyer)
        while True:
            order = self._delivered(gig, buyer)
            if status == OrderStatus.DELIVERED:
                return order
            maker = self.maker(gig)
            if not maker.ask_revision(order):
                gig = gig if buyer is not None else self.some_gig()
            elif order.last_at < self.now:
                return order

    def _delivered(self, gig: int, buyer: int | None) -> OrderPlan:
        """Delivered within the last two days: begun so long ago that its delivery falls there."""
        maker = self.maker(gig)
        buyer = self.buyer_for(maker.offer) if buyer is None else buyer
        hours = 20.0
        while True:
            order = maker.place_order(buyer, self.now - timedelta(hours=hours))
            maker.pay(order)
            maker.answer(order)
            maker.deliver(order)
            wait = self.now - order.last_at
            if timedelta(hours=1) < wait < timedelta(hours=56):
                return order
            # Too early: begin later, and the other way round; by chance it falls into place.
            hours = max(6.0, hours + (10.0 if wait < timedelta(hours=1) else -14.0) * self.random.uniform(0.5, 1.5))


def _paid(maker: Maker, order: OrderPlan) -> None:
    maker.pay(order)


def _answered(maker: Maker, order: OrderPlan) -> None:
    maker.pay(order)
    maker.answer(order, (0.1, 2))


def _expired(maker: Maker, order: OrderPlan) -> None:
    maker.expire(order)


def _given_up(maker: Maker, order: OrderPlan) -> None:
    order.cancelled_at = order.placed_at + timedelta(minutes=maker.chance.random.uniform(1, 20))
    order.status = OrderStatus.CANCELLED
    order.record(order.cancelled_at, "cancelled", BUYER, reason="", refund_fen=0)


def _cancelled(maker: Maker, order: OrderPlan) -> None:
    maker.pay(order)
    if maker.chance.random.random() < 0.5:
        maker.cancel(order, BUYER)
    else:
        maker.answer(order)
        maker.cancel(order, SELLER)


def _disputed(maker: Maker, order: OrderPlan) -> None:
    maker.pay(order)
    maker.answer(order)
    maker.deliver(order, is_late=maker.chance.random.random() < 0.5)
    maker.dispute(order, BUYER)


def plan_past(
    sources: Sources, offers: Sequence[Offer], published: Sequence[datetime], *, now: datetime, buyers: int
) -> list[OrderPlan]:
    """All orders with their reviews, oldest first."""
    planner = Planner(sources, offers, published, now, buyers)
    planner.plan_crowd()
    _plan_newcomer(planner)
    _plan_demo_people(planner)
    orders = sorted(planner.orders, key=lambda order: order.placed_at)
    _give_numbers(orders)
    add_reviews(orders, offers=offers, texts=sources.texts, now=now, buyers=buyers)
    return orders


def _give_numbers(orders: Sequence[OrderPlan]) -> None:
    """Numbers in the order of time, from a generator of their own: whatever the day, the first order has the same."""
    chance = Chance(f"{SEED}:numbers")
    for order in orders:
        order.number = chance.readable("", 10)
        order.payment_number = chance.readable("PA", 26)
        order.trade_number = chance.digits(f"{order.placed_at:%Y%m%d}", 20)
        reference = chance.readable("RF", 26)
        if order.refund:
            order.refund.reference = reference


def _plan_demo_people(planner: Planner) -> None:
    """A handful between the demo buyer and the demo seller, and some of each with others, in every open state."""
    sources, offers = planner.sources, planner.offers
    me, shop = sources.demo_buyer, sources.demo_seller
    own = [place for place, offer in enumerate(offers) if offer.seller == shop and offer.rating is not None]
    others = [place for place, offer in enumerate(offers) if offer.seller != shop and offer.popularity > 60][::9]
    states = (
        OrderStatus.DELIVERED,
        OrderStatus.AWAITING_REQUIREMENTS,
        OrderStatus.IN_PROGRESS,
        OrderStatus.REVISION_REQUESTED,
    )
    for number, status in enumerate(states):
        # The first that allows a revision: some packages allow none.
        gig = next(place for place in own[number % len(own) :] + own if offers[place].packages[0].revisions)
        planner.add(planner.open_order(gig, status, me))
        planner.add(planner.open_order(own[(number + 1) % len(own)], status))
    planner.add(planner.open_order(own[0], OrderStatus.IN_PROGRESS))
    planner.add(planner.open_order(others[0], OrderStatus.DELIVERED, me))
    planner.add(planner.open_order(others[1], OrderStatus.IN_PROGRESS, me))
    planner.add(planner.placed_ago(others[2], 300, _disputed, me))
    planner.add(planner.placed_ago(others[3], 700, _cancelled, me))
    for gig, days_ago in (
        (own[0], 210),
        (own[-1], 120),
        (own[1], 24),
        (others[4], 150),
        (others[5], 80),
        (others[0], 33),
    ):
        planner.add(planner.finished(gig, me, days_ago=days_ago, disputed=0))
    planner.add(_to_be_reviewed(planner, own[0], me))


def _plan_newcomer(planner: Planner) -> None:
    """A seller just below level 1: orders of four people, and a fifth that waits for the demo buyer to accept it."""
    sources, offers = planner.sources, planner.offers
    own = [place for place, offer in enumerate(offers) if offer.seller == sources.demo_newcomer and offer.rating]
    done = 0
    while done < NEWCOMER_ORDERS:
        buyer = planner.crowd[(done + 1) * 17]
        done += planner.add(planner.finished(own[done % len(own)], buyer, disputed=0, late=0)) is not None
    planner.add(planner.open_order(own[0], OrderStatus.DELIVERED, sources.demo_buyer))


def _to_be_reviewed(planner: Planner, gig: int, buyer: int) -> OrderPlan | None:
    """An order accepted in the last days about which the buyer has not written yet, but may."""
    for days_ago in range(6, 60):
        order = planner.finished(gig, buyer, days_ago=days_ago, disputed=0)
        if order and order.completed_at and order.completed_at > planner.now - timedelta(days=9):
            order.is_reviewed = False
            return order
    return None
