"""Whether a link of a page leads somewhere. What stands on other hosts is not asked for: an editor should not wait for it."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Page, Site

from cms_pages.addresses import may_be_linked
from cms_pages.blocks import LinkValue

_WAGTAILS_VIEW = "wagtail_serve"


def is_reachable(page: Page | None) -> bool:
    """Whether visitors find the page: now, or at a time that an editor has set for it."""
    return page is not None and (page.live or page.scheduled_revision is not None)


def link_leads_nowhere(link: LinkValue) -> bool:
    """Whether words are shown without a target, or with one that is gone. An empty link shows nothing and is none."""
    if page := link.get("page"):
        return not is_reachable(page)
    if link.get("search"):
        return False
    if address := link.get("address"):
        return not address_leads_somewhere(address)
    return bool(link.get("text"))


def address_leads_somewhere(address: str) -> bool:
    """Whether a typed address is one of ours that answers; addresses of other hosts and mail addresses are taken as good."""
    if not may_be_linked(address.strip()):
        return False
    parts = urlsplit(address.strip())
    own_host = urlsplit(settings.SITE_URL).netloc
    if parts.scheme not in ("", "http", "https") or (parts.netloc and parts.netloc != own_host):
        return True
    if not parts.path:
        return bool(parts.fragment or parts.query or parts.netloc)
    if not parts.path.startswith("/"):
        return False
    language = translation.get_language_from_path(parts.path) or settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            match = resolve(parts.path)
        except Resolver404:
            return False
    if match.url_name != _WAGTAILS_VIEW:
        return True
    return _page_answers(parts.path) or Redirect.get_for_site().filter(old_path=parts.path.rstrip("/")).exists()


def _page_answers(path: str) -> bool:
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return False
    # Longest first: everything below /en/ is also below /.
    roots = sorted(
        ((root.relative_url(site) or "/", root) for root in site.root_page.get_translations(inclusive=True)),
        key=lambda found: -len(found[0]),
    )
    for prefix, root in roots:
        if path.startswith(prefix) or f"{path}/" == prefix:
            url_path = root.url_path + path[len(prefix) :]
            page = Page.objects.filter(url_path=url_path.rstrip("/") + "/").first()
            return is_reachable(page)
    return False


class _RichTextLinks(HTMLParser):
    """The links and pictures of rich text as Wagtail stores it: pages and documents by number, others by address."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: set[int] = set()
        self.documents: set[int] = set()
        self.addresses: list[str] = []
        self.silent_pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        number = values.get("id") or ""
        if tag == "embed" and values.get("embedtype") == "image" and not values.get("alt"):
            self.silent_pictures += 1
        if tag != "a":
            return
        if values.get("linktype") == "page" and number.isdigit():
            self.pages.add(int(number))
        elif values.get("linktype") == "document" and number.isdigit():
            self.documents.add(int(number))
        elif values.get("href"):
            self.addresses.append(values["href"] or "")


def broken_in_rich_text(source: str) -> list[str]:
    """The targets in this rich text that are gone: titles of pages where there is one, else addresses or numbers."""
    found = _read(source)
    pages = {page.pk: page for page in Page.objects.filter(pk__in=found.pages)}
    documents = set(get_document_model().objects.filter(pk__in=found.documents).values_list("pk", flat=True))
    return [
        *(
            pages[number].title if number in pages else f"#{number}"
            for number in sorted(found.pages)
            if not is_reachable(pages.get(number))
        ),
        *(f"#{number}" for number in sorted(found.documents - documents)),
        *(address for address in found.addresses if not address_leads_somewhere(address)),
    ]


def silent_pictures_in(source: str) -> int:
    """How many pictures of this rich text have no words for those who cannot see them."""
    return _read(source).silent_pictures


def _read(source: str) -> _RichTextLinks:
    reader = _RichTextLinks()
    reader.feed(source)
    return reader
