"""What search engines read of a page: schema.org's things as dataclasses, one class a type, and a few ready-made ones.

The name of a class is the `@type`, a field `aggregate_rating` the property `aggregateRating`; what is empty is left out. So a
typing mistake is mypy's to find, and tests/schema_org holds every rendered page against the vocabulary. Only what the page
shows may be said: search engines punish ratings and questions that nobody can see.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.conf import settings

Json = dict[str, Any]
CONTEXT = "https://schema.org"
_NOTHING: tuple[object, ...] = (None, "", (), [])


def absolute(url: str) -> str:
    """An address as others need it: ours with our host; that of a bucket has one already."""
    return settings.SITE_URL + url if url.startswith("/") else url


def language_tag(code: str) -> str:
    """Django's code of a language as BCP 47 writes it: `zh-hans` → `zh-Hans`."""
    return "zh-Hans" if code == "zh-hans" else code


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Anything. `id` names it across blocks and pages, so that one may point at it."""

    id: str = ""
    name: str = ""
    url: str = ""
    description: str = ""
    image: "str | ImageObject | Sequence[str]" = ""

    def as_json(self) -> Json:
        """The thing with its type, without the context: as it stands inside another."""
        found: Json = {"@type": type(self).__name__}
        for field in fields(self):
            value = getattr(self, field.name)
            if value in _NOTHING:
                continue
            found[_property(field.name)] = _as_json(value)
        return found

    def as_document(self) -> Json:
        """The thing as a block of its own."""
        return {"@context": CONTEXT, **self.as_json()}


def _property(field: str) -> str:
    if field == "id":
        return "@id"
    if field == "query_input":  # schema.org's way to say which part of the address is the reader's
        return "query-input"
    first, *rest = field.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def _as_json(value: object) -> object:
    if isinstance(value, Thing):
        return value.as_json()
    if isinstance(value, Reference):
        return {"@id": value.id}
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return [_as_json(one) for one in value]
    return value


@dataclass(frozen=True)
class Reference:
    """A thing that is described elsewhere, by its `@id`."""

    id: str


@dataclass(frozen=True, kw_only=True)
class ImageObject(Thing):
    content_url: str = ""
    width: int | None = None
    height: int | None = None
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class PostalAddress(Thing):
    address_country: str = ""
    address_region: str = ""
    address_locality: str = ""


@dataclass(frozen=True, kw_only=True)
class Country(Thing):
    pass


@dataclass(frozen=True, kw_only=True)
class ContactPoint(Thing):
    contact_type: str = ""
    telephone: str = ""
    email: str = ""
    available_language: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Organization(Thing):
    legal_name: str = ""
    logo: str = ""
    contact_point: ContactPoint | None = None


@dataclass(frozen=True, kw_only=True)
class EntryPoint(Thing):
    url_template: str = ""


@dataclass(frozen=True, kw_only=True)
class SearchAction(Thing):
    target: EntryPoint | None = None
    query_input: str = ""


@dataclass(frozen=True, kw_only=True)
class Rating(Thing):
    """Stars that one person gave."""

    rating_value: int | Decimal | None = None
    best_rating: int = 5
    worst_rating: int = 1


@dataclass(frozen=True, kw_only=True)
class AggregateRating(Rating):
    """What many stars come to. Named only when there are some: a made-up zero is against the rules of search engines."""

    review_count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Person(Thing):
    job_title: str = ""
    address: PostalAddress | None = None
    knows_about: Sequence[str] = ()
    knows_language: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Review(Thing):
    author: Person | None = None
    date_published: datetime | None = None
    review_body: str = ""
    review_rating: Rating | None = None
    in_language: str = ""


@dataclass(frozen=True, kw_only=True)
class Offer(Thing):
    price: str = ""
    price_currency: str = "CNY"
    availability: Literal["", "https://schema.org/InStock", "https://schema.org/PreOrder"] = ""


@dataclass(frozen=True, kw_only=True)
class Service(Thing):
    service_type: str = ""
    area_served: Country | None = None
    provider: Person | Organization | Reference | None = None
    offers: Sequence[Offer] = ()
    aggregate_rating: AggregateRating | None = None
    review: Sequence[Review] = ()


@dataclass(frozen=True, kw_only=True)
class ListItem(Thing):
    position: int = 0
    item: "str | Thing" = ""


@dataclass(frozen=True, kw_only=True)
class ItemList(Thing):
    number_of_items: int | None = None
    item_list_element: Sequence[ListItem] = ()


@dataclass(frozen=True, kw_only=True)
class BreadcrumbList(ItemList):
    pass


@dataclass(frozen=True, kw_only=True)
class Answer(Thing):
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Question(Thing):
    accepted_answer: Answer | None = None


@dataclass(frozen=True, kw_only=True)
class CreativeWork(Thing):
    in_language: str = ""
    publisher: Organization | Reference | None = None
    date_created: datetime | None = None
    date_published: datetime | None = None
    date_modified: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class WebSite(CreativeWork):
    alternate_name: str = ""
    potential_action: SearchAction | None = None


@dataclass(frozen=True, kw_only=True)
class WebPage(CreativeWork):
    is_part_of: Reference | None = None
    main_entity: "Thing | Sequence[Thing] | None" = None


@dataclass(frozen=True, kw_only=True)
class CollectionPage(WebPage):
    pass


@dataclass(frozen=True, kw_only=True)
class ProfilePage(WebPage):
    pass


@dataclass(frozen=True, kw_only=True)
class FAQPage(WebPage):
    pass


@dataclass(frozen=True, kw_only=True)
class Article(CreativeWork):
    headline: str = ""
    main_entity_of_page: str = ""
    author: Organization | Reference | None = None


def organization_id() -> str:
    """The `@id` of ourselves, for references."""
    return f"{settings.SITE_URL}/#organization"


def website_id() -> str:
    """The `@id` of the site, for references."""
    return f"{settings.SITE_URL}/#website"


def breadcrumbs(steps: Iterable[tuple[str, str]]) -> BreadcrumbList:
    """The way to a page. `steps`: (name, path or address) from the home page to the page itself."""
    return BreadcrumbList(
        item_list_element=[
            ListItem(position=place, name=str(name), item=absolute(url))
            for place, (name, url) in enumerate(steps, start=1)
        ]
    )


def item_list(
    entries: Iterable[tuple[str, str]], *, name: str = "", total: int | None = None, first: int = 1
) -> ItemList:
    """What a page lists. `entries`: (name, path); `total`: how many there are on all pages; `first`: the first one's place."""
    items = [
        ListItem(position=place, name=title, url=absolute(url))
        for place, (title, url) in enumerate(entries, start=first)
    ]
    return ItemList(name=name, number_of_items=len(items) if total is None else total, item_list_element=items)


def questions_page(entries: Iterable[tuple[str, str]], *, url: str = "") -> FAQPage | None:
    """The questions of a page. `entries`: (question, answer in plain text or simple HTML); None without any."""
    found = [
        Question(name=question, accepted_answer=Answer(text=answer))
        for question, answer in entries
        if question and answer
    ]
    return FAQPage(url=url, main_entity=found) if found else None
