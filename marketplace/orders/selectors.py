"""Reads of orders. A stranger's order does not exist: 404, never 403."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncDate
from django.http import Http404
from django.utils import timezone

from marketplace.accounts.models import SellerLevelChoice, User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.jobs import Setbacks
from marketplace.gigs.models import GigPackage, MediaKind
from marketplace.gigs.states import GigStatus
from marketplace.ledger.selectors import has_uncleared_release, reversible_fen
from marketplace.orders.models import (
    DeadlineKind,
    Delivery,
    Order,
    OrderDeadline,
    OrderEvent,
    OrderHold,
    OrderRequirement,
    Refund,
    RefundStatus,
)
from marketplace.orders.states import FINAL_STATUSES, FUNDED_STATUSES, WORKED_ON_STATUSES, OrderStatus
from marketplace.orders.turns import with_turns

DEADLINE_SETBACKS: Setbacks[tuple[int, str]] = Setbacks("orders.deadlines")
# The job runs each minute. Two or three of its tries failed by then, or it does not run at all.
DEADLINE_STALLS_AFTER = timedelta(hours=1)


def order_for(user: User, number: str) -> Order:
    """One order with everything its page shows, for one of its two sides. Raises Http404 for anybody else."""
    # An order that was never paid is not the seller's business.
    found = Order.objects.filter(Q(buyer=user) | Q(seller=user, paid_at__isnull=False), number=number)
    order = (
        with_turns(found)
        .select_related("buyer__profile", "seller__profile", "gig", "dispute", "rules", "parent")
        .prefetch_related(
            "items",
            "requirements",
            "refunds",
            "deadlines",
            Prefetch("deliveries", Delivery.objects.prefetch_related("files")),
            Prefetch("events", OrderEvent.objects.select_related("actor__profile")),
        )
        .first()
    )
    if order is None:
        raise Http404
    return order


def purchases(user: User, *, group: str = "") -> QuerySet[Order]:
    """What a person bought, newest first; `group` is "", "open" or "finished"."""
    return _grouped(Order.objects.filter(buyer=user), group).select_related("seller__profile", "gig")


def sales(user: User, *, group: str = "") -> QuerySet[Order]:
    """What a person sold and was paid for, newest first; unpaid orders are not yet the seller's business."""
    orders = Order.objects.filter(seller=user).exclude(status=OrderStatus.PENDING_PAYMENT).exclude(paid_at=None)
    return _grouped(orders, group).select_related("buyer__profile", "gig")


def paid_orders_by_day(gig_ids: Collection[int], since: date) -> dict[tuple[int, date], int]:
    """How many orders of each of these gigs were paid on each day of China's since `since`: one query (gigs/sales.py)."""
    begins = timezone.make_aware(datetime.combine(since, time()))
    paid = Order.objects.filter(gig__in=gig_ids, paid_at__gte=begins).order_by()
    rows = paid.annotate(day=TruncDate("paid_at")).values("gig_id", "day").annotate(orders=Count("pk"))
    return {(row["gig_id"], row["day"]): row["orders"] for row in rows}


def orders_in_progress(gig: str) -> Combinable:
    """For a query whose column `gig` names a gig: how many of its orders are worked on (gigs/sales.py)."""
    orders = Order.objects.filter(gig=OuterRef(gig), status__in=WORKED_ON_STATUSES).order_by()
    return Coalesce(Subquery(orders.values("gig").annotate(count=Count("pk")).values("count")), 0)


def has_cleared(order: Order) -> bool:
    """Whether what the seller earned with a completed order has become available."""
    return order.status == OrderStatus.COMPLETED and not has_uncleared_release(order.number)


def can_pay_back(order: Order, wallet_fen: int) -> bool:
    """Whether the seller's wallet holds this much for a refund out of released income; in custody the institution asks."""
    if settings.SETTLEMENT_MODE == "custody":
        return True
    return reversible_fen(seller=order.seller, release_key=f"order:{order.number}:release") >= wallet_fen


def escrow_of_sales(user: User) -> dict[str, int]:
    """What lies in escrow for a seller's open orders, in fen, and how many orders that is."""
    return _escrow_of(Order.objects.filter(seller=user))


def escrow_of_purchases(user: User) -> dict[str, int]:
    """What lies in escrow of what a buyer paid, in fen, and for how many orders."""
    return _escrow_of(Order.objects.filter(buyer=user))


def _escrow_of(orders: QuerySet[Order]) -> dict[str, int]:
    held = orders.filter(status__in=FUNDED_STATUSES)
    figures = held.aggregate(amount_fen=Sum("total_fen"), orders=Count("pk"))
    back = Refund.objects.filter(order__in=held, payment_reference="").aggregate(total=Sum("amount_fen"))
    return {"amount_fen": (figures["amount_fen"] or 0) - (back["total"] or 0), "orders": figures["orders"]}


def clearing_days_of(seller: User) -> int:
    """For how many days released earnings are pending: fewer for Select sellers (product decision, core/config.py)."""
    return clearing_days_of_level(seller.profile.level)


def clearing_days_of_level(level: str) -> int:
    """For how many days what a seller of this level earned is pending."""
    is_top = level == SellerLevelChoice.TOP
    return get_config("ledger.clearing_days_top" if is_top else "ledger.clearing_days")


