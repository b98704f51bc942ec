"""What the seller's own list shows. A fixed number of queries, however many gigs there are."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from wagtail.models import WorkflowState

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.gigs.cards import cover_of, cover_row
from marketplace.gigs.content import PictureContent
from marketplace.gigs.desk_figures import GigFigures, figures_of
from marketplace.gigs.models import Gig
from marketplace.gigs.review_clock import review_due
from marketplace.gigs.reviewing import changes_wanted, review_in_progress
from marketplace.gigs.states import GIG_TRANSITIONS, SELLER, GigStatus

PAGE_SIZE = 30
# In the order of the tabs. What was put away is no part of "all".
TABS = (
    GigStatus.LIVE,
    GigStatus.PAUSED,
    GigStatus.IN_REVIEW,
    GigStatus.NEEDS_CHANGES,
    GigStatus.DRAFT,
    GigStatus.DENIED,
    GigStatus.ARCHIVED,
)


class DeskSort(TextChoices):
    NEWEST = "newest", _("Newest first")
    IMPRESSIONS = "impressions", _("Most seen")
    CLICKS = "clicks", _("Most opened")
    ORDERS = "orders", _("Most ordered")
    CONVERSION = "conversion", _("Highest conversion")
    PRICE = "price", _("Highest price")


@dataclass(frozen=True)
class Review:
    """A review under way: since when, and until when it is to be done."""

    since: datetime
    expected_by: datetime

    @property
    def is_late(self) -> bool:
        """Whether the time that was promised is over."""
        return clock.now() > self.expected_by


@dataclass(frozen=True)
class DeskRow:
    """A line of the list."""

    gig: Gig
    cover: PictureContent | None
    review: Review | None
    changes: str | None  # what the moderator wrote, None when nothing was sent back
    figures: GigFigures
    can_edit: bool
    can_submit: bool
    can_archive: bool


@dataclass(frozen=True)
class Tab:
    status: str  # empty for all but archived
    label: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class _Brief:
    """What tabs, search and order need of a gig."""

    pk: int
    status: str
    title: str
    price_fen: int | None


@dataclass(frozen=True)
class DeskList:
    """Everything `gigs/desk_list.html` shows."""

    rows: list[DeskRow]
    tabs: list[Tab]
    page: Page
    status: str
    query: str
    sort: str
    has_any: bool


def desk_list(
    user: User, *, status: str = "", query: str = "", sort: str = DeskSort.NEWEST, page_number: str = "1"
) -> DeskList:
    """The seller's own gigs: all but archived ones, or those in `status`, with `query` in their titles."""
    status = status if status in GigStatus.values else ""
    sort = sort if sort in DeskSort.values else DeskSort.NEWEST
    query = query.strip()[:80]
    # The cheap half for all of them; whole rows are read for one page only.
    mine = [
        _Brief(*row)
        for row in Gig.objects.filter(seller_id=user.pk)
        .order_by("-pk")
        .values_list("pk", "status", "title", "stats__price_from_fen")
    ]
    found = [gig for gig in mine if query.casefold() in gig.title.casefold()]
    shown = [gig for gig in found if (gig.status == status if status else gig.status != GigStatus.ARCHIVED)]
    figures = figures_of([gig.pk for gig in shown])
    prices = {gig.pk: gig.price_fen or 0 for gig in shown}
    page = Paginator(_sorted(figures, prices, sort), PAGE_SIZE).get_page(page_number)
    return DeskList(
        rows=_rows(list(page.object_list), figures),
        tabs=_tabs(Counter(gig.status for gig in found), status),
        page=page,
        status=status,
        query=query,
        sort=sort,
        has_any=bool(mine),
    )


def own_gigs(user: User, gig_ids: Collection[str]) -> list[Gig]:
    """Those of the ticked gigs that are this seller's, in the order of the list; anything else is left out."""
    numbers = [int(gig_id) for gig_id in gig_ids if gig_id.isascii() and gig_id.isdecimal() and len(gig_id) < 19]
    return list(Gig.objects.filter(pk__in=numbers[:PAGE_SIZE], seller_id=user.pk).order_by("-pk"))


def _sorted(figures: Mapping[int, GigFigures], prices: Mapping[int, int], sort: str) -> list[int]:
    """Keys in the wanted order; equal ones stay newest first, and those without a rate stand last."""
    keys = list(figures)
    match sort:
        case DeskSort.IMPRESSIONS:
            return sorted(keys, key=lambda key: -figures[key].now.impressions)
        case DeskSort.CLICKS:
            return sorted(keys, key=lambda key: -figures[key].now.clicks)
        case DeskSort.ORDERS:
            return sorted(keys, key=lambda key: -figures[key].now.orders)
        case DeskSort.CONVERSION:
            rates = {key: figures[key].now.conversion for key in keys}
            return sorted(keys, key=lambda key: -1 if (rate := rates[key]) is None else rate, reverse=True)
        case DeskSort.PRICE:
            return sorted(keys, key=lambda key: -prices[key])
    return keys


def _tabs(counts: Mapping[str, int], current: str) -> list[Tab]:
    everything = sum(count for status, count in counts.items() if status != GigStatus.ARCHIVED)
    tabs = [Tab("", str(_("All")), everything, not current)]
    # Of states in which nothing is there is no tab, unless it is the one that is shown.
    return tabs + [
        Tab(status.value, str(status.label), counts[status], status == current)
        for status in TABS
        if counts.get(status) or status == current
    ]


def _rows(gig_ids: list[int], figures: Mapping[int, GigFigures]) -> list[DeskRow]:
    states: QuerySet[WorkflowState] = WorkflowState.objects.active().select_related("current_task_state")
    gigs = (
        Gig.objects.filter(pk__in=gig_ids)
        .select_related("category", "stats", "latest_revision")
        .annotate(cover_row=cover_row("pk"))
        .prefetch_related(Prefetch("_workflow_states", states, to_attr="_current_workflow_states"))
    )
    by_key = {gig.pk: gig for gig in gigs}
    return [_row(by_key[key], figures[key]) for key in gig_ids if key in by_key]


def _row(gig: Gig, figures: GigFigures) -> DeskRow:
    in_review = review_in_progress(gig)
    is_open = gig.status not in (GigStatus.DENIED, GigStatus.ARCHIVED)
    return DeskRow(
        gig=gig,
        cover=cover_of(gig.cover_row),
        review=_review(gig) if in_review else None,
        changes=changes_wanted(gig),
        figures=figures,
        can_edit=is_open and not in_review,
        can_submit=is_open and not in_review and (gig.has_unpublished_changes or not gig.live),
        can_archive=GIG_TRANSITIONS.allows(GigStatus(gig.status), GigStatus.ARCHIVED, SELLER),
    )


def _review(gig: Gig) -> Review:
    state = gig.current_workflow_state
    task = state.current_task_state
    since = task.started_at if task else state.created_at
    return Review(since, review_due(since))
