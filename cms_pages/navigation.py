"""The categories in the header. Kept for some minutes, and forgotten when a category or its page is published."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.core import one_page, page_cache
from marketplace.core.forgiving import forgiving_cache
from marketplace.core.remembered import forget_remembered, remember
from marketplace.gigs.models import GigCategory

NAVIGATION_SECONDS = 300
Kept = TypeVar("Kept")
_TREE_KEY = "cms:category_tree"


class NavigationEntry(NamedTuple):
    """A category of the first level, as headers and grids show it."""

    title: str
    url: str
    icon: str
    slug: str
    category_id: int


def _key(language: str) -> str:
    return f"cms:navigation:{language}"


def navigation() -> list[NavigationEntry]:
    """The categories of the first level in the active language. Two queries, then none for five minutes."""
    language = get_language() or settings.LANGUAGE_CODE
    return _kept(_key(language), lambda: _read(language))


def _kept(key: str, read: Callable[[], Kept]) -> Kept:
    """What `read` returns, for five minutes. Shared by all who ask: nobody changes it."""
    return one_page.once(key, lambda: _from_cache(key, read))


def _from_cache(key: str, read: Callable[[], Kept]) -> Kept:
    found: Kept | None = forgiving_cache.get_shared(key)
    if found is None:
        found = read()
        forgiving_cache.set(key, found, NAVIGATION_SECONDS)
    return found


def _footer_key(language: str) -> str:
    return f"cms:footer:{language}"


def forget_navigation() -> None:
    """To be called when a category, or a page of one, was changed."""
    languages = [code for code, _name in settings.LANGUAGES]
    keys = [_key(code) for code in languages] + [_footer_key(code) for code in languages]
    keys.append(_TREE_KEY)
    forgiving_cache.delete_many(keys)
    forget_remembered("cms:category_counts")
    for key in (*keys, "cms:category_counts"):
        one_page.forget(key)


def subcategories_of(category_id: int) -> list[GigCategory]:
    """The shown subcategories of a category, in their order. One query, then none for five minutes."""
    return _kept(_TREE_KEY, _read_tree).get(category_id, [])


def _read_tree() -> dict[int, list[GigCategory]]:
    tree: dict[int, list[GigCategory]] = {}
    for category in GigCategory.objects.filter(is_active=True, parent__isnull=False).order_by("position", "pk"):
        tree.setdefault(category.parent_id, []).append(category)
    return tree


def category_search_url(slug: str) -> str:
    """Where a category without a page of its own leads."""
    try:
        return f"{reverse('discovery:search')}?category={slug}"
    except NoReverseMatch:
        return f"/search/?category={slug}"


def category_page_urls(language: str) -> dict[int, str]:
    """Paths of the live category pages in a language, by category id."""
    from cms_pages.models import CategoryPage  # models read the navigation

    pages = CategoryPage.objects.live().filter(locale__language_code=language).defer("body")
    return {page.category_id: page.url for page in pages if page.url}


def _read(language: str) -> list[NavigationEntry]:
    urls = category_page_urls(language)
    categories = GigCategory.objects.filter(parent=None, is_active=True).order_by("position", "pk")
    return [
        NavigationEntry(
            title=category.localized_name,
            url=urls.get(category.pk) or category_search_url(category.slug),
            icon=category.icon or "grid",
            slug=category.slug,
            category_id=category.pk,
        )
        for category in categories
    ]


def help_article_url(slug: str) -> str:
    """Where the help article of this slug stands in the active language, or "" when it is not live."""
    from cms_pages.models import HelpPage

    language = get_language() or settings.LANGUAGE_CODE

    def read() -> str:
        page_cache.shows(page_cache.SITE)
        page = HelpPage.objects.live().filter(slug=slug, locale__language_code=language).defer("body").first()
        return (page.url or "") if page is not None else ""

    return remember(f"cms:help:{language}:{slug}", read, seconds=NAVIGATION_SECONDS)


def help_centre_url() -> str:
    """Where the help centre stands in the active language, or "" when there is none. Kept like the navigation."""
    from cms_pages.models import HelpIndexPage

    language = get_language() or settings.LANGUAGE_CODE

    def read() -> str:
        page_cache.shows(page_cache.SITE)
        page = HelpIndexPage.objects.live().filter(locale__language_code=language).first()
        return (page.url or "") if page is not None else ""

    return remember(f"cms:help:{language}", read, seconds=NAVIGATION_SECONDS)


FooterColumn = tuple[str, list[tuple[str, str]]]


def footer_columns() -> list[FooterColumn]:
    """The footer's links: (title, [(text, address), …]), from the pages an editor marked "show in menus"."""
    language = get_language() or settings.LANGUAGE_CODE
    return _kept(_footer_key(language), lambda: _read_footer(language))


def _read_footer(language: str) -> list[FooterColumn]:
    from cms_pages.models import HelpIndexPage, HelpSectionPage, LandingIndexPage, StandardPage

    def pages(model: type) -> list[tuple[str, str]]:
        found = model.objects.live().filter(locale__language_code=language).order_by("path")
        return [(page.title, page.url) for page in found.in_menu() if page.url]

    def fixed(*entries: tuple[str, str]) -> list[tuple[str, str]]:
        return [(text, reverse(name)) for text, name in entries]

    columns = [
        (
            _("Buying"),
            [
                *fixed((_("Find services"), "discovery:search"), (_("My orders"), "orders:list")),
                *pages(LandingIndexPage),
            ],
        ),
        (_("Selling"), fixed((_("Start selling"), "accounts:become_seller"), (_("Wallet"), "ledger:wallet"))),
        (
            _("Platform"),
            [
                *pages(StandardPage),
                *fixed((_("Proof of escrow"), "ledger:escrow"), (_("How we decide"), "moderation:statistics")),
            ],
        ),
        (_("Help"), [*pages(HelpIndexPage), *pages(HelpSectionPage)]),
    ]
    return [column for column in columns if column[1]]
