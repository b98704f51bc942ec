"""A seller's explained score: its events from the books, with what each adds or takes, and why (docs/levels.md)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.core import clock
from marketplace.orders.models import CancelledBy, Delivery, DisputeOutcome, Order, OrderKind
from marketplace.orders.states import FINAL_STATUSES, OrderStatus
from marketplace.reviews.figures.windows import windows_now
from marketplace.reviews.models import Review, ReviewSide
from marketplace.reviews.score_formula import (
    FAILED,
    Ending,
    Happening,
    Part,
    age_part_of,
    band_of,
    hundredths,
    median_fen,
    price_part_of,
    shares,
    tenths,
    weight_of,
    weighted_score,
)

# From this part of the weight on the page says that an order is larger, or smaller, than usual.
LARGER, SMALLER = 1.25, 0.8


@dataclass(frozen=True)
class ScoreEvent:
    """One agreement in a score: the order to look at, how far it moves the score from the beginning, and the words why."""

    happening: Happening
    order_number: str
    title: str
    ended_at: datetime
    weight: float
    price_part: float  # of the weight; the rest is its age
    contribution: int  # hundredths of a point

    @property
    def shown_contribution(self) -> str:
        """With its sign: +0.12, −0.08, 0."""
        return signed(self.contribution)

    @property
    def shown_mark(self) -> str:
        """What the score would be of orders like this alone: 9.7."""
        return f"{1 + 9 * self.happening.value:.1f}"

    @property
    def weight_words(self) -> str:
        """Why it weighs what it weighs: weight 0.45 (a smaller order ×0.6, 77 days ago ×0.74)."""
        days = max(0, self.happening.days_ago)
        if self.price_part >= LARGER:
            size = _("a larger order")
        elif self.price_part <= SMALLER:
            size = _("a smaller order")
        else:
            size = _("an order of usual size")
        age = ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days} if days else _("ended today")
        return _("weight %(weight)s: %(size)s ×%(size_part)s, %(age)s ×%(age_part)s") % {
            "weight": f"{self.weight:.2f}",
            "size": size,
            "size_part": f"{self.price_part:.2f}",
            "age": age,
            "age_part": f"{age_part_of(self.happening):.2f}",
        }

    @property
    def stages(self) -> int:
        """How many orders it is: 1, or the stages of a plan that ended."""
        return len(self.happening.parts)

    @property
    def reasons(self) -> list[str]:
        """Why it counts as it does, in the language of the reader."""
        return [words for part in self.happening.parts for words in _reasons(part)]


@dataclass(frozen=True)
class Score:
    """A seller's score, exact (1 to 10) and in tenths, with its events, the newest first. Without events there is none."""

    exact: float
    events: tuple[ScoreEvent, ...]
    band: int

    @property
    def tenths(self) -> int | None:
        return tenths(self.exact) if self.events else None

    @property
    def shown_beginning(self) -> str:
        """Where everybody begins: 6.40."""
        return f"{weighted_score([]):.2f}"

    @property
    def shown_moved(self) -> str:
        """What all events together add or take; with the beginning it is the exact score."""
        return signed(sum(event.contribution for event in self.events))

    @property
    def shown_exact(self) -> str:
        """The score to the hundredth: 7.17."""
        return f"{hundredths(self.exact) / 100:.2f}"


def signed(points: int) -> str:
    """Hundredths of a point with their sign: +0.12, −0.08, 0."""
    sign = "+" if points > 0 else "−"
    return f"{sign}{abs(points) / 100:.2f}" if points else "0"


def score_of(user_id: int) -> Score:
    """The score of one seller. One query."""
    return scores_of([user_id])[user_id]


def score_tenths_of(user_id: int) -> int | None:
    """The score as it is stored, 10 to 100; None before the first order that ended."""
    return score_of(user_id).tenths


def scores_of(user_ids: Collection[int]) -> dict[int, Score]:
    """The scores of several sellers by their keys. One query, however many there are."""
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in _ended_orders(user_ids):
        rows[row["seller_id"]].append(row)
    today = timezone.localdate(clock.now())
    return {user_id: _score(rows[user_id], today) for user_id in user_ids}


def ended_condition(since: datetime) -> Q:
    """Orders whose end, after payment, is part of a score: not a buyer's who left before it was late. A tip is thanks."""
    ended = Q(completed_at__gte=since) | Q(cancelled_at__gte=since) | Q(dispute__decided_at__gte=since)
    left_early = Q(cancelled_by=CancelledBy.BUYER) & (Q(due_at=None) | Q(cancelled_at__lte=F("due_at")))
    return (
        Q(status__in=FINAL_STATUSES, paid_at__isnull=False, score_exception=None)
        & ended
        & ~Q(kind=OrderKind.TIP)
        & ~left_early
    )


def one_agreement_with(order: Order) -> QuerySet[Order]:
    """The orders that are one event with this one: the stages of its plan, or itself."""
    plan_id = Order.objects.filter(pk=order.pk).values_list("milestone__plan_id", flat=True).first()
    if plan_id is None:
        return Order.objects.filter(pk=order.pk)
    return Order.objects.filter(milestone__plan_id=plan_id).order_by("pk")


def scored_since() -> datetime:
    """Orders that ended before are no part of a score any more (figures/windows.py: it begins with a day in China)."""
    return windows_now().orders_from


