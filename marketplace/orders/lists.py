"""The lists of both desks: whose turn it is, states with counts, words, order; and the same as a table.

A fixed number of queries, however many orders there are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.sheets import Cell, Column, Fen, Sheet
from marketplace.core.templatetags.jiangji import deadline
from marketplace.orders import agreed_sources, plan_selectors, presenters, selectors, turns
from marketplace.orders.agreed_sources import Agreed
from marketplace.orders.automatic import PROPOSAL_CLOCKS, title_of
from marketplace.orders.deadlines import SAYINGS
from marketplace.orders.models import DeadlineKind, Order, OrderDeadline, OrderProposal
from marketplace.orders.shares import split_of
from marketplace.orders.stages import PlanView
from marketplace.orders.state_words import SHOWN, shown_states, state_words, very_late
from marketplace.orders.states import BUYER, FINAL_STATUSES, WORKED_ON_STATUSES, OrderStatus, ProposalStatus

PAGE_SIZE, CHUNK = 20, 500
S = OrderStatus

GROUPS: Mapping[str, str | Promise] = {
    "": gettext_lazy("All orders"),
    "mine": gettext_lazy("Waiting for me"),
    "other": gettext_lazy("Waiting for others"),
    "open": gettext_lazy("Ongoing"),
    "finished": gettext_lazy("Finished"),
}
SORTS: Mapping[str, tuple[str | Promise, tuple[str | Combinable, ...]]] = {
    "newest": (gettext_lazy("Newest first"), ("-pk",)),
    "deadline": (gettext_lazy("Next deadline first"), (F("next_at").asc(nulls_last=True), "-pk")),
    "amount": (gettext_lazy("Highest price first"), ("-total_fen", "-pk")),
    "oldest": (gettext_lazy("Oldest first"), ("pk",)),
}
# What is due of the work itself, and of what is proposed or disputed beside it: what only reminds is no deadline.
_CLOCKS = (
    OrderDeadline.objects.filter(order=OuterRef("pk"))
    .exclude(kind__in={DeadlineKind.ACCEPT, *SAYINGS})
    .order_by("due_at", "pk")
)
_WORK_AT = Case(
    When(status=S.PENDING_PAYMENT, then=F("payment_expires_at")),
    When(status__in=(S.IN_PROGRESS, S.REVISION_REQUESTED), then=F("due_at")),
    When(status=S.DELIVERED, then=F("auto_accept_at")),
)
# What that moment is, whole: where it stands in the sentence is the language's.
_WHAT_NEXT: Mapping[str, str | Promise] = {
    S.PENDING_PAYMENT: gettext_lazy("Closes unpaid: %(moment)s"),
    S.IN_PROGRESS: gettext_lazy("Delivery due: %(moment)s"),
    S.REVISION_REQUESTED: gettext_lazy("Revision due: %(moment)s"),
    S.DELIVERED: gettext_lazy("Auto-accept: %(moment)s"),
}


def _clocks(side: str) -> QuerySet[OrderDeadline]:
    """The clocks of an order (of the outer query) for one side: while a seller works, what they asked for takes no work away."""
    if side == BUYER:
        return _CLOCKS
    own = OrderProposal.objects.filter(
        order=OuterRef("order"),
        status=ProposalStatus.OPEN,
        proposed_by=OuterRef("order__seller"),
        order__status__in=WORKED_ON_STATUSES,
    )
    return _CLOCKS.exclude(Exists(own), kind__in=set(PROPOSAL_CLOCKS) - {DeadlineKind.PROPOSAL_CANCEL})


def _next_at(side: str) -> Least:
    """When an order goes on by itself, or was promised to. Nothing is later than nothing (PostgreSQL's LEAST)."""
    return Least(_WORK_AT, Subquery(_clocks(side).values("due_at")[:1]))


@dataclass(frozen=True)
class Wanted:
    """What somebody asked to see. Anything that is no choice of ours is as if it had not been asked."""

    side: str  # BUYER or SELLER
    group: str = ""
    state: str = ""  # of state_words.SHOWN
    query: str = ""
    sort: str = "newest"

    @classmethod
    def read(cls, side: str, asked: Mapping[str, str]) -> "Wanted":
        """From an address."""
        group, state, sort = asked.get("group", ""), asked.get("state", ""), asked.get("sort", "")
        return cls(
            side=side,
            group=group if group in GROUPS else "",
            state=state if state in SHOWN else "",
            query=" ".join(asked.get("q", "").replace("\x00", "").split())[:80],
            sort=sort if sort in SORTS else "newest",
        )

    @property
    def address(self) -> str:
        """The same as the query of an address, for the export."""
        asked = {"group": self.group, "state": self.state, "q": self.query, "sort": self.sort}
        return urlencode(
            {name: value for name, value in asked.items() if value and (name, value) != ("sort", "newest")}
        )


@dataclass(frozen=True)
class Tab:
    """One state, and how many orders of the list stand in it."""

    state: str  # of state_words.SHOWN
    label: str | Promise
    count: int
    is_current: bool


@dataclass(frozen=True)
class Row:
    """One order, ready to show."""

    order: Order
    other: User
    stamp: tuple[str, str]
    cover: str
    next_at: datetime | None
    what_next: str  # with that moment
    is_late: bool
    price_fen: int  # what is left of the price; all of it where everything went back


@dataclass(frozen=True)
class OrderList:
    """A page of a list."""

    wanted: Wanted
    tabs: list[Tab]
    page: Page
    rows: list[Row] = field(default_factory=list)
    has_any: bool = True
    plans: list[PlanView] = field(default_factory=list)  # agreements whose next stage waits for the buyer's payment
    agreed: list[Agreed] = field(default_factory=list)  # what else was agreed on, and waits for it
    mine: int = 0  # how many with the words that are searched for wait for this person, whatever else is filtered


def order_list(user: User, wanted: Wanted, *, page: str | None) -> OrderList:
    """What this person bought (or sold), as asked for. A handful of queries, and three for agreements whose next stage waits.

    Agreements that are no orders yet, of stages or of another room, stand before the first page's rows.
    """
    counts = _counts(_found(user, wanted))
    total = sum(counts.values())
    orders = turns.with_turns(_ordered(user, wanted)).prefetch_related("refunds")
    shown = Paginator(
        orders.annotate(work_at=_WORK_AT, next_clock=Subquery(_clocks(wanted.side).values("kind")[:1])), PAGE_SIZE
    )
    shown.__dict__["count"] = counts.get(wanted.state, 0) if wanted.state else total  # counted already
    current = shown.get_page(page)
    everything = _of(user, wanted.side)
    waiting = everything.order_by().aggregate(
        all=Count("pk"), mine=Count("pk", filter=_mine(wanted.side) & _says(wanted), distinct=True)
    )
    plans = plan_selectors.unpaid_stages(user, side=wanted.side)
    agreed = agreed_sources.unpaid(user, side=wanted.side)
    is_buyer = wanted.side == BUYER
    shows_plans = wanted.group in ("", "open", "mine" if is_buyer else "other") and current.number == 1
    shows_plans = shows_plans and not wanted.state and not wanted.query
    return OrderList(
        wanted=wanted,
        tabs=[
            Tab("", _("All"), total, is_current=not wanted.state),
            *(
                Tab(state, state_words(state, wanted.side), counts.get(state, 0), is_current=wanted.state == state)
                for state in SHOWN
                if state in counts or wanted.state == state
            ),
        ],
        page=current,
        rows=[_row(order, user, wanted.side) for order in current],
        plans=plans if shows_plans else [],
        agreed=agreed if shows_plans else [],
        has_any=bool(waiting["all"] or plans or agreed),
        mine=waiting["mine"] + (len(plans) + len(agreed) if is_buyer and not wanted.query else 0),
    )


def order_sheet(user: User, wanted: Wanted) -> Sheet:
    """Everything that the list shows on all its pages, read as it is written."""
    is_buyer = wanted.side == BUYER
    columns = [
        (_("Order number"), 20),
        (_("Service"), 40),
        (_("Seller") if is_buyer else _("Buyer"), 18),
        (_("State"), 14),
        (_("Price in yuan"), 12),
        (_("Given back in yuan"), 12),
        (pgettext("when", "Placed"), 20),
        (pgettext("when", "Paid"), 20),
        (_("Promised delivery"), 20),
        (pgettext("when", "Delivered"), 20),
        (pgettext("when", "Completed"), 20),
        (pgettext("when", "Cancelled"), 20),
        (_("Package"), 12),
        (_("Quantity"), 8),
        (_("Coupon in yuan"), 12),
    ]
    if not is_buyer:
        columns += [(_("Service fee in yuan"), 12), (_("Your share in yuan"), 12)]
    title = _("Orders") if is_buyer else _("Orders of my services")
    name = f"{title}-{timezone.localtime(clock.now()):%Y%m%d}"
    return Sheet(name, title, [Column(heading, width) for heading, width in columns], _sheet_rows(user, wanted))


def _sheet_rows(user: User, wanted: Wanted) -> Iterator[list[Cell]]:
    orders = _ordered(user, wanted).prefetch_related("refunds")
    for order in orders.iterator(chunk_size=CHUNK):
        other = order.seller if wanted.side == BUYER else order.buyer
        cells: list[Cell] = [
            order.number,
            order.title,
            other.display_name,
            str(state_words(getattr(order, "shown", ""), wanted.side)),  # annotated
            Fen(order.total_fen),
            Fen(order.total_fen - order.kept_fen),
            order.created_at,
            order.paid_at,
            order.due_at,
            order.delivered_at,
            order.completed_at,
            order.cancelled_at,
            str(order.get_package_tier_display()),
            order.quantity,
            Fen(order.discount_fen),
        ]
        if wanted.side != BUYER:
            split = split_of(order)  # of what is left of the price, also while it lies in escrow
            cells += [Fen(split.commission_fen), Fen(split.seller_fen)]
        yield cells


def _of(user: User, side: str, group: str = "") -> QuerySet[Order]:
    return selectors.purchases(user, group=group) if side == BUYER else selectors.sales(user, group=group)


def _found(user: User, wanted: Wanted) -> QuerySet[Order]:
    """All but the state: the tabs count over the states."""
    group = wanted.group if wanted.group in ("open", "finished") else ""
    orders = _of(user, wanted.side, group)
    if wanted.group == "mine":
        orders = orders.filter(_mine(wanted.side))
    elif wanted.group == "other":
        orders = orders.filter(~_mine(wanted.side)).exclude(status__in=FINAL_STATUSES)
    return orders.filter(_says(wanted))


def _mine(side: str) -> Q:
    """What waits for this side; and for a buyer what is very late: whether it goes on is theirs to say."""
    waiting = turns.waits_for(side)
    return waiting | very_late() if side == BUYER else waiting


def _says(wanted: Wanted) -> Q:
    """That the words that were asked for stand in an order; any order will do when none were."""
    if not wanted.query:
        return Q()
    other = "seller" if wanted.side == BUYER else "buyer"
    return (
        Q(number__istartswith=wanted.query)
        | Q(gig_title__icontains=wanted.query)
        | Q(**{f"{other}__profile__display_name__icontains": wanted.query})
    )


def _ordered(user: User, wanted: Wanted) -> QuerySet[Order]:
    orders = _found(user, wanted).annotate(next_at=_next_at(wanted.side), shown=shown_states())
    if wanted.state:
        orders = orders.filter(shown=wanted.state)
    return orders.order_by(*SORTS[wanted.sort][1])


def _counts(orders: QuerySet[Order]) -> dict[str, int]:
    rows = orders.order_by().annotate(shown=shown_states()).values("shown").annotate(orders=Count("pk"))
    return {row["shown"]: row["orders"] for row in rows}


def _row(order: Order, user: User, side: str) -> Row:
    turn = turns.turn_of(order)
    next_at: datetime | None = getattr(order, "next_at", None)  # annotated
    what_next, clock_name = _WHAT_NEXT.get(order.status, ""), ""
    kind, work_at = getattr(order, "next_clock", None), getattr(order, "work_at", None)
    if kind in PROPOSAL_CLOCKS and next_at != work_at:
        asks = _("Your answer is due: %(moment)s"), _("The other side answers by: %(moment)s")
        what_next = asks[0] if turn.asked == side else asks[1]
    elif kind is not None and next_at != work_at:
        clock_name, what_next = title_of(kind, order, user), gettext_lazy("%(clock)s: %(moment)s")
    elif turn.proposal is not None and turn.asked == side:
        next_at, what_next = None, _("your answer is waited for")
    return Row(
        order=order,
        other=order.seller if side == BUYER else order.buyer,
        stamp=presenters.stamp(order, user),
        cover=selectors.cover_url(order),
        next_at=next_at,
        what_next=str(what_next) % {"moment": deadline(next_at), "clock": clock_name},
        is_late=bool(turns.lateness(order)),
        price_fen=order.kept_fen or order.total_fen,
    )
