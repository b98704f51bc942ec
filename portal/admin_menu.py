"""The admin's menu by what people work on: rooms say what they have, and where it stands is decided here, for all of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem


@dataclass(frozen=True)
class MenuGroup:
    """Items of the menu that belong together, by the names of their addresses, in the order in which they are shown."""

    name: str
    label: str | Promise
    icon: str
    order: int
    views: tuple[str, ...]


def _snippets(*models: str) -> tuple[str, ...]:
    return tuple(f"wagtailsnippets_{model}:list" for model in models)


GROUPS = (
    MenuGroup(
        "menu-moderation",
        _("Moderation"),
        "tasks",
        200,
        (
            "gigs_reviews",
            "moderation_reports",
            "moderation_flags",
            "moderation_reviews",
            "accounts_verifications",
            "orders_disputes",
            "orders_holds",
            "reviews_integrity_cases",
            "moderation_appeals",
            "moderation_opinions",
            "moderation_checks",
            "moderation_team",
            "reviews_candidates",
            "accounts_pieces",
            "accounts_suggestions",
        ),
    ),
    MenuGroup(
        "menu-words",
        _("Words and reasons"),
        "openquote",
        210,
        (
            *_snippets("safety_sensitiveword"),
            "safety_words_import",
            *_snippets("gigs_advertisingword", "gigs_reviewreason", "moderation_decisionreason"),
        ),
    ),
    MenuGroup("menu-people", _("People"), "group", 220, ("people", "blocks")),
    MenuGroup(
        "menu-support",
        pgettext_lazy("work of the staff", "Support"),
        "help",
        230,
        (
            "support_inbox",
            *_snippets("support_cannedanswer", "messaging_messagetemplate"),
            "notifications_undelivered",
        ),
    ),
    MenuGroup(
        "menu-money",
        pgettext_lazy("work of the staff", "Money"),
        "wallet",
        240,
        (
            "payments_payouts",
            "orders_refunds",
            "payments_bills",
            "payments_waiting",
            "payments_settlements",
            "payments_invoices",
            "insights_books",
            "payments_own_money",
            *_snippets("orders_coupon", "orders_couponuse"),
        ),
    ),
    MenuGroup(
        "menu-catalogue",
        pgettext_lazy("work of the staff", "Catalogue"),
        "folder-open-inverse",
        250,
        _snippets("gigs_gig", "gigs_gigcategory"),
    ),
    MenuGroup(
        "menu-search",
        _("Search and recommendations"),
        "search",
        260,
        (
            "discovery_figures",
            *_snippets("discovery_thesaurusentry"),
            "discovery_candidates",
            *_snippets("discovery_suggestionban", "discovery_promotion"),
            "discovery_recommendations",
            *_snippets("discovery_judgedset"),
        ),
    ),
    MenuGroup(
        "menu-rules",
        _("Rules and help"),
        "doc-full",
        270,
        _snippets("cms_pages_rulestext", "cms_pages_rulescomment", "cms_pages_helpfeedback"),
    ),
    MenuGroup(
        "menu-platform",
        pgettext_lazy("work of the staff", "Platform"),
        "cogs",
        980,
        ("operations_settings", "operations"),
    ),
)
# Wagtail's own work, and what stands alone.
ALONE = frozenset({
    "wagtailadmin_explore_root", "wagtailimages:index", "wagtaildocs:index", "wagtailforms:index", "wagtailsnippets:index",
    "wagtailsnippets_cms_pages_sitevideo:list", "demo_clock",
    # The first thing of a moderator's day, and what most roles look at: one click away.
    "moderation_queue", "insights_boards",
})  # fmt: skip


@cache
def _place_of() -> dict[str, tuple[MenuGroup, int]]:
    return {reverse(view): (group, place) for group in GROUPS for place, view in enumerate(group.views)}


def grouped(items: Iterable[MenuItem]) -> list[MenuItem]:
    """The items with those of a group in its submenu. A group of one is that item itself: one click less."""
    places = _place_of()
    found: dict[MenuGroup, list[tuple[int, MenuItem]]] = {}
    rest = []
    for item in items:
        place = places.get(item.url)
        if place is None:
            rest.append(item)
        else:
            found.setdefault(place[0], []).append((place[1], item))
    return rest + [
        _item_of(group, [item for _place, item in sorted(inside, key=lambda pair: pair[0])])
        for group, inside in found.items()
    ]


def _item_of(group: MenuGroup, items: list[MenuItem]) -> MenuItem:
    if len(items) == 1:
        return _Placed(items[0], group.order)
    ordered: list[MenuItem] = [_Placed(item, place) for place, item in enumerate(items)]
    return SubmenuMenuItem(group.label, Menu(items=ordered), name=group.name, icon_name=group.icon, order=group.order)


class _Placed(MenuItem):
    """An item at another place. The item itself is shared by all requests and stays as it is."""

    def __init__(self, item: MenuItem, order: int) -> None:
        self._item = item
        super().__init__(
            item.label,
            item.url,
            name=item.name,
            classname=item.classname,
            icon_name=item.icon_name,
            attrs=item.attrs,
            order=order,
        )

    def render_component(self, request: HttpRequest) -> object:
        """As the item renders itself: some show a number."""
        return self._item.render_component(request)
