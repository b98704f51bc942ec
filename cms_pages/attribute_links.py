"""The attributes of a category as ways into the search, on the category's page."""

from dataclasses import dataclass

from django.urls import reverse

from cms_pages.selectors import FIGURES_SECONDS
from marketplace.core.remembered import remember
from marketplace.discovery.categories import option_counts
from marketplace.discovery.engines.base import SearchRequest, attribute_token
from marketplace.discovery.params import query_string
from marketplace.gigs.attributes import attributes_of
from marketplace.gigs.models import GigCategory


@dataclass(frozen=True)
class OptionLink:
    """An option of an attribute, how many gigs on sale say it, and the search for them."""

    name: str
    count: int
    url: str


@dataclass(frozen=True)
class AttributeLinks:
    """An attribute with those of its options that lead somewhere."""

    name: str
    options: list[OptionLink]


def attribute_links(category: GigCategory) -> list[AttributeLinks]:
    """The filters that the search offers for `category`, as links to it, in the language of the page.

    The counts are kept for some minutes, as the other figures of the page.
    """
    counts = remember(f"cms:options:{category.slug}", lambda: option_counts(category.slug), seconds=FIGURES_SECONDS)
    search = reverse("discovery:search")
    lines = []
    for attribute in attributes_of(category):
        options = [
            OptionLink(
                option.name,
                counts[token],
                search
                + query_string(
                    SearchRequest(category_slug=category.slug, attributes=((attribute.key, (option.key,)),))
                ),
            )
            for option in attribute.options
            if (token := attribute_token(attribute.key, option.key)) in counts
        ]
        if options:
            lines.append(AttributeLinks(attribute.name, options))
    return lines
