"""What the gigs of a category are described by: read with names in both languages, and kept to what the category knows.

A gig stores keys only ({"file-formats": ["ai", "psd"]}); names are looked up when they are shown, so that renaming an
option changes every page at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Case, OuterRef, When
from django.db.models.functions import JSONObject
from django.utils.translation import get_language

from marketplace.core.forgiving import forgiving_cache
from marketplace.gigs.models import AttributeKind, Gig, GigAttribute, GigAttributeOption, GigCategory

# Attributes change a few times a year; what clears the cache is `forget_attributes`, this is for the day it is forgotten.
CACHE_SECONDS = 600
# Not a rule of the trade, a bound for what a request may send.
VALUE_LIMIT = 30


@dataclass(frozen=True)
class Option:
    """One of the answers to an attribute."""

    key: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return _localized(self.name_zh, self.name_en)


@dataclass(frozen=True)
class Attribute:
    """Something the gigs of a category are described by, with all its options in order."""

    key: str
    name_zh: str
    name_en: str
    kind: str  # AttributeKind value
    is_required: bool
    options: tuple[Option, ...]

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return _localized(self.name_zh, self.name_en)

    @property
    def takes_several(self) -> bool:
        """Whether a gig may have several of the options."""
        return self.kind == AttributeKind.MANY

    def option(self, key: str) -> Option | None:
        """The option of this key, if there is one."""
        return next((option for option in self.options if option.key == key), None)


def attributes_of(category: GigCategory) -> tuple[Attribute, ...]:
    """The attributes of the gigs of `category`: its own in their order, then its parent's.

    Those without options are left out: nothing can be answered. One query, or none when the answer is in the cache.
    """
    key = _cache_key(category.pk)
    found: tuple[Attribute, ...] | None = forgiving_cache.get_shared(key)
    if found is None:
        found = _read([category.pk, *([category.parent_id] if category.parent_id else [])])
        forgiving_cache.set(key, found, CACHE_SECONDS)
    return found


def clean_attributes(category: GigCategory, raw: Mapping[str, object]) -> dict[str, list[str]]:
    """`raw` (attribute key to a list of option keys, or to one key) without what `category` does not know.

    Options come in the order of the category, each once; of an attribute of kind ONE the first that was named is kept;
    attributes without a value are left out. What makes no sense is dropped, never an error.
    """
    kept: dict[str, list[str]] = {}
    for attribute in attributes_of(category):
        named = _as_keys(raw.get(attribute.key))
        known = [option.key for option in attribute.options if option.key in named]
        if not attribute.takes_several:
            known = sorted(known, key=named.index)[:1]
        if known:
            kept[attribute.key] = known
    return kept


def missing_attributes(category: GigCategory, values: Mapping[str, Sequence[str]]) -> list[Attribute]:
    """The required attributes of `category` that `values` (cleaned) say nothing of."""
    return [
        attribute for attribute in attributes_of(category) if attribute.is_required and not values.get(attribute.key)
    ]


def attribute_lines(gig: Gig) -> list[tuple[str, list[str]]]:
    """What the gig's attributes say, for people: (name, names of the options), in the order of the category.

    Keys that the category no longer knows are left out. Reads `gig.category`: select it along, and it costs no query
    while the category's attributes are in the cache, one otherwise.
    """
    values = clean_attributes(gig.category, gig.attributes)
    return [
        (attribute.name, [option.name for option in attribute.options if option.key in values[attribute.key]])
        for attribute in attributes_of(gig.category)
        if attribute.key in values
    ]


def forget_attributes(category_ids: Iterable[int]) -> None:
    """Drop the cached attributes of these categories and of their subcategories, now and once more after commit."""
    ids = set(category_ids)
    ids |= set(GigCategory.objects.filter(parent__in=ids).values_list("pk", flat=True))
    keys = [_cache_key(pk) for pk in ids]
    forgiving_cache.delete_many(keys)
    transaction.on_commit(
        lambda: forgiving_cache.delete_many(keys)
    )  # a reader in between may have stored the old ones again


def _cache_key(category_id: int) -> str:
    return f"gigs:attributes:{category_id}"


def _read(category_ids: Sequence[int]) -> tuple[Attribute, ...]:
    options = GigAttributeOption.objects.filter(attribute=OuterRef("pk")).order_by("sort_order", "pk")
    rows = (
        GigAttribute.objects.filter(category__in=category_ids)
        .annotate(
            option_rows=ArraySubquery(options.values(row=JSONObject(key="key", name_zh="name", name_en="name_en"))),
            place=Case(*[When(category=pk, then=place) for place, pk in enumerate(category_ids)]),
        )
        .order_by("place", "sort_order", "pk")
    )
    by_key: dict[str, Attribute] = {}
    for row in rows:
        # The admin refuses a key that stands twice in a category and its parent; should it happen, the own one counts.
        if row.option_rows and row.key not in by_key:
            by_key[row.key] = Attribute(
                key=row.key,
                name_zh=row.name,
                name_en=row.name_en,
                kind=row.kind,
                is_required=row.is_required,
                options=tuple(Option(**option) for option in row.option_rows),
            )
    return tuple(by_key.values())


def _as_keys(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple):
        return [item for item in value[:VALUE_LIMIT] if isinstance(item, str)]
    return []


def _localized(name: str, name_en: str) -> str:
    return name_en if (get_language() or "").startswith("en") else name
