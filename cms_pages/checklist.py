"""What an editor should see to before a page goes live. Some of it stops publishing, the rest is advice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.images.models import AbstractImage
from wagtail.models import Page
from wagtail.rich_text import RichText

from cms_pages.blocks import LinkValue
from cms_pages.page_links import broken_in_rich_text, is_reachable, link_leads_nowhere, silent_pictures_in
from cms_pages.page_pieces import Piece, pieces_of
from marketplace.gigs.advertising import hits_in

# What starting templates leave open: "[when]".
_PLACEHOLDER = re.compile(r"\[[^\[\]]{2,80}\]")


class Point(StrEnum):
    """What the checklist looks at."""

    SEO_TITLE = "seo_title"
    DESCRIPTION = "description"
    ALT_TEXT = "alt_text"
    LINKS = "links"
    WORDS = "words"
    BLOCKS = "blocks"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong: about which point, in which place of the editor, and whether it stops publishing."""

    point: Point
    stops: bool
    message: str
    place: str = ""
    anchor: str = ""


def point_names() -> dict[Point, str]:
    """The points in their order on the list, in the reader's language."""
    return {
        Point.BLOCKS: _("Blocks are filled in"),
        Point.LINKS: _("Links lead somewhere"),
        Point.ALT_TEXT: _("Pictures are described for those who cannot see them"),
        Point.WORDS: _("No words the advertising law forbids"),
        Point.SEO_TITLE: _("Title for search engines"),
        Point.DESCRIPTION: _("Description for search engines"),
    }


def checklist_of(page: Page) -> list[Finding]:
    """All findings about this version of a page: those that stop it first. Empty when everything is in order."""
    findings = [*_about_search_engines(page)]
    for piece in pieces_of(page):
        findings += _about_piece(piece, strict=_advertises(page))
    return sorted(dict.fromkeys(findings), key=lambda finding: not finding.stops)


def stops_publishing(page: Page) -> list[Finding]:
    """Those findings that forbid publishing this version. A page is judged as its own kind."""
    return [finding for finding in checklist_of(page.specific) if finding.stops]


def _advertises(page: Page) -> bool:
    """Help and rules may quote the words that others must not use; pages that sell something may not."""
    from cms_pages.models import HelpPage, StandardPage  # which show the checklist

    return not isinstance(page, HelpPage | StandardPage)


def _about_search_engines(page: Page) -> Iterator[Finding]:
    if not page.seo_title:
        yield Finding(
            Point.SEO_TITLE, False, _("None: search engines show the title of the page."), "", "#id_seo_title"
        )
    if not page.search_description:
        message = _("None: search engines pick a sentence themselves.")
        yield Finding(Point.DESCRIPTION, False, message, "", "#id_search_description")


def _about_piece(piece: Piece, *, strict: bool) -> Iterator[Finding]:
    value, where = piece.value, (piece.label, piece.anchor)
    if _is_left_empty(piece):
        yield Finding(Point.BLOCKS, True, _("Left empty, and the page needs it."), *where)
    if strict and (left := _PLACEHOLDER.search(piece.text)):
        message = _("“%(words)s” is to be replaced by words of your own.") % {"words": left.group()}
        yield Finding(Point.BLOCKS, True, message, *where)
    if isinstance(value, AbstractImage) and not _is_described(value):
        message = _("The picture “%(title)s” has no description.") % {"title": value.title}
        yield Finding(Point.ALT_TEXT, True, message, *where)
    if isinstance(value, LinkValue) and link_leads_nowhere(value):
        message = _("The link “%(words)s” leads nowhere.") % {"words": value.get("text") or "—"}
        yield Finding(Point.LINKS, True, message, *where)
    if isinstance(value, Page) and not is_reachable(value):
        message = _("The link “%(words)s” leads nowhere.") % {"words": value.title}
        yield Finding(Point.LINKS, True, message, *where)
    if isinstance(value, RichText):
        for target in broken_in_rich_text(value.source):
            message = _("The link “%(words)s” leads nowhere.") % {"words": target}
            yield Finding(Point.LINKS, True, message, *where)
        if silent_pictures_in(value.source):
            yield Finding(Point.ALT_TEXT, True, _("A picture in the text has no description."), *where)
    for hit in hits_in(piece.text):
        instead = hit.word.suggestion
        message = _("“%(found)s”: say “%(instead)s”.") if instead else _("“%(found)s”: leave it out.")
        stops = strict and hit.word.is_blocking
        yield Finding(Point.WORDS, stops, message % {"found": hit.found, "instead": instead}, *where)


def _is_left_empty(piece: Piece) -> bool:
    is_field = isinstance(piece.block, blocks.FieldBlock | ImageChooserBlock)
    if not is_field or isinstance(piece.block, ImageBlock | blocks.BooleanBlock) or not piece.block.required:
        return False
    if isinstance(piece.value, RichText):
        return not piece.text.strip() and "<embed" not in piece.value.source
    return piece.value is None or (isinstance(piece.value, str) and not piece.value.strip())


def _is_described(image: AbstractImage) -> bool:
    """By its own description, or by the words that the block has for it in this place."""
    if getattr(image, "decorative", False) or getattr(image, "contextual_alt_text", ""):
        return True
    return bool(image.default_alt_text)
