"""What the attributes of its category say of a gig, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import get_language

from marketplace.gigs.models import Gig, GigAttributeOption, GigCategory

_COLUMNS = {
    "key": "attribute__key",
    "name": "attribute__name",
    "name_en": "attribute__name_en",
    "option": "key",
    "option_name": "name",
    "option_name_en": "name_en",
}
# What holds for the whole category comes before what only its subcategory asks.
_ORDER = (
    F("attribute__category__parent_id").asc(nulls_first=True),
    "attribute__sort_order",
    "attribute_id",
    "sort_order",
    "pk",
)


@dataclass(frozen=True)
class Fact:
    """One attribute of a gig: 文件格式, [AI, SVG]."""

    name: str
    values: list[str]


def attribute_rows(gig: str = "") -> ArraySubquery:
    """Every option of a gig's category and its parent, as an annotation of a query over gigs: no query of its own.

    `gig` is the path to the gig in a query over something else: "gig__".
    """
    own = Q(attribute__category=OuterRef(f"{gig}category_id"))
    own |= Q(attribute__category=OuterRef(f"{gig}category__parent_id"))
    return ArraySubquery(_options(own))


def attribute_rows_of(category: GigCategory) -> list[dict[str, Any]]:
    """The same for a draft, whose category may not be the published one. One query."""
    own = Q(attribute__category=category.pk) | Q(attribute__category=category.parent_id)
    return list(_options(own).values_list("row", flat=True))


def facts(gig: Gig, rows: Iterable[dict[str, Any]]) -> list[Fact]:
    """What is said of `gig`, in the language of the page; keys that the category no longer has are left out."""
    english = (get_language() or "").startswith("en")
    found: dict[str, Fact] = {}
    for row in rows:
        chosen = gig.attributes.get(row["key"], [])
        if row["option"] in ([chosen] if isinstance(chosen, str) else chosen):
            fact = found.setdefault(row["key"], Fact(row["name_en"] if english else row["name"], []))
            fact.values.append(row["option_name_en"] if english else row["option_name"])
    return list(found.values())


def _options(own: Q) -> Any:
    return GigAttributeOption.objects.filter(own).order_by(*_ORDER).values(row=JSONObject(**_COLUMNS))
