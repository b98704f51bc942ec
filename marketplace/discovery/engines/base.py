"""What a search engine must do, and the values that pass between the query's understanding, the engine and the scorer.

An engine only retrieves: about 200 candidates for a plan. Language is understood before (plan.py), ranking is done after
(scorer.py), so that every engine gives the same order.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from django.utils import timezone

from marketplace.gigs.attributes import Attribute

if TYPE_CHECKING:
    from marketplace.discovery.scorer import Score

CANDIDATE_LIMIT = 200
SORTS = ("relevance", "orders", "rating", "price", "price_down", "speed", "newest")


def attribute_token(key: str, option: str) -> str:
    """An option of an attribute as addresses and documents name it: `file-formats:ai`."""
    return f"{key}:{option}"


@dataclass(frozen=True)
class SearchRequest:
    """What was asked for. Prices in fen, times in days; a category by its slug, parent or child."""

    query: str = ""
    category_slug: str = ""
    price_min_fen: int | None = None
    price_max_fen: int | None = None
    max_days: int | None = None
    levels: tuple[str, ...] = ()
    min_rating: float | None = None
    online_now: bool = False
    online: frozenset[int] = frozenset()  # the sellers who are, asked for once a search; nobody types it
    # Attribute keys with the wanted options: any of them will do, but something of every attribute.
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sort: str = "relevance"
    as_typed: bool = False  # no slip of the finger is mended
    page: int = 1
    through: int = 0  # the pages up to this one are shown below it; 0: the page alone
    page_size: int = 24

    @property
    def last_shown(self) -> int:
        """The last of the pages that are shown together."""
        return max(self.page, self.through)

    @property
    def places(self) -> slice:
        """Which of the whole list are shown."""
        return slice((self.page - 1) * self.page_size, self.last_shown * self.page_size)

    @property
    def has_filters(self) -> bool:
        """Whether anything besides the words narrows the result."""
        return bool(
            self.category_slug
            or self.levels
            or self.price_min_fen is not None
            or self.price_max_fen is not None
            or self.max_days is not None
            or self.min_rating is not None
            or self.online_now
            or self.attributes
        )


@dataclass(frozen=True)
class Alternative:
    """One way to say a concept: a word of the index and how much a hit of it is worth (1 = as typed)."""

    term: str
    weight: float


@dataclass(frozen=True)
class Concept:
    """One thing the query is about. Generic ones (设计, 制作) say little alone and weigh a quarter."""

    text: str
    alternatives: tuple[Alternative, ...]
    is_generic: bool = False
    idf: float = 1.0


@dataclass(frozen=True)
class Constraint:
    """A condition written in words: `300元以内` → price_max_fen 30000."""

    text: str
    field: str
    value: int | float | str


@dataclass(frozen=True)
class QueryPlan:
    """The understood query. Without concepts and with `nothing_known` set, nothing can be found and nothing is returned."""

    text: str
    concepts: tuple[Concept, ...] = ()
    phrases: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    seller: str = ""  # the part of the text that names a seller
    seller_share: float = 0.0  # 1 when the whole text is the seller's name
    category_slugs: frozenset[str] = frozenset()  # named by the text
    is_category: bool = False  # the text is a category's name and nothing else
    corrected: str = ""  # what was searched instead, when a slip of the finger was mended
    guesses: tuple[tuple[str, str, str], ...] = ()  # typed, searched, by what: sound, initials, slip
    nothing_known: bool = False
    dictionary: str = ""  # the version of the words it was cut by
    asked: str = ""  # the text without its conditions and without what was said around the thing (帮我找个…)

    @property
    def terms(self) -> list[str]:
        """The words to retrieve by: those of the core concepts, or of the generic ones when there are no others."""
        core = [concept for concept in self.concepts if not concept.is_generic and concept.alternatives]
        return list(
            dict.fromkeys(alternative.term for concept in core or self.concepts for alternative in concept.alternatives)
        )


@dataclass(frozen=True)
class Candidate:
    """A live gig as the scorer and the facets see it."""

    gig_id: int
    seller_id: int
    title: str
    title_tokens: frozenset[str]
    tag_tokens: frozenset[str]
    body_tokens: frozenset[str]
    category_tokens: frozenset[str]
    seller_name: str
    category_slug: str
    subcategory_slug: str
    price_fen: int
    delivery_days: int
    level: str
    orders_completed: int
    rating_sum: int
    rating_count: int
    created_at: datetime
    attributes: frozenset[str] = frozenset()  # tokens


class FacetRow(NamedTuple):
    """The filterable part of a matching gig. A tuple, because a page counts over thousands."""

    gig_id: int
    category_slug: str
    subcategory_slug: str
    price_fen: int
    delivery_days: int
    level: str
    rating: float
    attributes: Collection[str] = ()  # tokens
    seller_id: int = 0
    # What PostgreSQL puts them in order by before the scorer reads the first of them (windows.py).
    popularity: int = 0
    orders: int = 0
    rating_count: int = 0
    rating_sum: int = 0
    rank: float = 0.0
    coverage: float = 0.0


class Candidates(list[Candidate]):
    """What an engine found. Capped: it looked at a part of what matches, so that there may be more than these.

    Narrowed: these are what passes the filters, and what the counts beside them are made of is in the rows alone.
    """

    def __init__(self, found: Iterable[Candidate] = (), *, is_capped: bool = False, are_narrowed: bool = False) -> None:
        super().__init__(found)
        self.is_capped = is_capped
        self.are_narrowed = are_narrowed


class FacetRows(list[FacetRow]):
    """Rows of matching gigs. Capped: more match than these, so that what is counted over them is a lower bound."""

    def __init__(self, rows: Iterable[FacetRow] = (), *, is_capped: bool = False) -> None:
        super().__init__(rows)
        self.is_capped = is_capped


@dataclass(frozen=True)
class FacetCount:
    """A value of a filter, and how many results it would leave, all other filters staying as they are."""

    value: str
    count: int
    is_chosen: bool = False


@dataclass(frozen=True)
class SearchResult:
    """One page of gig ids, best first, with what the page around them shows."""

    ids: tuple[int, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    plan: QueryPlan = QueryPlan("")
    reasons: Mapping[int, str] = field(default_factory=dict)
    price_range_fen: tuple[int, int] | None = None  # between which half of the results lie
    # Where the conditions leave nothing: how many there are without each of them (facets.counts_without).
    without: Mapping[str, int] = field(default_factory=dict)
    same_category: tuple[int, ...] = ()  # where few fit: others of the category that the text is about
    scores: Mapping[int, "Score"] = field(default_factory=dict)  # of the page's gigs, for people who ask why
    is_capped: bool = False  # more match than were counted: `total` and the counts are lower bounds, shown as "5000+"
    attributes: tuple[Attribute, ...] = ()  # of the category the results belong to; their counts are facets "attr:key"


class SearchEngine(Protocol):
    """What discovery asks of PostgreSQL or Elasticsearch."""

    def index(self, documents: Sequence["GigWords"]) -> None:
        """Store these documents, replacing those of the same gigs."""

    def remove(self, gig_ids: Sequence[int]) -> None:
        """Forget these gigs; unknown ids are no error."""

    def clear(self) -> None:
        """Forget everything."""

    def retrieve(self, plan: QueryPlan, request: SearchRequest, *, limit: int = CANDIDATE_LIMIT) -> Candidates:
        """The `limit` best live candidates for the plan, and as many that also pass the filters of the request.

        Where no word was typed an engine may leave out what does not pass them (`Candidates.are_narrowed`).
        """

    def facet_rows(self, plan: QueryPlan) -> FacetRows:
        """The filterable parts of every live gig that the plan matches, whatever the filters, or of a part that is capped."""


@dataclass(frozen=True)
class GigWords:
    """A gig's words, cut and folded: what an engine stores."""

    gig_id: int
    title: tuple[str, ...]
    tags: tuple[str, ...]
    category: tuple[str, ...]
    body: tuple[str, ...]
    seller: tuple[str, ...]
    sub_words: tuple[tuple[str, str], ...]  # (weight letter A-D, word inside a longer one, or made of two)
    category_slug: str
    subcategory_slug: str
    attributes: tuple[str, ...] = ()  # tokens
    read_at: datetime = field(default_factory=timezone.now)  # no later than the gig was read
