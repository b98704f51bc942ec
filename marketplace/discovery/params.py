"""Between the address and a SearchRequest. What makes no sense in an address is left out, never an error.

A price is typed by people, not only written by links: one that cannot be read is named by `unread_prices`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from unicodedata import category
from urllib.parse import urlencode

from django.http import QueryDict

from marketplace.accounts.models import SellerLevelChoice
from marketplace.core.money import FEN_PER_YUAN
from marketplace.discovery.engines.base import SORTS, SearchRequest, attribute_token
from marketplace.discovery.typed_numbers import read_days, read_yuan

PAGE_SIZE = 24
MAXIMUM_PAGE = 200
# Shown together at most, so that an address cannot ask for thousands of cards.
MAXIMUM_TOGETHER = 10
MAXIMUM_YUAN = 1_000_000
MAXIMUM_DAYS = 365
# Bounds of what an address may ask: the lengths are those of the keys in gigs.models.
MAXIMUM_OPTIONS, MAXIMUM_TOKEN = 30, 61
MAXIMUM_TYPED = 40


def read_request(parameters: QueryDict) -> SearchRequest:
    """The request that an address stands for."""
    low, high = _prices(parameters).values()
    if low is not None and high is not None and low > high:
        low, high = high, low
    sort = parameters.get("sort", "")
    page = min(_number(parameters.get("page"), MAXIMUM_PAGE) or 1, MAXIMUM_PAGE)
    through = min(_number(parameters.get("through"), MAXIMUM_PAGE) or 0, page + MAXIMUM_TOGETHER - 1, MAXIMUM_PAGE)
    return SearchRequest(
        query=_words(parameters.get("q", ""))[:80],
        category_slug=_text(parameters.get("category", ""))[:60],
        price_min_fen=None if low is None else low * FEN_PER_YUAN,
        price_max_fen=None if high is None else high * FEN_PER_YUAN,
        max_days=read_days(parameters.get("days"), maximum=MAXIMUM_DAYS) or None,
        levels=tuple(level for level in SellerLevelChoice.values if level in parameters.getlist("level")),
        min_rating=_rating(parameters.get("rating")),
        online_now=parameters.get("online") == "1",
        attributes=_attributes(parameters.getlist("attr")),
        sort=sort if sort in SORTS else "relevance",
        as_typed=parameters.get("exact") == "1",
        page=page,
        through=through if through > page else 0,
        page_size=PAGE_SIZE,
    )


def unread_prices(parameters: QueryDict) -> dict[str, str]:
    """What stands in a field of a price and is none, by the name of the field: left out of the request, but not silently."""
    return {
        name: typed
        for name, amount in _prices(parameters).items()
        if amount is None and (typed := _text(parameters.get(name, ""))[:MAXIMUM_TYPED])
    }


def address_parameters(request: SearchRequest) -> list[tuple[str, str]]:
    """The request as ordered parameters, without what is the default: one address for one result."""
    pairs: list[tuple[str, str | None]] = [
        ("q", request.query),
        ("category", request.category_slug),
        ("price_min", _yuan(request.price_min_fen)),
        ("price_max", _yuan(request.price_max_fen)),
        ("days", str(request.max_days or "")),
        *(("level", level) for level in request.levels),
        ("rating", "" if request.min_rating is None else f"{request.min_rating:g}"),
        ("online", "1" if request.online_now else ""),
        *(("attr", attribute_token(key, option)) for key, options in request.attributes for option in options),
        ("sort", "" if request.sort == "relevance" else request.sort),
        ("exact", "1" if request.as_typed and request.query else ""),
        ("page", "" if request.page == 1 else str(request.page)),
        ("through", str(request.through or "")),
    ]
    return [(name, value) for name, value in pairs if value]


@lru_cache(maxsize=4_000)
def query_string(request: SearchRequest) -> str:
    """`?q=…` for the request, or `?` alone when it is empty (a link that clears everything)."""
    return "?" + urlencode(address_parameters(request), safe=":")


@dataclass(frozen=True)
class Chip:
    """A condition in force, in words, and the address without it."""

    text: str
    url: str
    condition: str = ""  # its name in facets.counts_without


def hidden_fields(request: SearchRequest, *names: str) -> Mapping[str, str]:
    """The parameters `names` of the request, for the hidden inputs of a form that does not show them."""
    return {name: value for name, value in address_parameters(request) if name in names}


def first_page(request: SearchRequest) -> SearchRequest:
    """The beginning of the same list: whoever changes a condition starts there."""
    return replace(request, page=1, through=0)


def without_option(request: SearchRequest, key: str, option: str) -> SearchRequest:
    """The first page of the request without this option of an attribute."""
    kept = [(own, tuple(one for one in options if (own, one) != (key, option))) for own, options in request.attributes]
    return first_page(replace(request, attributes=tuple((own, options) for own, options in kept if options)))


def _attributes(tokens: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`file-formats:ai` and the like, by attribute. Whether the category has them is seen by the search."""
    wanted: dict[str, list[str]] = {}
    for token in list(tokens)[:MAXIMUM_OPTIONS]:
        key, colon, option = _text(token).partition(":")
        if key and colon and option and len(token) <= MAXIMUM_TOKEN and option not in wanted.setdefault(key, []):
            wanted[key].append(option)
    return tuple((key, tuple(options)) for key, options in wanted.items() if options)


def _words(text: str) -> str:
    """What was typed; marks and pictures alone (“，。！”, 🐱) are as good as nothing."""
    text = _text(text)
    return text if any(one.isalnum() for one in text) else ""


def _text(text: str) -> str:
    """Without control characters: PostgreSQL refuses NUL, and nobody types the others."""
    return "".join(" " if category(one) in ("Cc", "Cs") else one for one in text).strip()


def _prices(parameters: QueryDict) -> dict[str, int | None]:
    """Lower and upper bound in whole yuan, in this order, by the names of their fields."""
    return {
        "price_min": read_yuan(parameters.get("price_min"), bound="lower", maximum=MAXIMUM_YUAN),
        "price_max": read_yuan(parameters.get("price_max"), bound="upper", maximum=MAXIMUM_YUAN),
    }


def _yuan(amount_fen: int | None) -> str:
    return "" if amount_fen is None else str(amount_fen // FEN_PER_YUAN)


def _number(text: str | None, maximum: int) -> int | None:
    """Of a link, not typed: whatever is no plain number is an old or a made-up address."""
    text = (text or "").strip()
    # Only the ten digits: str.isdigit also says yes to ² and to digits that int() reads and people do not mean.
    return min(int(text), maximum) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _rating(text: str | None) -> float | None:
    try:
        rating = float(text or "")
    except ValueError:
        return None
    return rating if 0 < rating <= 5 else None
