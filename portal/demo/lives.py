"""One order's life, step by step forward in time: what the services would have written at each."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.orders.models import OrderEventType
from marketplace.orders.states import OrderStatus
from portal.demo import phrases
from portal.demo.disputes import DECISION_READ
from portal.demo.offers import Offer
from portal.demo.plan import (
    AUTO_ACCEPT_DAYS,
    BUYER,
    MEDIATOR,
    PAYMENT_MINUTES,
    SELLER,
    Chance,
    DeliveryPlan,
    DisputePlan,
    OrderPlan,
    RefundPlan,
    days_of,
    price_of,
)

Event = OrderEventType
FILE_COUNT = 4
PACKAGE_WEIGHTS = (0.5, 0.36, 0.14)


@dataclass
class Maker:
    """Makes orders of one gig. `texts` are the subcategory's; `weights` say how often each package is taken."""

    offer: Offer
    place: int
    texts: dict
    chance: Chance
    weights: tuple[float, ...] = PACKAGE_WEIGHTS

    def place_order(self, buyer: int, at: datetime, package: int | None = None) -> OrderPlan:
        """A new order, placed by day."""
        random = self.chance.random
        at = self.chance.daytime(at)
        if package is None:
            package = random.choices((0, 1, 2), self.weights)[0]
        extras = tuple(place for place in range(len(self.offer.extras)) if random.random() < 0.08)
        order = OrderPlan(
            gig=self.place,
            package=package,
            extras=extras,
            buyer=buyer,
            seller=self.offer.seller,
            total_fen=price_of(self.offer, package, extras),
            delivery_days=days_of(self.offer, package, extras),
            status=OrderStatus.PENDING_PAYMENT,
            placed_at=at,
        )
        order.record(at, Event.PLACED, BUYER)
        return order

    def pay(self, order: OrderPlan) -> None:
        """The money enters escrow."""
        order.paid_at = order.placed_at + timedelta(seconds=self.chance.random.uniform(25, 600))
        order.status = OrderStatus.AWAITING_REQUIREMENTS if self.offer.requirements else OrderStatus.IN_PROGRESS
        if order.status == OrderStatus.IN_PROGRESS:
            order.started_at, order.due_at = order.paid_at, order.paid_at + timedelta(days=order.delivery_days)
        order.record(order.paid_at, Event.PAID, gateway="alipay", amount_fen=order.total_fen)

    def answer(self, order: OrderPlan, hours: tuple[float, float] = (0.2, 14)) -> None:
        """The buyer answers the questions, and the clock starts."""
        if order.status != OrderStatus.AWAITING_REQUIREMENTS or order.paid_at is None:
            return
        random = self.chance.random
        opening = self.texts["conversations"][0][0]["text"]  # the second conversation is about work in progress
        others = random.sample(phrases.ANSWERS, k=len(self.offer.requirements))
        order.answers = tuple(
            opening if number == 0 else others[number] for number in range(len(self.offer.requirements))
        )
        order.started_at = self.chance.later(order.paid_at, *hours)
        order.due_at = order.started_at + timedelta(days=order.delivery_days)
        order.status = OrderStatus.IN_PROGRESS
        order.record(order.started_at, Event.REQUIREMENTS_SUBMITTED, BUYER, due_at=order.due_at.isoformat())

    def deliver(self, order: OrderPlan, *, is_late: bool = False) -> None:
        """The seller hands over work: before the due time, or a day or so after it when `is_late`."""
        random = self.chance.random
        if order.deliveries:
            at = self.chance.later(order.last_at, 3, 40)
        else:
            whole = order.delivery_days * 24.0
            hours = whole + random.uniform(4, 40) if is_late else whole * random.uniform(0.45, 0.96)
            at = order.started_at + timedelta(hours=hours)  # type: ignore[operator]
            at = self.chance.daytime(at) if is_late else min(self.chance.daytime(at), order.due_at)  # type: ignore[type-var]
        files = tuple(sorted(random.sample(range(FILE_COUNT), k=random.choice((1, 2, 2, 3)))))
        delivery = DeliveryPlan(at, random.choice(self.texts["delivery_notes"]), files)
        order.deliveries.append(delivery)
        order.status = OrderStatus.DELIVERED
        order.delivered_at, order.auto_accept_at = at, at + timedelta(days=AUTO_ACCEPT_DAYS)
        order.record(
            at,
            Event.DELIVERED,
            SELLER,
            number=len(order.deliveries),
            files=len(files),
            message=delivery.message[:200],
        )

    def ask_revision(self, order: OrderPlan) -> bool:
        """The buyer wants a change. Returns False when the package allows none (any more)."""
        allowed = self.offer.packages[order.package].revisions
        if order.revisions_used >= allowed:
            return False
        at = self.chance.later(order.delivered_at, 1, 44)  # type: ignore[arg-type]
        order.revisions_used += 1
        order.status, order.auto_accept_at = OrderStatus.REVISION_REQUESTED, None
        order.record(
            at,
            Event.REVISION_REQUESTED,
            BUYER,
            message=self.chance.random.choice(self.texts["revision_notes"]),
            used=order.revisions_used,
            left=allowed - order.revisions_used,
        )
        return True

    def accept(self, order: OrderPlan, *, by_clock: bool = False) -> None:
        """The buyer accepts, or the clock does."""
        if by_clock:
            at = order.auto_accept_at + timedelta(seconds=self.chance.random.uniform(1, 59))  # type: ignore[operator]
        else:
            at = min(self.chance.later(order.delivered_at, 0.5, 50), order.auto_accept_at)  # type: ignore[arg-type,type-var]
        order.status, order.completed_at = OrderStatus.COMPLETED, at
        order.released_fen, order.released_at = order.total_fen, at
        order.record(
            at,
            Event.AUTO_ACCEPTED if by_clock else Event.ACCEPTED,
            "" if by_clock else BUYER,
            amount_fen=order.total_fen,
            seller_fen=order.split.seller_fen,
        )

    def cancel(self, order: OrderPlan, by: str, hours: tuple[float, float] = (1, 20)) -> None:
        """A side ends it; what was paid goes back."""
        reasons = phrases.CANCEL_REASONS_BUYER if by == BUYER else phrases.CANCEL_REASONS_SELLER
        at = self.chance.later(order.last_at, *hours)
        order.status, order.cancelled_at, order.auto_accept_at = OrderStatus.CANCELLED, at, None
        refund_fen = order.total_fen if order.paid_at else 0
        order.record(at, Event.CANCELLED, by, reason=self.chance.random.choice(reasons), refund_fen=refund_fen)
        if refund_fen:
            self._give_back(order, refund_fen, Event.CANCELLED, at)

    def expire(self, order: OrderPlan) -> None:
        """Nobody paid in time."""
        at = order.placed_at + timedelta(minutes=PAYMENT_MINUTES, seconds=self.chance.random.uniform(1, 59))
        order.status, order.cancelled_at = OrderStatus.CANCELLED, at
        order.closed_attempt = self.chance.random.random() < 0.5
        order.record(at, Event.PAYMENT_EXPIRED, reason="", refund_fen=0)

    def dispute(self, order: OrderPlan, by: str, hours: tuple[float, float] = (4, 60)) -> None:
        """A side calls the mediator."""
        at = self.chance.later(order.last_at, *hours)
        if order.auto_accept_at:
            at = min(at, order.auto_accept_at - timedelta(minutes=20))
        order.dispute = DisputePlan(at, by, self.chance.random.choice(phrases.DISPUTE_REASONS))
        order.status, order.auto_accept_at = OrderStatus.DISPUTED, None
        order.record(at, Event.DISPUTE_OPENED, by, reason=order.dispute.reason)

    def decide(self, order: OrderPlan, outcome: str) -> None:
        """The mediator divides the money."""
        at = self.chance.later(order.dispute.at, 20, 90) + DECISION_READ  # type: ignore[union-attr]
        share = {"refund": 1.0, "release": 0.0, "split": self.chance.random.choice((0.3, 0.4, 0.5))}[outcome]
        refund_fen = round(order.total_fen * share / 100) * 100 if share < 1 else order.total_fen
        released_fen = order.total_fen - refund_fen
        dispute = order.dispute
        assert dispute is not None  # noqa: S101
        dispute.outcome, dispute.refund_fen, dispute.decided_at = outcome, refund_fen, at
        order.status = OrderStatus.RESOLVED
        if released_fen:
            order.released_fen, order.released_at = released_fen, at
        parts = {"refund_fen": refund_fen, "released_fen": released_fen}
        order.record(at - DECISION_READ, Event.DISPUTE_DECIDED, MEDIATOR, number=1, **parts)
        order.record(at, Event.DISPUTE_RESOLVED, agreed=False, **parts)
        if refund_fen:
            self._give_back(order, refund_fen, Event.DISPUTE_DECIDED, at)

    def _give_back(self, order: OrderPlan, amount_fen: int, reason: str, at: datetime) -> None:
        done_at = at + timedelta(seconds=self.chance.random.uniform(4, 34))
        order.refund = RefundPlan(amount_fen, str(reason), at, done_at)
        order.record(done_at, Event.REFUNDED, amount_fen=amount_fen)
