"""The records of a planned past: what an order went through, in plain values. Same seed and moment, same plan."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from marketplace.core.identifiers import READABLE_ALPHABET
from marketplace.core.money import CommissionSplit, split_commission
from portal.demo.offers import Offer

BUYER, SELLER, MEDIATOR = "buyer", "seller", "mediator"
COMMISSION_BASIS_POINTS = 1000
PAYMENT_MINUTES, AUTO_ACCEPT_DAYS = 30, 3


@dataclass
class EventPlan:
    """A line of the time line; `actor` is a side, or empty for the clock."""

    at: datetime
    type: str
    actor: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class DeliveryPlan:
    """Work handed over; `files` are places in the list of shared files."""

    at: datetime
    message: str
    files: tuple[int, ...]


@dataclass
class RefundPlan:
    """Money given back, and done."""

    amount_fen: int
    reason: str
    decided_at: datetime
    done_at: datetime
    reference: str = ""


@dataclass
class DisputePlan:
    """A disagreement; `outcome` is empty while it is open."""

    at: datetime
    by: str
    reason: str
    outcome: str = ""
    refund_fen: int = 0
    decided_at: datetime | None = None


@dataclass
class ReviewPlan:
    """What one side wrote, and when it became public; None: it still waits for the other side."""

    at: datetime
    side: str
    stars: int
    body: str
    aspects: dict[str, int] = field(default_factory=dict)
    reply: str = ""
    replied_at: datetime | None = None
    publish_at: datetime | None = None
    published_at: datetime | None = None
    private_feedback: str = ""
    pictures: tuple[str, ...] = ()  # names as media.copy_pictures keys them
    helpful: tuple[tuple[int, datetime], ...] = ()  # places of buyers, and when they found it helpful


@dataclass
class OrderPlan:
    """One order. `gig`, `buyer` and `package` are places; moments are aware."""

    gig: int
    package: int
    extras: tuple[int, ...]
    buyer: int
    seller: int
    total_fen: int
    delivery_days: int
    status: str
    placed_at: datetime
    quantity: int = 1
    discount_fen: int = 0  # of a coupon; the total is without it (buying.py)
    number: str = ""  # this and the gateway's numbers are given when all orders are known
    payment_number: str = ""
    trade_number: str = ""
    paid_at: datetime | None = None
    closed_attempt: bool = False  # the buyer opened the payment page and left
    started_at: datetime | None = None
    due_at: datetime | None = None
    delivered_at: datetime | None = None
    auto_accept_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    revisions_used: int = 0
    answers: tuple[str, ...] = ()
    events: list[EventPlan] = field(default_factory=list)
    deliveries: list[DeliveryPlan] = field(default_factory=list)
    refund: RefundPlan | None = None
    dispute: DisputePlan | None = None
    reviews: list[ReviewPlan] = field(default_factory=list)
    is_reviewed: bool = True  # whether anybody may have written about it
    released_fen: int = 0
    released_at: datetime | None = None

    @property
    def split(self) -> CommissionSplit:
        """What was released, divided."""
        return split_commission(amount_fen=self.released_fen, rate_basis_points=COMMISSION_BASIS_POINTS)

    @property
    def finished_at(self) -> datetime | None:
        """When reviews could begin."""
        return self.completed_at or (self.dispute.decided_at if self.dispute else None)

    @property
    def last_at(self) -> datetime:
        """The newest moment of it."""
        return max(event.at for event in self.events)

    def record(self, at: datetime, event_type: str, actor: str = "", **data: Any) -> None:
        """Add a line to the time line."""
        self.events.append(EventPlan(at, event_type, actor, data))


class Chance:
    """The seeded generator, with what a past needs of it."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)

    def readable(self, prefix: str, length: int) -> str:
        """An identifier of the readable alphabet, as core/identifiers.py makes them."""
        return prefix + "".join(self.random.choice(READABLE_ALPHABET) for _ in range(length))

    def digits(self, prefix: str, length: int) -> str:
        return prefix + "".join(self.random.choice("0123456789") for _ in range(length))

    def later(self, moment: datetime, low_hours: float, high_hours: float) -> datetime:
        """A moment so many hours later, moved on to the morning when it falls into the night of China."""
        after = moment + timedelta(hours=self.random.uniform(low_hours, high_hours))
        local = timezone.localtime(after)
        if local.hour < 8:
            after = local.replace(hour=8) + timedelta(hours=self.random.uniform(0, 3.5))
        return after.astimezone(moment.tzinfo)

    def daytime(self, moment: datetime) -> datetime:
        """`moment` itself by day, later the same morning at night."""
        return self.later(moment, 0, 0.4)


def price_of(offer: Offer, package: int, extras: tuple[int, ...]) -> int:
    """What an order of this package and these add-ons costs, in fen."""
    return offer.packages[package].price_fen + sum(offer.extras[place].price_fen for place in extras)


def days_of(offer: Offer, package: int, extras: tuple[int, ...]) -> int:
    """How many days the seller has: as orders.services.placing counts them."""
    return max(1, offer.packages[package].delivery_days + sum(offer.extras[place].extra_days for place in extras))
