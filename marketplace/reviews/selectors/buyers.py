"""What sellers learn about a buyer before they answer a brief, send an offer or accept work; and what the buyer sees of it.

No more than a seller needs to decide (PIPL §6): never a sum of money, never whom somebody bought from, never a review that is
not public. How each figure is counted stands beside it on the buyer's own page (templates/reviews/as_buyer.html).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, DurationField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.functions import Coalesce, RowNumber
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.aggregates import Median
from marketplace.core.config import get_config
from marketplace.messaging.models import Conversation, ConversationKind, Message
from marketplace.offers.models import Brief, Negotiation
from marketplace.offers.selectors import BriefFilters, open_briefs
from marketplace.offers.states import BriefStatus
from marketplace.orders.models import (
    CancelledBy,
    Delivery,
    DisputeOutcome,
    Order,
    OrderEvent,
    OrderEventType,
    OrderKind,
    Refund,
)
from marketplace.orders.states import OrderStatus
from marketplace.reviews.figures.queries import AGREEMENTS, Share
from marketplace.reviews.models import Review, ReviewSide

WORDS_SHOWN = 3
# What a buyer does about a delivery, or lets the clock do.
_ANSWERS = (
    OrderEventType.ACCEPTED,
    OrderEventType.AUTO_ACCEPTED,
    OrderEventType.REVISION_REQUESTED,
    OrderEventType.DISPUTE_OPENED,
)
# Upper ends in fen, and how they are said: wide enough that nobody's sum can be told from them.
_BANDS: tuple[tuple[int, str | Promise], ...] = (
    (50_000, _("under ¥500")),
    (200_000, _("¥500 to ¥2,000")),
    (1_000_000, _("¥2,000 to ¥10,000")),
    (5_000_000, _("¥10,000 to ¥50,000")),
)
_HIGHEST_BAND = _("more than ¥50,000")


@dataclass(frozen=True)
class SellerWords:
    """What a seller wrote about this buyer, without the seller's name: it is about the buyer."""

    stars: int
    body: str
    published_at: datetime


