"""What search engines may find: an index of sitemaps, and each of them with translations and pictures.

A part holds the rows whose keys fall into one range (`PART_KEYS` keys), not the n-th so many rows: it is read by the primary
key alone, costs the same at the end of a million as at the beginning, and what is new changes the last part only. So a part
whose rows are all gone is no longer named, and others may be thin.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Exists, F, Max, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms_pages.models import CategoryPage, HelpPage, LandingPage
from cms_pages.models.base import BasePage
from marketplace.accounts.models import Portfolio, PortfolioMedia, UserProfile
from marketplace.accounts.selectors.showcase import shown_pieces
from marketplace.core.forgiving import forgiving_cache
from marketplace.core.structured_data import absolute, language_tag
from marketplace.gigs.models import Gig, GigMedia, MediaKind
from marketplace.gigs.states import GigStatus

# Two languages make twice as many addresses; 50,000 and 50 MB are the most that one file may have.
PART_KEYS = 5_000
INDEX_SECONDS = 15 * 60
FRESH_SECONDS = 3600
_INDEX_KEY = "cms:sitemaps"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


class Entry(NamedTuple):
    """Something with an address in each of its languages: code → path. The pictures are absolute."""

    paths: dict[str, str]
    changed_at: datetime | None
    images: Sequence[str] = ()


class Section(NamedTuple):
    """A kind of entries: the rows that are counted, the column of their last change, and how a part of them is read."""

    rows: Callable[[], "QuerySet[Any]"]
    changed_at: str
    entries: Callable[[int, int], Iterator[Entry]]  # keys from, and up to but without


def _everywhere(path: str) -> dict[str, str]:
    """A page of ours that exists in every language, by its path in the default one."""
    return {code: path if code == settings.LANGUAGE_CODE else f"/{code}{path}" for code, _name in settings.LANGUAGES}


def _files(*names: str | None) -> list[str]:
    return [absolute(default_storage.url(name)) for name in names if name]


def _gigs(first: int, end: int) -> Iterator[Entry]:
    covers = GigMedia.objects.filter(gig=OuterRef("pk"), kind=MediaKind.IMAGE).order_by("sort_order", "pk")
    found = Gig.objects.on_sale().filter(pk__gte=first, pk__lt=end).order_by("pk")
    for gig in found.annotate(cover=Subquery(covers.values("file")[:1])).only("slug", "last_published_at"):
        yield Entry(_everywhere(gig.get_absolute_url()), gig.last_published_at, _files(gig.cover))


def _sellers(first: int, end: int) -> Iterator[Entry]:
    found = _seller_rows().filter(pk__gte=first, pk__lt=end).order_by("pk")
    for profile in found.only("handle", "updated_at", "avatar"):
        yield Entry(_everywhere(profile.get_absolute_url()), profile.updated_at, _files(profile.avatar.name))


def _sells(seller: str) -> Exists:
    """Whether the person at this path has something on sale: nothing leads to anybody else."""
    return Exists(Gig.objects.on_sale().filter(seller=OuterRef(seller)))


def _seller_rows() -> "QuerySet[UserProfile]":
    return UserProfile.objects.filter(_sells("user"), seller_since__isnull=False, user__is_active=True)


def _pieces(first: int, end: int) -> Iterator[Entry]:
    pictures = PortfolioMedia.objects.filter(piece=OuterRef("pk")).order_by("position", "pk")
    found = _piece_rows().filter(pk__gte=first, pk__lt=end).order_by("pk").select_related("profile")
    for piece in found.annotate(cover_name=Subquery(pictures.values("picture")[:1])):
        yield Entry(_everywhere(piece.get_absolute_url()), piece.updated_at, _files(piece.cover_name))


def _piece_rows() -> "QuerySet[Portfolio]":
    return Portfolio.objects.filter(_sells("profile__user"), shown_pieces(), profile__seller_since__isnull=False)


# Which picture of a page is its own. A page has the same key as the page of its kind.
_PAGE_PICTURES: tuple[tuple[type[BasePage], str], ...] = (
    (CategoryPage, "hero_image__file"),
    (LandingPage, "image__file"),
    (HelpPage, "image__file"),
)


def _page_rows() -> "QuerySet[Page]":
    codes = [code for code, _name in settings.LANGUAGES]
    shown = Page.objects.live().public().filter(depth__gt=1, alias_of=None, locale__language_code__in=codes)
    hidden = [
        key
        for kind in BasePage.__subclasses__()
        for key in kind.objects.filter(hidden_from_search=True).values_list("pk", flat=True)
    ]
    return shown.exclude(pk__in=hidden)


def _pages(first: int, end: int) -> Iterator[Entry]:
    """Each page once with its translations, which need not lie in the same range: it stands where its default language is."""
    pages = list(_page_rows().filter(pk__gte=first, pk__lt=end).order_by("pk").select_related("locale"))
    keys = {page.translation_key for page in pages}
    together: dict[Any, dict[str, Page]] = {}
    for page in _page_rows().filter(translation_key__in=keys).select_related("locale"):
        together.setdefault(page.translation_key, {})[page.locale.language_code] = page
    pictures: dict[int, str] = {}
    for kind, column in _PAGE_PICTURES:
        pictures.update(
            kind.objects.filter(pk__gte=first, pk__lt=end).exclude(**{column: None}).values_list("pk", column)
        )
    for page in pages:
        siblings = together[page.translation_key]
        leads = siblings.get(settings.LANGUAGE_CODE, page)
        if page.pk != leads.pk:
            continue
        paths = {code: one.url for code, one in siblings.items() if one.url}
        changed = max((one.last_published_at for one in siblings.values() if one.last_published_at), default=None)
        if paths:
            yield Entry(paths, changed, _files(pictures.get(page.pk)))


SECTIONS: dict[str, Section] = {
    "pages": Section(_page_rows, "last_published_at", _pages),
    # Counted without their sellers, by an index alone; the part itself leaves out those whose account is closed.
    "gigs": Section(lambda: Gig.objects.filter(status=GigStatus.LIVE), "last_published_at", _gigs),
    "sellers": Section(_seller_rows, "updated_at", _sellers),
    "pieces": Section(_piece_rows, "updated_at", _pieces),
}


def parts() -> list[tuple[str, int, datetime | None]]:
    """(section, number of the part, when something of it last changed), one query a section."""
    found = []
    for name, section in SECTIONS.items():
        numbered = section.rows().order_by().annotate(part=F("pk") / PART_KEYS)
        rows = numbered.values("part").annotate(changed=Max(section.changed_at)).order_by("part")
        found += [(name, int(row["part"]), row["changed"]) for row in rows]
    return found


def _time(moment: datetime | None) -> str:
    return f"<lastmod>{moment.isoformat(timespec='seconds')}</lastmod>" if moment else ""


def _urls(entry: Entry) -> Iterator[str]:
    """A `<url>` a language; each names all of them, itself included, as hreflang wants it."""
    addresses = {code: escape(absolute(path)) for code, path in entry.paths.items()}
    links = ""
    if len(addresses) > 1:
        default = addresses.get(settings.LANGUAGE_CODE)
        named = [(language_tag(code), address) for code, address in addresses.items()]
        named += [("x-default", default)] if default else []
        links = "".join(f'<xhtml:link rel="alternate" hreflang="{tag}" href="{address}"/>' for tag, address in named)
    images = "".join(f"<image:image><image:loc>{escape(image)}</image:loc></image:image>" for image in entry.images)
    for address in addresses.values():
        yield f"<url><loc>{address}</loc>{_time(entry.changed_at)}{links}{images}</url>"


def part_xml(section: str, number: int) -> str | None:
    """The sitemap of a part, None where nothing is in it. A page's time is that of the latest of its translations."""
    with override(settings.LANGUAGE_CODE):
        entries: Iterable[Entry] = SECTIONS[section].entries(number * PART_KEYS, (number + 1) * PART_KEYS)
        lines = [line for entry in entries for line in _urls(entry)]
    if not lines:
        return None
    return f"{_HEAD}<urlset {_SPACES}>\n" + "\n".join(lines) + "\n</urlset>\n"


@require_safe
@cache_control(public=True, max_age=INDEX_SECONDS)
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """`/sitemap.xml`: every part that holds something, with the time of its last change. Kept for a quarter of an hour."""
    lines = [
        f"<sitemap><loc>{settings.SITE_URL}{reverse('sitemap_part', args=[name, number])}</loc>{_time(changed)}</sitemap>"
        for name, number, changed in forgiving_cache.get_or_set(_INDEX_KEY, parts, INDEX_SECONDS)
    ]
    text = f"{_HEAD}<sitemapindex {_SPACES.partition(' xmlns:')[0]}>\n" + "\n".join(lines) + "\n</sitemapindex>\n"
    return _answer(text)


@require_safe
@cache_control(public=True, max_age=FRESH_SECONDS)
def sitemap_part(request: HttpRequest, section: str, number: int) -> HttpResponse:
    """A part of a section. Raises Http404 for an unknown section and for a part with nothing in it."""
    text = part_xml(section, number) if section in SECTIONS else None
    if text is None:
        raise Http404
    return _answer(text)


def _answer(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/xml")
    response.headers["X-Robots-Tag"] = "noindex"  # for what it names, not to be found itself
    return response
