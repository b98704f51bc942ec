"""What the search page shows around the cards: chips, filters with counts, sort, pages, related searches."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplace.accounts.models import SellerLevelChoice, User
from marketplace.core import flags
from marketplace.core.money import display_yuan
from marketplace.discovery import services
from marketplace.discovery.categories import LANGUAGE_FILTERS, shown_categories
from marketplace.discovery.chips import condition_chips, within_days
from marketplace.discovery.engines.base import FacetCount, SearchRequest, SearchResult, attribute_token
from marketplace.discovery.explaining import plan_lines
from marketplace.discovery.facets import attribute_facet, known_attributes
from marketplace.discovery.factors import Explained, explained_results
from marketplace.discovery.landing import is_landing
from marketplace.discovery.params import (
    MAXIMUM_PAGE,
    MAXIMUM_TOGETHER,
    Chip,
    first_page,
    hidden_fields,
    query_string,
)
from marketplace.discovery.promotions import promoted_gigs
from marketplace.discovery.suggestions import related_searches
from marketplace.discovery.weights import weights_in_force
from marketplace.gigs.cards import GigCard, gig_cards
from marketplace.gigs.models import GigCategory

# The price histogram: bars 30 units apart in a box of 240 by 48, and below it where some of the bands end.
BAR_STEP, BAR_WIDTH, CHART_HEIGHT = 30, 27, 48
LABELLED_FEN = frozenset({10_000, 100_000, 1_000_000})

# Options of an attribute before the fold, and attributes that are open before anything is chosen.
OPTIONS_SHOWN, ATTRIBUTES_OPEN = 6, 2

# So many pages come by themselves; then the foot of the page is within reach, and one presses for more.
BY_ITSELF = 4
# With fewer results than this a brief is offered: half a row of cards is no choice.
FEW = 6


@dataclass(frozen=True)
class Choice:
    """A line of a filter."""

    value: str
    text: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class AttributeFilter:
    """An attribute of the category as a filter: options that lead somewhere, the later ones folded away."""

    key: str
    name: str
    choices: list[Choice]
    more: list[Choice]
    is_open: bool


@dataclass(frozen=True)
class Bar:
    """A bar of the price histogram as an SVG path."""

    path: str
    is_within: bool
    edge: str = ""  # the price at which the band ends, where it is written below
    edge_at: int = 0


@dataclass(frozen=True)
class Sort:
    text: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Filters:
    """What can be chosen beside the results, each with how many services it leads to."""

    hidden: Mapping[str, str]  # what the form keeps: words and sort
    categories: list[Choice]
    attributes: list[AttributeFilter]  # of the category
    # Of the sellers, and of what the services say of themselves; none where nobody says.
    languages: list[AttributeFilter]
    days: list[Choice]
    levels: list[Choice]
    ratings: list[Choice]
    online: list[Choice]
    bars: list[Bar]
    price_hint: str


@dataclass(frozen=True)
class SearchPage:
    """Everything `discovery/search.html` shows."""

    request: SearchRequest
    together: SearchRequest  # with the pages above it, where they stand there already
    result: SearchResult
    cards: list[tuple[GigCard, str]]  # with the reason for its place
    promoted: list[GigCard]  # above them, marked 广告
    same_category: list[GigCard]  # where few fit
    as_typed_url: str  # the search without mended slips, where one was mended
    explanations: list[Explained]  # for staff who ask with ?explain=1: what each place is made of
    plan_lines: list[str]
    chips: list[Chip]
    clear_url: str
    ways_out: list[tuple[Chip, int]]  # where nothing fits: what to take away, and how many there are then
    filters: Filters
    sorts: list[Sort]
    last_page: int
    page_numbers: list[tuple[str, str, bool]]  # text, address (empty for an ellipsis), whether it is this page
    comes_by_itself: bool  # the next page, when one comes near the end of this one
    previous_url: str
    next_url: str
    below_url: str  # this page and the next below it, together
    related: list[str]
    offers_brief: bool  # nothing fits; or few do, and what was typed means something
    brief_query: str  # for the address of a new brief: what was typed, empty where nothing was
    category: GigCategory | None
    is_landing: bool  # worth a search engine's while (landing.py)

    @property
    def totals(self) -> dict[str, int | bool]:
        """How many there are, for a part that sees nothing else of the result."""
        return {"total": self.result.total, "is_capped": self.result.is_capped}


def search_page(request: SearchRequest, *, user: User, explain: bool = False, is_below: bool = False) -> SearchPage:
    """The page for `request`: the cost does not grow with the number of cards. `explain` is for staff alone.

    `is_below`: all but the last page that `request` shows together stand there already, and only that one is asked for.
    """
    together = request
    if is_below:
        request = replace(request, page=request.last_shown, through=0)
    result = services.search(request, user) if user.is_authenticated else services.browsed(request)
    # An option that the category does not have was left out of the search, and is left out of every address here.
    request = known_attributes(request, result.attributes)
    together = known_attributes(together, result.attributes)
    categories = shown_categories()
    advertised: list[int] = []
    if result.total and flags.is_on("discovery.promotions", user=user):
        advertised = promoted_gigs(request, result.plan, shown=result.ids)
    every = gig_cards((*result.ids, *result.same_category, *advertised), user=user)
    cards = [card for card in every if card.gig_id in set(result.ids)]
    explained = explain and user.has_perm("discovery.view_thesaurusentry")
    paginator = Paginator(range(min(result.total, MAXIMUM_PAGE * request.page_size)), request.page_size)
    number = min(request.last_shown, paginator.num_pages)
    clear = SearchRequest(query=request.query, sort=request.sort)
    category = categories.get(request.category_slug)
    chips = condition_chips(request, categories, result.attributes, result.plan)
    return SearchPage(
        request=request,
        together=together,
        result=result,
        cards=[(card, result.reasons.get(card.gig_id, "")) for card in cards],
        promoted=[replace(card, is_promoted=True) for card in every if card.gig_id in set(advertised)],
        same_category=[card for card in every if card.gig_id in set(result.same_category)],
        as_typed_url=query_string(first_page(replace(request, as_typed=True))) if result.plan.corrected else "",
        explanations=_explanations(cards, result, request) if explained else [],
        plan_lines=list(plan_lines(result.plan)) if explained else [],
        chips=chips,
        ways_out=sorted(
            ((chip, result.without[chip.condition]) for chip in chips if result.without.get(chip.condition)),
            key=lambda way: -way[1],
        ),
        clear_url=query_string(clear),
        filters=_filters(request, result, categories),
        sorts=_sorts(request),
        last_page=paginator.num_pages,
        page_numbers=[
            (str(item), _page_url(request, int(item)) if str(item).isdigit() else "", item == number)
            for item in paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)
        ]
        if paginator.num_pages > 1
        else [],
        comes_by_itself=number < BY_ITSELF,
        previous_url=_page_url(request, request.page - 1) if request.page > 1 else "",
        next_url=_page_url(request, number + 1) if number < paginator.num_pages else "",
        below_url=query_string(
            replace(together, page=max(together.page, number + 2 - MAXIMUM_TOGETHER), through=number + 1)
        ),
        related=related_searches(result.plan),
        # What nobody sells yet is the best reason for a brief.
        offers_brief=not result.total or (bool(request.query) and not result.plan.nothing_known and result.total < FEW),
        brief_query=urlencode({"title": result.plan.corrected or request.query}) if request.query else "",
        category=category,
        is_landing=is_landing(request, category, result),
    )


def _filters(request: SearchRequest, result: SearchResult, categories: Mapping[str, GigCategory]) -> Filters:
    of_category = _attribute_filters(result)
    return Filters(
        hidden=hidden_fields(request, "q", "sort"),
        categories=[
            Choice(item.value, categories[item.value].localized_name, item.count, item.is_chosen)
            for item in result.facets.get("category", ())
            if item.value in categories
        ],
        attributes=[one for one in of_category if one.key not in LANGUAGE_FILTERS],
        languages=[one for one in of_category if one.key in LANGUAGE_FILTERS],
        days=[
            Choice(item.value, within_days(int(item.value)), item.count, item.is_chosen)
            for item in result.facets.get("days", ())
        ],
        levels=[
            Choice(item.value, str(SellerLevelChoice(item.value).label), item.count, item.is_chosen)
            for item in result.facets.get("level", ())
        ],
        ratings=[
            Choice(item.value, _("%(rating)s and up") % {"rating": item.value}, item.count, item.is_chosen)
            for item in result.facets.get("rating", ())
        ],
        online=[
            Choice(item.value, _("Online now"), item.count, item.is_chosen) for item in result.facets.get("online", ())
        ],
        bars=_bars(result.facets.get("price", ()), request),
        price_hint=_price_hint(result),
    )


def _page_url(request: SearchRequest, page: int) -> str:
    return query_string(replace(request, page=page, through=0))


def _explanations(cards: list[GigCard], result: SearchResult, request: SearchRequest) -> list[Explained]:
    return explained_results(
        [(card.gig_id, card.title) for card in cards],
        result.scores,
        result.plan,
        weights_in_force(),
        first_place=(request.page - 1) * request.page_size + 1,
    )


def _attribute_filters(result: SearchResult) -> list[AttributeFilter]:
    filters: list[AttributeFilter] = []
    for attribute in result.attributes:
        names = {option.key: option.name for option in attribute.options}
        choices = [
            Choice(attribute_token(attribute.key, item.value), names[item.value], item.count, item.is_chosen)
            for item in result.facets.get(attribute_facet(attribute.key), ())
            if item.count or item.is_chosen
        ]
        if not choices:
            continue
        # What is chosen is never folded away, and a fold of a single option would hide nothing.
        fold = OPTIONS_SHOWN if len(choices) > OPTIONS_SHOWN + 1 else len(choices)
        shown = [choice for place, choice in enumerate(choices) if place < fold or choice.is_chosen]
        filters.append(
            AttributeFilter(
                key=attribute.key,
                name=attribute.name,
                choices=shown,
                more=[choice for choice in choices if choice not in shown],
                is_open=len(filters) < ATTRIBUTES_OPEN or any(choice.is_chosen for choice in choices),
            )
        )
    return filters


def _price_hint(result: SearchResult) -> str:
    if result.price_range_fen is None:
        return ""
    low, high = result.price_range_fen
    return _("Half of them cost ¥%(low)s to ¥%(high)s") % {"low": display_yuan(low), "high": display_yuan(high)}


def _bars(bands: tuple[FacetCount, ...], request: SearchRequest) -> list[Bar]:
    most = max((band.count for band in bands), default=0)
    if not most:
        return []
    bars = []
    for place, band in enumerate(bands):
        height = round(CHART_HEIGHT * band.count / most)
        left, top = place * BAR_STEP, CHART_HEIGHT - height
        low, _dash, high = band.value.partition("-")
        within = (request.price_max_fen is None or int(low) < request.price_max_fen) and (
            request.price_min_fen is None or not high or int(high) > request.price_min_fen
        )
        edge = f"¥{display_yuan(int(high))}" if high and int(high) in LABELLED_FEN else ""
        bars.append(
            Bar(f"M{left} {top}h{BAR_WIDTH}v{height}h-{BAR_WIDTH}z", within, edge, left + (BAR_STEP + BAR_WIDTH) // 2)
        )
    return bars


_PRICE_SORTS = {"price": gettext_noop("Price ↑"), "price_down": gettext_noop("Price ↓")}


def _sorts(request: SearchRequest) -> list[Sort]:
    names = {
        "relevance": _("Best match"),
        "orders": _("Most booked"),
        "rating": _("Rating"),
        # One tab for both directions: pressed again, it turns.
        "price_down" if request.sort == "price" else "price": _(_PRICE_SORTS.get(request.sort, gettext_noop("Price"))),
        "speed": _("Fastest"),
        "newest": _("Newest"),
    }
    return [
        Sort(
            text,
            query_string(first_page(replace(request, sort=sort))),
            sort == request.sort or (sort.startswith("price") and request.sort in _PRICE_SORTS),
        )
        for sort, text in names.items()
    ]
