"""The categories in the header. Kept for some minutes, and forgotten when a category or its page is published."""

from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.gigs.models import GigCategory

NAVIGATION_SECONDS = 300
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
    entries = cache.get(_key(language))
    if entries is None:
        entries = _read(language)
        cache.set(_key(language), entries, NAVIGATION_SECONDS)
    return entries


def _footer_key(language: str) -> str:
    return f"cms:footer:{language}"


def forget_navigation() -> None:
    """To be called when a category, or a page of one, was changed."""
    languages = [code for code, _name in settings.LANGUAGES]
    cache.delete_many([_key(code) for code in languages] + [_footer_key(code) for code in languages])
    cache.delete_many(["cms:category_counts", _TREE_KEY])


def subcategories_of(category_id: int) -> list[GigCategory]:
    """The shown subcategories of a category, in their order. One query, then none for five minutes."""
    tree = cache.get(_TREE_KEY)
    if tree is None:
        tree = {}
        for category in GigCategory.objects.filter(is_active=True, parent__isnull=False).order_by("position", "pk"):
            tree.setdefault(category.parent_id, []).append(category)
        cache.set(_TREE_KEY, tree, NAVIGATION_SECONDS)
    return tree.get(category_id, [])


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
    key = f"cms:help:{language}:{slug}"
    url = cache.get(key)
    if url is None:
        page = HelpPage.objects.live().filter(slug=slug, locale__language_code=language).defer("body").first()
        url = (page.url or "") if page is not None else ""
        cache.set(key, url, NAVIGATION_SECONDS)
    return str(url)


def help_centre_url() -> str:
    """Where the help centre stands in the active language, or "" when there is none. Kept like the navigation."""
    from cms_pages.models import HelpIndexPage

    language = get_language() or settings.LANGUAGE_CODE
    key = f"cms:help:{language}"
    url = cache.get(key)
    if url is None:
        page = HelpIndexPage.objects.live().filter(locale__language_code=language).first()
        url = (page.url or "") if page is not None else ""
        cache.set(key, url, NAVIGATION_SECONDS)
    return str(url)


FooterColumn = tuple[str, list[tuple[str, str]]]


def footer_columns() -> list[FooterColumn]:
    """The footer's links: (title, [(text, address), …]), from the pages an editor marked "show in menus"."""
    language = get_language() or settings.LANGUAGE_CODE
    columns = cache.get(_footer_key(language))
    if columns is None:
        columns = _read_footer(language)
        cache.set(_footer_key(language), columns, NAVIGATION_SECONDS)
    return columns


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
        (_("Platform"), [*pages(StandardPage), *fixed((_("Proof of escrow"), "ledger:escrow"))]),
        (_("Help"), [*pages(HelpIndexPage), *pages(HelpSectionPage)]),
    ]
    return [column for column in columns if column[1]]