@dataclass(frozen=True)
class BuyerReputation:
    """A buyer's figures. None is what there is nothing to say about yet; percents are whole."""

    user_id: int
    member_since: datetime
    orders_paid: int = 0
    orders_completed: int = 0
    sellers: int = 0
    spent_band: str | Promise = ""
    rating: Decimal | None = None
    rating_count: int = 0
    undisputed_percent: int | None = None
    disputes_refunded: int = 0
    disputes_divided: int = 0
    disputes_released: int = 0
    disputes_withdrawn: int = 0
    disputes_open: int = 0
    cancelled_at_work: int = 0
    briefs: int = 0
    briefs_ordered_percent: int | None = None
    answer_hours: int | None = None
    words: tuple[SellerWords, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether nothing was bought yet."""
        return not self.orders_paid

    @property
    def disputes(self) -> int:
        """How many this buyer opened."""
        return (
            self.disputes_refunded
            + self.disputes_divided
            + self.disputes_released
            + self.disputes_withdrawn
            + self.disputes_open
        )


def buyer_reputation(viewer: User | AnonymousUser, user_id: int) -> BuyerReputation:
    """A buyer's figures for `viewer`. Raises Http404 for whom they do not concern. As many queries as for several."""
    found = buyer_reputations(viewer, [user_id])
    if user_id not in found:
        raise Http404
    return found[user_id]


def buyer_reputations(viewer: User | AnonymousUser, user_ids: Collection[int]) -> dict[int, BuyerReputation]:
    """The figures of those buyers among `user_ids` that concern `viewer`, by their keys; the others are left out.

    They concern the buyer, and a seller with an open desk who may answer a brief of theirs, negotiates with them, works
    for them, or was written to by them. Seven queries, however many they are.
    """
    if not viewer.is_authenticated:
        return {}
    members = {user.pk: user.date_joined for user in _visible(viewer, set(user_ids))}
    if not members:
        return {}
    ids = sorted(members)
    orders = _orders(ids)
    disputes = _disputes(ids)
    stars = _stars(ids)
    words = _words(ids)
    briefs = _briefs(ids)
    hours = _answer_hours(ids)
    return {
        user_id: BuyerReputation(
            user_id=user_id,
            member_since=since,
            **orders.get(user_id, {}),
            **disputes.get(user_id, {}),
            **stars.get(user_id, {}),
            **briefs.get(user_id, {}),
            answer_hours=hours.get(user_id),
            words=tuple(words.get(user_id, ())),
        )
        for user_id, since in members.items()
    }


def _visible(viewer: User, ids: set[int]) -> QuerySet[User]:
    people = User.objects.filter(pk__in=ids, is_active=True).only("date_joined")
    own = Q(pk=viewer.pk)
    if not viewer.is_seller:
        return people.filter(own)
    # A conversation that the seller began says nothing: anybody could begin one to look somebody up.
    wrote = Message.objects.filter(conversation=OuterRef("pk"), sender=OuterRef("buyer"))
    with_seller = {"buyer": OuterRef("pk"), "seller": viewer}
    concerned = (
        Exists(open_briefs(viewer, BriefFilters()).filter(buyer=OuterRef("pk")))
        | Exists(Negotiation.objects.filter(**with_seller))
        | Exists(Order.objects.filter(**with_seller))
        | Exists(Conversation.objects.filter(Exists(wrote), kind=ConversationKind.DIRECT, **with_seller))
    )
    return people.filter(own | concerned)


def _orders(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What was paid for. A tip is thanks for an order that is counted already."""
    accepted = Q(status=OrderStatus.COMPLETED)
    handed_over = Q(status__in=(OrderStatus.COMPLETED, OrderStatus.RESOLVED))
    # A refund that names a payment gives back a late or second one, which never was part of the price.
    given_back = Refund.objects.filter(order=OuterRef("pk"), payment_reference="").values("order")
    rows = (
        Order.objects.filter(buyer__in=ids, paid_at__isnull=False)
        .exclude(kind=OrderKind.TIP)
        .annotate(given_back_fen=Coalesce(Subquery(given_back.annotate(sum=Sum("amount_fen")).values("sum")), 0))
        .order_by()
        .values("buyer")
        .annotate(
            orders_paid=AGREEMENTS,
            orders_completed=Count("pk", filter=accepted & Q(kind=OrderKind.STANDARD))
            + Count("milestone__plan", filter=accepted, distinct=True),
            sellers=Count("seller", distinct=True),
            spent_fen=Coalesce(Sum(F("total_fen") - F("given_back_fen"), filter=handed_over), 0),
            handed_over=Count("pk", filter=handed_over),
            undisputed=Count("pk", filter=accepted & Q(dispute=None)),
            # The time of the work begins with `started_at`; before it nobody has lost anything.
            cancelled_at_work=Count(
                "pk",
                filter=Q(
                    status=OrderStatus.CANCELLED, cancelled_by=CancelledBy.BUYER, started_at__lt=F("cancelled_at")
                ),
            ),
        )
    )
    return {
        row["buyer"]: {
            "orders_paid": row["orders_paid"],
            "orders_completed": row["orders_completed"],
            "sellers": row["sellers"],
            "spent_band": _band(row["spent_fen"]) if row["handed_over"] else "",
            "undisputed_percent": Share(row["undisputed"], row["handed_over"]).percent,
            "cancelled_at_work": row["cancelled_at_work"],
        }
        for row in rows
    }


def _band(fen: int) -> str | Promise:
    return next((words for most, words in _BANDS if fen < most), _HIGHEST_BAND)


def _disputes(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Those that the buyer opened, by how they ended."""
    opened = Order.objects.filter(buyer__in=ids, dispute__opened_by=F("buyer")).order_by().values("buyer")
    is_open, undecided = Q(status=OrderStatus.DISPUTED), Q(dispute__outcome="")
    rows = opened.annotate(
        disputes_refunded=Count("pk", filter=Q(dispute__outcome=DisputeOutcome.REFUND)),
        disputes_divided=Count("pk", filter=Q(dispute__outcome=DisputeOutcome.SPLIT)),
        disputes_released=Count("pk", filter=Q(dispute__outcome=DisputeOutcome.RELEASE)),
        disputes_withdrawn=Count("pk", filter=undecided & ~is_open),
        disputes_open=Count("pk", filter=undecided & is_open),
    )
    return {row["buyer"]: {name: count for name, count in row.items() if name != "buyer"} for row in rows}


def _published(ids: Collection[int]) -> QuerySet[Review]:
    """Sellers' public reviews of these buyers that count, of the last years."""
    since = clock.now() - timedelta(days=365 * get_config("reviews.rating_years"))
    return Review.objects.filter(
        subject__in=ids,
        side=ReviewSide.SELLER,
        published_at__gte=since,
        published_at__lte=clock.now(),
        excluded_at__isnull=True,
    )


def _stars(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    rows = _published(ids).order_by().values("subject").annotate(total=Sum("stars"), count=Count("pk"))
    return {row["subject"]: {"rating": _mean(row["total"], row["count"]), "rating_count": row["count"]} for row in rows}


def _mean(total: int, count: int) -> Decimal:
    """To one decimal. The plain mean: buyers stand in no order that a few reviews could turn."""
    return (Decimal(total) / count).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _words(ids: Collection[int]) -> dict[int, list[SellerWords]]:
    """The last ones with text: masked text is empty."""
    place = Window(RowNumber(), partition_by=F("subject"), order_by=(F("published_at").desc(), F("pk").desc()))
    last = _published(ids).exclude(body="").annotate(place=place).filter(place__lte=WORDS_SHOWN)
    found: dict[int, list[SellerWords]] = {}
    rows = last.order_by("subject", "place").values_list("subject", "stars", "body", "published_at")
    for subject, stars, body, published_at in rows:
        if published_at is not None:
            found.setdefault(subject, []).append(SellerWords(stars, body, published_at))
    return found


def _briefs(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Briefs that are decided: no longer open, or paid for. What a moderator took down is none."""
    paid = Negotiation.objects.filter(brief=OuterRef("pk")).filter(
        Q(order__paid_at__isnull=False) | Q(plan__milestones__order__paid_at__isnull=False)
    )
    rows = (
        Brief.objects.filter(buyer__in=ids)
        .exclude(status=BriefStatus.DENIED)
        .annotate(is_ordered=Exists(paid))
        .filter(Q(is_ordered=True) | ~Q(status=BriefStatus.OPEN))
        .order_by()
        .values("buyer")
        .annotate(count=Count("pk"), ordered=Count("pk", filter=Q(is_ordered=True)))
    )
    return {
        row["buyer"]: {"briefs": row["count"], "briefs_ordered_percent": Share(row["ordered"], row["count"]).percent}
        for row in rows
    }


def _answer_hours(ids: Collection[int]) -> dict[int, int]:
    """Median hours from a delivery of the last year to what the buyer did about it, the clock's acceptance included."""
    since = clock.now() - timedelta(days=get_config("reputation.orders_days"))
    answer = OrderEvent.objects.filter(
        order=OuterRef("order"), type__in=_ANSWERS, created_at__gte=OuterRef("created_at")
    ).order_by("created_at", "pk")
    rows = (
        Delivery.objects.filter(order__buyer__in=ids, created_at__gte=since)
        .annotate(answered_at=Subquery(answer.values("created_at")[:1]))
        .filter(answered_at__isnull=False)
        .order_by()
        .values_list("order__buyer")
        .annotate(median=Median(F("answered_at") - F("created_at"), output_field=DurationField()))
    )
    hour = timedelta(hours=1)
    return {buyer_id: max(1, round(median / hour)) for buyer_id, median in rows}
