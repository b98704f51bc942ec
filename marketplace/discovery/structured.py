"""What search engines read of a search that is worth their while (landing.py): the services, and the way there."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.core import structured_data as schema
from marketplace.core.templatetags.jiangji import home_url
from marketplace.discovery.page import SearchPage


def head_of(page: SearchPage, address: str) -> dict[str, Any]:
    """What the head of the page says (components/page_meta.html). `address`: the short one, with its query."""
    if page.request.query:
        title = _("“%(query)s”") % {"query": page.request.query}
    elif page.category:
        # Not its name alone: that is the title of the editors' page of the category.
        title = _("All services in %(category)s") % {"category": page.category.localized_name}
    else:
        title = _("All services")
    summary = getattr(page.category, "localized_summary", "") if not page.request.query else ""
    promise = _("Stated prices, money in escrow until you accept the work.")
    return {
        "page_title": title,
        "page_description": " · ".join(part for part in (title, summary, promise) if part),
        "page_address": schema.absolute(address),
        "structured_data": search_blocks(page),
    }


def search_blocks(page: SearchPage) -> list[schema.Json]:
    """The list of services and the breadcrumbs of a category; nothing for any other search."""
    category = page.category
    if not page.is_landing or category is None:
        return []
    search = reverse("discovery:search")
    first = (page.request.page - 1) * page.request.page_size + 1
    listed = schema.item_list(
        ((card.title, card.url) for card, _reason in page.cards),
        name=category.localized_name,
        total=page.result.total,
        first=first,
    )
    steps = [(_("Home"), home_url())]
    steps += [
        (one.localized_name, f"{search}?category={one.slug}") for one in (category.parent, category) if one is not None
    ]
    return [listed.as_document(), schema.breadcrumbs(steps).as_document()]
