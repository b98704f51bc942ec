"""A page taken apart: its texts, pictures and links, wherever they stand in whichever block. For the checklist."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.html import strip_tags
from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.models import Page
from wagtail.rich_text import RichText

from cms_pages.blocks import LinkValue

# Of Wagtail's own fields, those that people read. The others are addresses and bookkeeping.
_WAGTAILS_TEXTS = frozenset({"title", "seo_title", "search_description"})


@dataclass(frozen=True)
class Piece:
    """A value and where it stands: what people call the place, and the anchor of it in the editor.

    `value` is a str, RichText, LinkValue, an image (or None), a Page, or what else a field of a block holds.
    """

    value: Any
    label: str
    anchor: str
    block: blocks.Block | None = None

    @property
    def text(self) -> str:
        """The words of it, without marks; empty for what has none."""
        if isinstance(self.value, RichText):
            return strip_tags(self.value.source)
        return self.value if isinstance(self.value, str) else ""


def pieces_of(page: Page) -> Iterator[Piece]:
    """Every piece of the page in the order of the editor's form."""
    for field in page._meta.fields:
        # By the field's own id: Wagtail names tabs and panels after their titles, in the language of the reader.
        value, anchor = getattr(page, field.attname), f"#id_{field.name}"
        if isinstance(field, StreamField):
            if not value and not field.blank:
                yield Piece("", str(field.verbose_name), anchor, _nothing())
            yield from _of_stream(value)
        elif field.name in _WAGTAILS_TEXTS:
            yield Piece(value, str(field.verbose_name), anchor)
        elif isinstance(field, RichTextField):
            yield Piece(RichText(value), str(field.verbose_name), anchor)
        elif isinstance(field, models.CharField | models.TextField) and not field.choices and _is_ours(field):
            yield Piece(value, str(field.verbose_name), anchor)


def _is_ours(field: models.Field) -> bool:
    return field.model is not Page and not issubclass(Page, field.model)


def _nothing() -> blocks.Block:
    return blocks.CharBlock(required=True)


def _of_stream(stream: blocks.StreamValue, anchor: str = "") -> Iterator[Piece]:
    for child in stream:
        yield from _of(child.block, child.value, str(child.block.label), anchor or f"#block-{child.id}-section")


def _of(block: blocks.Block, value: Any, label: str, anchor: str) -> Iterator[Piece]:
    if isinstance(value, LinkValue) or isinstance(block, ImageBlock | ImageChooserBlock):
        yield Piece(value, label, anchor, block)
        if isinstance(value, LinkValue):
            yield Piece(value.get("text") or "", label, anchor)
    elif isinstance(block, blocks.StreamBlock):
        yield from _of_stream(value or [], anchor)
    elif isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            yield from _of(child, value.get(name) if value else None, f"{label} · {child.label}", anchor)
    elif isinstance(block, blocks.ListBlock):
        for item in value or []:
            yield from _of(block.child_block, item, label, anchor)
    else:
        yield Piece(value, label, anchor, block)
