"""What is wrong with a page before everybody sees it: shown in the editor, and asked when a page is handed in or published.

A blocking finding keeps a page from being submitted and published, never from being saved. What the advertising law forbids
comes from the list that moderators keep (marketplace/gigs/advertising.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from unicodedata import east_asian_width
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.http import Http404, HttpRequest
from django.urls import Resolver404, resolve
from django.utils.html import strip_tags
from django.utils.translation import get_language_from_path, override
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.images.models import AbstractImage
from wagtail.models import Page, Site
from wagtail.rich_text import RichText

from marketplace.gigs.advertising import hits_in

# Search engines cut after about so many columns; a Chinese character takes two (facts of Baidu's and Google's result pages).
TITLE_COLUMNS, DESCRIPTION_COLUMNS = 60, 160
SHORT_DESCRIPTION_COLUMNS = 50
_CHECKED_OF_PAGE = ("title", "seo_title", "search_description")
_PAGE_LINK = re.compile(r'<a[^>]*linktype="page"[^>]*>')
_PICTURE = re.compile(r'<embed[^>]*embedtype="image"[^>]*>')
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


class CheckCode(StrEnum):
    """What can be wrong."""

    NO_DESCRIPTION = "no_description"
    SHORT_DESCRIPTION = "short_description"
    LONG_DESCRIPTION = "long_description"
    LONG_TITLE = "long_title"
    PICTURE_WITHOUT_WORDS = "picture_without_words"
    LINK_TO_HIDDEN_PAGE = "link_to_hidden_page"
    BROKEN_ADDRESS = "broken_address"
    FORBIDDEN_WORD = "forbidden_word"
    DOUBTFUL_WORD = "doubtful_word"


BLOCKING = frozenset(
    {
        CheckCode.PICTURE_WITHOUT_WORDS,
        CheckCode.LINK_TO_HIDDEN_PAGE,
        CheckCode.BROKEN_ADDRESS,
        CheckCode.FORBIDDEN_WORD,
    }
)


@dataclass(frozen=True)
class Finding:
    """Something wrong: `words` for the editor, the `field` it stands in, and what that is called in the form."""

    code: CheckCode
    field: str
    words: str

    place: str = ""

    @property
    def is_blocking(self) -> bool:
        return self.code in BLOCKING


def check_page(page: Page) -> list[Finding]:
    """All findings about a page as it is in memory, the blocking ones first. Reads the pages and pictures it refers to."""
    found = [*_about_search_engines(page)]
    for name, value in _pieces(page):
        found += _about_piece(name, value)
    placed = [replace(one, place=str(page._meta.get_field(one.field).verbose_name)) for one in dict.fromkeys(found)]
    return sorted(placed, key=lambda finding: not finding.is_blocking)


def columns(text: str) -> int:
    """How wide a text is on a result page: a Chinese character counts twice."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _about_search_engines(page: Page) -> Iterator[Finding]:
    title, description = page.seo_title or page.title or "", page.search_description or ""
    if columns(title) > TITLE_COLUMNS:
        yield Finding(
            CheckCode.LONG_TITLE,
            "seo_title" if page.seo_title else "title",
            _("The title is too long for search engines: they show about %(count)s Chinese characters.")
            % {"count": TITLE_COLUMNS // 2},
        )
    width = columns(description)
    if not width:
        yield Finding(
            CheckCode.NO_DESCRIPTION,
            "search_description",
            _("There is no description: search engines and WeChat then choose some sentence of the page."),
        )
    elif width < SHORT_DESCRIPTION_COLUMNS:
        yield Finding(
            CheckCode.SHORT_DESCRIPTION,
            "search_description",
            _("The description is short: there is room for about %(count)s Chinese characters.")
            % {"count": DESCRIPTION_COLUMNS // 2},
        )
    elif width > DESCRIPTION_COLUMNS:
        yield Finding(
            CheckCode.LONG_DESCRIPTION,
            "search_description",
            _("The description is too long: search engines cut it after about %(count)s Chinese characters.")
            % {"count": DESCRIPTION_COLUMNS // 2},
        )


def _pieces(page: Page) -> Iterator[tuple[str, Any]]:
    """Every text, picture and link of a page, with the name of its field."""
    own = [field for field in page._meta.get_fields() if isinstance(field, models.Field)]
    for field in own:
        is_of_wagtail = field.model is Page or field.name in {field.name for field in Page._meta.get_fields()}
        if is_of_wagtail and field.name not in _CHECKED_OF_PAGE:
            continue
        value = getattr(page, field.name, None)
        if isinstance(field, StreamField):
            for block, piece in _walk(field.stream_block, value):
                yield field.name, _as_piece(block, piece)
        elif isinstance(field, models.CharField | models.TextField) and not field.choices:
            yield field.name, value or ""
        elif isinstance(value, AbstractImage):
            yield field.name, value


def _walk(block: blocks.Block, value: Any) -> Iterator[tuple[blocks.Block, Any]]:
    if value is None:
        return
    match block:
        case blocks.BaseStreamBlock():
            for child in value:
                yield from _walk(child.block, child.value)
        case blocks.ListBlock():
            for child in value.bound_blocks:
                yield from _walk(child.block, child.value)
        case blocks.BaseStructBlock():
            for name, child_block in block.child_blocks.items():
                if name == "address" and value.get(name):
                    yield child_block, Address(value[name])
                else:
                    yield from _walk(child_block, value.get(name))
        case _leaf:
            yield block, value


class Address(str):
    """What somebody typed as the target of a link."""

    __slots__ = ()


def _as_piece(block: blocks.Block, value: Any) -> Any:
    if isinstance(block, ImageChooserBlock | blocks.PageChooserBlock | blocks.RichTextBlock) or isinstance(
        value, Address
    ):
        return value
    return value if isinstance(value, str) and not isinstance(block, blocks.ChoiceBlock) else None


def _about_piece(field: str, piece: Any) -> Iterator[Finding]:
    match piece:
        case AbstractImage():
            if not piece.description:
                yield _without_words(field, piece.title)
        case Page():
            if not piece.live:
                yield _hidden(field, piece.title)
        case RichText():
            yield from _about_rich_text(field, piece.source)
        case Address():
            if not leads_somewhere(piece):
                yield Finding(
                    CheckCode.BROKEN_ADDRESS, field, _("The link to %(address)s leads nowhere.") % {"address": piece}
                )
        case str():
            yield from _about_words(field, piece)


def _about_rich_text(field: str, source: str) -> Iterator[Finding]:
    for tag in _PAGE_LINK.findall(source):
        key = dict(_ATTRIBUTE.findall(tag)).get("id", "")
        page = Page.objects.filter(pk=key).first() if key.isdigit() else None
        if page is None or not page.live:
            yield _hidden(field, page.title if page else "")
    for tag in _PICTURE.findall(source):
        attributes = dict(_ATTRIBUTE.findall(tag))
        if not attributes.get("alt"):
            yield _without_words(field, "")
    yield from _about_words(field, strip_tags(source.replace("</p>", "\n")))


def _about_words(field: str, text: str) -> Iterator[Finding]:
    for hit in hits_in(text):
        code = CheckCode.FORBIDDEN_WORD if hit.word.is_blocking else CheckCode.DOUBTFUL_WORD
        advice = (
            _("Write “%(suggestion)s” instead.") % {"suggestion": hit.word.suggestion} if hit.word.suggestion else ""
        )
        said = _("“%(word)s”: %(reason)s (%(law)s)") % {
            "word": hit.found,
            "reason": hit.word.reason,
            "law": hit.word.law,
        }
        yield Finding(code, field, f"{said} {advice}".strip())


def _hidden(field: str, title: str) -> Finding:
    words = (
        _("The link to “%(title)s” leads to a page that is not published.") % {"title": title}
        if title
        else _("A link leads to a page that is not there any more.")
    )
    return Finding(CheckCode.LINK_TO_HIDDEN_PAGE, field, words)


def _without_words(field: str, title: str) -> Finding:
    words = (
        _("The picture “%(title)s” has no description for people who cannot see it.") % {"title": title}
        if title
        else _("A picture in the text has no description for people who cannot see it.")
    )
    return Finding(CheckCode.PICTURE_WITHOUT_WORDS, field, words)


def leads_somewhere(address: str) -> bool:
    """Whether an address within the site has a page. Other sites, and places on the page itself, are not asked."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return True
    with override(get_language_from_path(parts.path) or settings.LANGUAGE_CODE):
        try:
            match = resolve(parts.path)
        except Resolver404:
            return False
        if match.url_name != "wagtail_serve":
            return True
        return _has_page(match.args[0] if match.args else match.kwargs.get("path", ""))


def _has_page(path: str) -> bool:
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return False
    try:
        site.root_page.localized.specific.route(HttpRequest(), [piece for piece in path.split("/") if piece])
    except Http404:
        return False
    return True
