"""`{% picture %}`: one picture in the sizes it was encoded in. Built in like the tags of jiangji.py."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django import template
from django.core.files.storage import default_storage
from django.utils.safestring import SafeString

from marketplace.core.templatetags.components import component

register = template.Library()

# A rendition as it stands in a JSON column: {"width": 640, "height": 400, "webp": "name", "avif": "name"}; that for links
# elsewhere, cut to their shape, has "jpeg" alone.
Rendition = Mapping[str, Any]


class Shown(Protocol):
    """What can be shown: a row of a gallery, or its content as plain values."""

    renditions: Sequence[Rendition]
    placeholder: str
    width: int
    height: int


def srcset(renditions: Sequence[Rendition], form: str) -> str:
    """`address width, …` of the renditions in `form` (`avif` or `webp`), the smallest first; empty when there are none."""
    stored = sorted((row for row in renditions if row.get(form)), key=lambda row: row["width"])
    return ", ".join(f"{default_storage.url(row[form])} {row['width']}w" for row in stored)


def largest(media: Any) -> str:
    """The address that browsers without `srcset`, share images and structured data get; empty when there is no picture.

    That of the largest WebP, else of the file itself if that is a picture (what was uploaded before there were renditions).
    """
    stored = sorted((row for row in media.renditions or () if row.get("webp")), key=lambda row: row["width"])
    if stored:
        return default_storage.url(stored[-1]["webp"])
    if getattr(media, "kind", "image") != "image":
        return ""
    return media.file.url if hasattr(media, "file") else media.url


@register.simple_tag
def picture(
    media: Shown,
    sizes: str = "100vw",
    alt: str | None = None,
    eager: bool = False,
    first: bool = False,
    blur: bool = True,
    css: str = "",
) -> SafeString:
    """A picture element for `media`, with AVIF and WebP in every size it has, and its blur until it is there.

    `sizes` is the attribute of that name. `alt`: words for who cannot see it, those of the medium unless given.
    `eager=True` for what the first screen shows, `first=True` for its one large picture: that is fetched before others.
    `blur=False` where many small ones stand together: no blur compresses, so that those of a list outweigh its words.
    """
    words = getattr(media, "alt_text", "") if alt is None else alt
    return component(
        "components/picture.html",
        avif=srcset(media.renditions or (), "avif"),
        webp=srcset(media.renditions or (), "webp"),
        source=largest(media),
        placeholder=media.placeholder if blur else "",
        width=media.width or 640,
        height=media.height or 400,
        sizes=sizes,
        alt=words,
        eager=eager,
        first=first,
        css=css,
    )
