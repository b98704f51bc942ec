"""The gallery as the page shows it: where each size of a picture, video or PDF is fetched from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from marketplace.gigs.models import GigMedia, MediaKind

# What an old upload without stored measures is reserved room for; the gallery crops everything to 16:10 anyway.
_UNKNOWN_SIZE = (640, 400)
# The better format first: a browser takes the first source that it can read.
_FORMATS = ("avif", "webp")


class Source(NamedTuple):
    """A `<source>` of a picture."""

    type: str
    srcset: str


@dataclass(frozen=True)
class Shot:
    """One piece of the gallery. Of a video or a PDF the picture is its poster, which may be missing."""

    number: int
    kind: str  # a MediaKind value
    url: str  # the whole file: what is opened, played or read
    alt: str
    width: int
    height: int
    placeholder: str  # a data: address of a few blurred pixels, or ""
    sources: tuple[Source, ...]
    picture_url: str  # for browsers that read no source, "" when there is no picture of it
    thumb_url: str
    duration_seconds: int | None
    page_count: int | None

    @property
    def duration(self) -> str:
        """The length of a video as a player shows it: 1:05. Empty when it is not known."""
        if self.duration_seconds is None:
            return ""
        minutes, seconds = divmod(self.duration_seconds, 60)
        return f"{minutes}:{seconds:02d}"

    @property
    def preload(self) -> Source | None:
        """What the browser may fetch before it has read the page: the best format, which it skips if it cannot read it."""
        return self.sources[0] if self.sources else None


def shots(media: Iterable[GigMedia], *, title: str) -> list[Shot]:
    """The gallery in the seller's order, but a picture first: the first one is the cover, what search engines and chats show."""
    ordered = list(media)
    cover = next((medium for medium in ordered if medium.kind == MediaKind.IMAGE), None)
    if cover is not None:
        ordered.remove(cover)
        ordered.insert(0, cover)
    return [_shot(medium, number, title) for number, medium in enumerate(ordered, start=1)]


def cover_url(gallery: Iterable[Shot]) -> str:
    """The whole first picture, "" when there is none."""
    return next((shot.url for shot in gallery if shot.kind == MediaKind.IMAGE), "")


def _shot(medium: GigMedia, number: int, title: str) -> Shot:
    url = default_storage.url(medium.file.name)
    sizes = sorted(medium.renditions, key=lambda size: size["width"])
    webp = [size["webp"] for size in sizes if size.get("webp")]
    is_image = medium.kind == MediaKind.IMAGE
    whole = default_storage.url(webp[-1]) if webp else (url if is_image else "")
    return Shot(
        number=number,
        kind=medium.kind,
        url=url,
        alt=medium.alt_text or _("%(title)s, work %(number)s") % {"title": title, "number": number},
        width=medium.width or _UNKNOWN_SIZE[0],
        height=medium.height or _UNKNOWN_SIZE[1],
        placeholder=medium.placeholder if medium.placeholder.startswith("data:image/") else "",
        sources=tuple(_sources(sizes)),
        picture_url=whole,
        thumb_url=default_storage.url(webp[0]) if webp else whole,
        duration_seconds=medium.duration_seconds,
        page_count=medium.page_count,
    )


def _sources(sizes: list[dict]) -> Iterable[Source]:
    for form in _FORMATS:
        srcset = ", ".join(f"{default_storage.url(size[form])} {size['width']}w" for size in sizes if size.get(form))
        if srcset:
            yield Source(f"image/{form}", srcset)