def _ended_orders(user_ids: Collection[int]) -> Iterable[dict[str, Any]]:
    delivered = Delivery.objects.filter(order=OuterRef("pk"), number=1).values("created_at")[:1]
    # What nobody may read yet is not read here either: a score that moved would tell of it.
    stars = Review.objects.filter(
        order=OuterRef("pk"), side=ReviewSide.BUYER, published_at__isnull=False, excluded_at=None
    ).values("stars")[:1]
    over_at = Case(
        When(status=OrderStatus.RESOLVED, then=F("dispute__decided_at")),
        default=Coalesce("completed_at", "cancelled_at"),
    )
    return (
        Order.objects.filter(ended_condition(scored_since()), seller_id__in=user_ids)
        .annotate(first_delivered_at=Subquery(delivered), stars=Subquery(stars), over_at=over_at)
        .exclude(over_at=None)
        .order_by("pk")
        .values(
            *("pk", "seller_id", "buyer_id", "parent_id", "number", "gig_title", "kind", "status", "cancelled_by"),
            *("total_fen", "discount_fen", "due_at", "cancelled_at", "over_at", "first_delivered_at", "stars"),
            *("dispute__outcome", "milestone__plan_id"),
        )
    )


def _score(rows: list[dict[str, Any]], today: date) -> Score:
    agreements = sorted(_agreements(rows).values(), key=lambda orders: (_end(orders), orders[0]["pk"]))
    prices = {orders[0]["pk"]: 0 for orders in agreements}
    first_of = {order["pk"]: orders[0]["pk"] for orders in agreements for order in orders}
    more_work = defaultdict(list)
    for row in rows:  # additional work belongs to its order
        if (first := first_of.get(row["parent_id"] or row["pk"])) is not None:
            prices[first] += row["total_fen"] + row["discount_fen"]
        if row["parent_id"]:
            more_work[row["parent_id"]].append(row)
    band = band_of(median_fen(list(prices.values())))
    served: set[int] = set()
    happenings = []
    for orders in agreements:
        buyer_id = orders[0]["buyer_id"]
        parts = tuple(_part(order, more_work[order["pk"]], is_repeat=buyer_id in served) for order in orders)
        if any(part.ending not in (*FAILED, Ending.CALLED_OFF) for part in parts):
            served.add(buyer_id)
        days_ago = (today - timezone.localdate(_end(orders))).days
        happenings.append(Happening(orders[0]["number"], parts, days_ago, prices[orders[0]["pk"]]))
    pairs = [(weight_of(happening, band), happening.value) for happening in happenings]
    events = [
        ScoreEvent(
            happening=happening,
            order_number=orders[-1]["number"],
            title=orders[0]["gig_title"],
            ended_at=_end(orders),
            weight=weight,
            price_part=price_part_of(happening, band),
            contribution=share,
        )
        for happening, orders, (weight, _value), share in zip(happenings, agreements, pairs, shares(pairs), strict=True)
    ]
    return Score(weighted_score(pairs), tuple(reversed(events)), band)


def _agreements(rows: list[dict[str, Any]]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Orders by the agreement that they are: an order alone, or the stages of one plan."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["kind"] == OrderKind.SUPPLEMENT:
            continue
        plan_id = row["milestone__plan_id"]
        found[("order", row["pk"]) if plan_id is None else ("plan", plan_id)].append(row)
    return found


def _end(orders: list[dict[str, Any]]) -> datetime:
    return max(order["over_at"] for order in orders)


def _part(row: dict[str, Any], more_work: list[dict[str, Any]], *, is_repeat: bool) -> Part:
    """An order with its additional work: late when either was, and with the fewer stars of the two."""
    both = [row, *more_work]
    lateness = [
        each["first_delivered_at"] > each["due_at"] for each in both if each["due_at"] and each["first_delivered_at"]
    ]
    stars = [each["stars"] for each in both if each["stars"]]
    return Part(_ending(row), min(stars, default=None), any(lateness) if lateness else None, is_repeat)


def _ending(row: dict[str, Any]) -> Ending:
    if row["status"] == OrderStatus.COMPLETED:
        return Ending.COMPLETED
    if row["status"] == OrderStatus.RESOLVED:
        by_outcome = {DisputeOutcome.REFUND: Ending.FOR_BUYER, DisputeOutcome.SPLIT: Ending.SPLIT}
        return by_outcome.get(row["dispute__outcome"], Ending.FOR_SELLER)
    if row["cancelled_by"] == CancelledBy.SELLER:
        return Ending.SELLER_CANCELLED
    if row["cancelled_by"] == CancelledBy.BUYER:  # alone, at work: only when it is very late
        return Ending.VERY_LATE
    return Ending.CALLED_OFF


def _reasons(part: Part) -> list[str]:
    words = {
        Ending.FOR_SELLER: _("Dispute decided for you"),
        Ending.SPLIT: _("Dispute ended with a part given back"),
        Ending.FOR_BUYER: _("Dispute decided for the buyer"),
        Ending.SELLER_CANCELLED: _("You cancelled it"),
        Ending.VERY_LATE: _("The buyer cancelled what was very late"),
        Ending.CALLED_OFF: _("Called off together"),
    }
    reasons = [words[part.ending]] if part.ending in words else []
    if part.stars is not None:
        reasons.append(
            ngettext("%(stars)s star from the buyer", "%(stars)s stars from the buyer", part.stars)
            % {"stars": part.stars}
        )
    elif part.ending == Ending.COMPLETED:
        reasons.append(_("No review"))
    if part.is_late is not None:
        reasons.append(_("Delivered late") if part.is_late else _("Delivered on time"))
    if part.is_repeat:
        reasons.append(_("The buyer came back"))
    return reasons