def _grouped(orders: QuerySet[Order], group: str) -> QuerySet[Order]:
    if group == "open":
        orders = orders.exclude(status__in=FINAL_STATUSES)
    elif group == "finished":
        orders = orders.filter(status__in=FINAL_STATUSES)
    return orders.order_by("-pk")


def package_on_sale(package_id: int) -> GigPackage:
    """A package of a live gig, for checkout. Raises Http404."""
    package = (
        GigPackage.objects.filter(pk=package_id, gig__status=GigStatus.LIVE, gig__seller__is_active=True)
        .select_related("gig__seller__profile", "gig__category")
        .prefetch_related("gig__extras", "gig__packages")
        .first()
    )
    if package is None:
        raise Http404
    return package


def unpaid_order_of(user: User, package: GigPackage) -> Order | None:
    """An order of this very package that this buyer placed a while ago and can still pay, or None."""
    unpaid = Order.objects.filter(buyer=user, package=package, status=OrderStatus.PENDING_PAYMENT)
    return unpaid.filter(payment_expires_at__gt=clock.now()).first()


def package_cover_url(package: GigPackage) -> str:
    """The cover of the package's gig, or an empty string."""
    pictures = [item for item in package.gig.media.all() if item.kind == MediaKind.IMAGE]
    return default_storage.url(pictures[0].file.name) if pictures else ""


def requirement_file_for(user: User, number: str, requirement_id: int) -> OrderRequirement:
    """A file the buyer attached to the requirements, for the two sides of the order; unsent it is the buyer's. Raises Http404."""
    found = (
        OrderRequirement.objects.filter(
            Q(order__buyer=user) | Q(order__seller=user, is_draft=False), order__number=number, pk=requirement_id
        )
        .exclude(file="")
        .first()
    )
    if found is None:
        raise Http404
    return found


def cover_url(order: Order) -> str:
    """The cover as it was at purchase, or an empty string."""
    return default_storage.url(order.cover) if order.cover else ""


def expired_unpaid() -> QuerySet[Order]:
    """Orders whose payment clock ran out, longest over first."""
    expired = Order.objects.filter(status=OrderStatus.PENDING_PAYMENT, payment_expires_at__lte=clock.now())
    return expired.order_by("payment_expires_at", "pk")


def due_deadlines(*, limit: int = 1000) -> list[tuple[int, str]]:
    """Orders and kinds of deadlines that have come, longest over first; the next run takes what is beyond the limit.

    What failed in the last quarter of an hour is not among them: however many do, they hold up nobody else's clocks.
    """
    due = OrderDeadline.objects.filter(due_at__lte=clock.now()).order_by("due_at", "pk")
    return DEADLINE_SETBACKS.first_without(due.values_list("order_id", "kind"), limit=limit)


def stalled_deadlines() -> QuerySet[OrderDeadline]:
    """Clocks that have come an hour ago or more and have not done their work: each `order_number` needs a person. For staff."""
    stalled = OrderDeadline.objects.filter(due_at__lte=clock.now() - DEADLINE_STALLS_AFTER)
    return stalled.annotate(order_number=F("order__number"))


def coming_deadlines(*, limit: int) -> list[OrderDeadline]:
    """The next clocks of all orders with their orders, soonest first. For staff: the page asks for the permission."""
    return list(OrderDeadline.objects.select_related("order").order_by("due_at", "pk")[:limit])


def coming_expiries(*, limit: int) -> list[Order]:
    """Unpaid orders, the one that closes first before. For staff."""
    unpaid = Order.objects.filter(status=OrderStatus.PENDING_PAYMENT)
    return list(unpaid.order_by("payment_expires_at", "pk")[:limit])


def unwound_ids(*, limit: int = 1000) -> list[int]:
    """Orders whose clocks nobody set: the release before this one delivered them, or began their work, while both ran."""
    now = clock.now()
    delivered = Order.objects.filter(status=OrderStatus.DELIVERED, auto_accept_at__lte=now).order_by("auto_accept_at")
    begun = Order.objects.filter(status__in=WORKED_ON_STATUSES, due_at__gt=now).order_by("due_at")
    found: list[int] = []
    for orders, kind in ((delivered, DeadlineKind.ACCEPT), (begun, DeadlineKind.LATE)):
        clocks = OrderDeadline.objects.filter(order=OuterRef("pk"), kind=kind)
        found += orders.filter(~Exists(clocks)).values_list("pk", flat=True)[:limit]
    return found


def due_refunds() -> QuerySet[Refund]:
    """Refunds to carry out now, longest waiting first; those that need a person are not among them."""
    waiting = Refund.objects.filter(status__in=(RefundStatus.DUE, RefundStatus.SENT), next_attempt_at__lte=clock.now())
    return waiting.select_related("order").order_by("next_attempt_at", "pk")


def refunds_for_a_person() -> QuerySet[Refund]:
    """Refunds that the gateway refused: finance has to look."""
    return Refund.objects.filter(status=RefundStatus.STUCK).select_related("order__buyer__profile").order_by("pk")


def open_holds() -> QuerySet[OrderHold]:
    """What is kept for somebody outside, the newest first."""
    return OrderHold.objects.filter(released_at=None).select_related("order", "placed_by__profile")
