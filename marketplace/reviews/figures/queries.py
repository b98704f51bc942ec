"""The one query of each figure, for a set of sellers: one who changed just now, or everybody at night.

Every function takes the keys of sellers and returns what it counted by seller; who has nothing is left out. What a figure
means and over which time it is counted: docs/reputation.md.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, When

from marketplace.ledger.models import AccountKind, Entry, TransactionKind
from marketplace.messaging.models import Conversation, ConversationKind, Message, MessageKind
from marketplace.orders.models import CancelledBy, Delivery, DisputeOutcome, Order, OrderKind
from marketplace.orders.states import DisputeStatus, OrderStatus
from marketplace.reviews.figures.windows import Windows
from marketplace.reviews.models import Review, ReviewSide

Sellers = Collection[int]

# Additional work belongs to its order, and the stages of one agreement are one sale. A tip is thanks for either.
AGREEMENTS = Count("pk", filter=Q(kind=OrderKind.STANDARD)) + Count("milestone__plan", distinct=True)
# The seller ended it alone, or the buyer did after the agreed time had passed: as in the score (score.ended_condition).
_ENDED_BY_SELLER = Q(status=OrderStatus.CANCELLED) & (
    Q(cancelled_by=CancelledBy.SELLER) | Q(cancelled_by=CancelledBy.BUYER, cancelled_at__gt=F("due_at"))
)


def counted_reviews(windows: Windows) -> QuerySet[Review]:
    """The reviews that scores are made of: buyers', public, not excluded, of the last years (reviews.rating_years)."""
    return Review.objects.filter(
        side=ReviewSide.BUYER, published_at__gte=windows.ratings_from, excluded_at__isnull=True
    ).order_by()


def ratings(sellers: Sellers, windows: Windows) -> dict[int, tuple[int, int]]:
    """Sum of stars and number of the reviews that count, by seller."""
    rows = counted_reviews(windows).filter(subject__in=sellers).values_list("subject")
    return {seller: (stars, number) for seller, stars, number in rows.annotate(Sum("stars"), Count("pk"))}


def gig_ratings(sellers: Sellers, windows: Windows) -> dict[int, tuple[int, int]]:
    """The same by service: what GigStats holds."""
    rows = counted_reviews(windows).filter(subject__in=sellers, gig__isnull=False).values_list("gig")
    return {gig: (stars, number) for gig, stars, number in rows.annotate(Sum("stars"), Count("pk"))}


@dataclass(frozen=True)
class Sales:
    """What was sold since the beginning."""

    orders: int = 0
    buyers: int = 0


def completed_orders(sellers: Sellers) -> dict[int, Sales]:
    """Sales that were completed, and to how many buyers, since the beginning."""
    rows = _sales(sellers).filter(status=OrderStatus.COMPLETED).values_list("seller")
    return {
        seller: Sales(number, buyers)
        for seller, number, buyers in rows.annotate(number=AGREEMENTS, buyers=Count("buyer", distinct=True))
    }


def earned_fen(sellers: Sellers) -> dict[int, int]:
    """What the books gave the seller for accepted work less what refunds took back, in fen, since the beginning.

    Net of the platform's fee; withdrawals, taxes and corrections are other kinds of transactions.
    """
    rows = Entry.objects.filter(
        account__owner__in=sellers,
        account__kind__in=(AccountKind.USER_PENDING, AccountKind.USER_AVAILABLE, AccountKind.USER_DEBT),
        transaction__kind__in=(TransactionKind.ESCROW_RELEASED, TransactionKind.RELEASE_REVERSED),
    )
    return dict(rows.order_by().values_list("account__owner").annotate(Sum("amount_fen")))


@dataclass(frozen=True)
class Share:
    """A part of a whole."""

    part: int = 0
    whole: int = 0

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded half up; None of nothing."""
        return (200 * self.part + self.whole) // (2 * self.whole) if self.whole else None


def punctuality(sellers: Sellers, windows: Windows) -> dict[int, Share]:
    """Of the orders that ended within the time and had an agreed moment: those whose first delivery was there by then.

    What the seller ended alone, or made its buyer end by not delivering at all, is as much a promise, and was not kept.
    """
    first_delivery = Delivery.objects.filter(order=OuterRef("pk"), number=1).values("created_at")[:1]
    delivered = Q(due_at__isnull=False, first_delivered_at__isnull=False) & ~Q(status=OrderStatus.CANCELLED)
    rows = (
        ended_orders(sellers, windows)
        .annotate(first_delivered_at=Subquery(first_delivery))
        .values_list("seller")
        .annotate(
            on_time=Count("pk", filter=delivered & Q(first_delivered_at__lte=F("due_at"))),
            promised=Count("pk", filter=delivered | _ENDED_BY_SELLER),
        )
    )
    return {seller: Share(on_time, promised) for seller, on_time, promised in rows}


@dataclass(frozen=True)
class Endings:
    """How the orders of a time ended; each stage and each additional work is an order of its own here, as it is to the books."""

    ended: int = 0
    completed: int = 0
    disputed: int = 0
    cancelled: int = 0  # by the seller, or because of them


def endings(sellers: Sellers, windows: Windows) -> dict[int, Endings]:
    """How the orders that ended within the time did: for the rates of completion, of disputes and of cancellations."""
    rows = (
        ended_orders(sellers, windows)
        .values_list("seller")
        .annotate(
            ended=Count("pk"),
            completed=Count(
                "pk",
                filter=Q(status=OrderStatus.COMPLETED)
                | Q(status=OrderStatus.RESOLVED) & ~Q(dispute__outcome=DisputeOutcome.REFUND),
            ),
            disputed=Count("pk", filter=Q(dispute__isnull=False) & ~Q(dispute__status=DisputeStatus.WITHDRAWN)),
            cancelled=Count("pk", filter=_ENDED_BY_SELLER),
        )
    )
    return {seller: Endings(*numbers) for seller, *numbers in rows}


def repeat_buyers(sellers: Sellers, windows: Windows) -> dict[int, Share]:
    """Of the buyers with a sale completed within the time: those with more than one."""
    rows = (
        _sales(sellers)
        .filter(status=OrderStatus.COMPLETED, completed_at__gte=windows.orders_from)
        .values_list("seller", "buyer")
        .annotate(bought=AGREEMENTS)
    )
    found: dict[int, Share] = defaultdict(Share)
    for seller, _buyer, bought in rows:
        found[seller] = Share(found[seller].part + (bought > 1), found[seller].whole + 1)
    return dict(found)


@dataclass(frozen=True)
class Contact:
    """Somebody wrote to a seller for the first time."""

    asked_at: datetime
    answered_at: datetime | None

    def is_in_time(self, windows: Windows) -> bool:
        """Whether the seller's first own words came soon enough."""
        return self.answered_at is not None and self.answered_at - self.asked_at <= windows.answer_within

    def counts(self, windows: Windows) -> bool:
        """Whether it is decided: answered, or its time was over when the day began."""
        return self.answered_at is not None or self.asked_at + windows.answer_within < windows.today_from


def contacts(sellers: Sellers, windows: Windows) -> dict[int, list[Contact]]:
    """First messages from others within the time and the seller's first own words after them, oldest first.

    Conversations before an order that the other side began. What was sent for somebody who is away, and lines of the platform,
    are nobody's words; what was withdrawn was said.
    """
    said = Message.objects.filter(conversation=OuterRef("pk"), kind=MessageKind.TEXT, sequence__isnull=False)
    first = said.filter(sender__isnull=False).order_by("sequence")
    rows = (
        Conversation.objects.filter(
            Q(buyer__in=sellers) | Q(seller__in=sellers),
            kind=ConversationKind.DIRECT,
            last_message_at__gte=windows.contacts_from,
        )
        .annotate(
            asked_by=Subquery(first.values("sender")[:1]),
            asked_at=Subquery(first.values("created_at")[:1]),
            asked=Case(When(asked_by=F("buyer"), then=F("seller")), default=F("buyer")),
        )
        .filter(asked__in=sellers, asked_at__gte=windows.contacts_from)
        .annotate(
            answered_at=Subquery(said.filter(sender=OuterRef("asked")).order_by("sequence").values("created_at")[:1])
        )
        .order_by("asked_at", "pk")
    )
    found: dict[int, list[Contact]] = defaultdict(list)
    for seller, asked_at, answered_at in rows.values_list("asked", "asked_at", "answered_at"):
        found[seller].append(Contact(asked_at, answered_at))
    return dict(found)


def ended_orders(sellers: Sellers, windows: Windows) -> QuerySet[Order]:
    """Paid orders that ended within the time, whichever way; tips are none."""
    since = windows.orders_from
    return _sales(sellers).filter(
        Q(status=OrderStatus.COMPLETED, completed_at__gte=since)
        | Q(status=OrderStatus.CANCELLED, paid_at__isnull=False, cancelled_at__gte=since)
        | Q(status=OrderStatus.RESOLVED, dispute__decided_at__gte=since)
    )


def _sales(sellers: Sellers) -> QuerySet[Order]:
    return Order.objects.filter(seller__in=sellers).exclude(kind=OrderKind.TIP).order_by()
