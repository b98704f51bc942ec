"""The gallery as the page shows it: where each size of a picture, video or PDF is fetched from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from marketplace.core.templatetags.pictures import largest, srcset
from marketplace.gigs.content import PictureContent
from marketplace.gigs.models import MediaKind

# The better format first: what the browser is told to fetch before it has read the page.
_FORMATS = ("avif", "webp")


class Preload(NamedTuple):
    """A `<link rel="preload">` of a picture. A browser that cannot read the type skips it."""

    type: str
    srcset: str


class SharePicture(NamedTuple):
    """The picture that others show beside a link to the page. Size and type are known of a JPEG only."""

    url: str
    width: int = 0
    height: int = 0
    type: str = ""


@dataclass(frozen=True)
class Shot:
    """One piece of the gallery. Of a video or a PDF the picture is its poster, which may be missing."""

    number: int
    kind: str  # a MediaKind value
    media: PictureContent
    url: str  # the whole file: what is opened, played or read
    alt: str
    picture_url: str  # the largest size of its picture, "" when there is none
    thumb_url: str

    @property
    def duration(self) -> str:
        """The length of a video as a player shows it: 1:05. Empty when it is not known."""
        if self.media.duration_seconds is None:
            return ""
        minutes, seconds = divmod(self.media.duration_seconds, 60)
        return f"{minutes}:{seconds:02d}"

    @property
    def preload(self) -> Preload | None:
        """The best format in all its sizes, None for a picture that was stored in one size only."""
        named = ((form, srcset(self.media.renditions, form)) for form in _FORMATS)
        return next((Preload(f"image/{form}", sizes) for form, sizes in named if sizes), None)


def shots(media: Iterable[PictureContent], *, title: str) -> list[Shot]:
    """The gallery in the seller's order, but a picture first: the first one is the cover, what search engines and chats show."""
    ordered = list(media)
    cover = next((medium for medium in ordered if medium.kind == MediaKind.IMAGE), None)
    if cover is not None:
        ordered.remove(cover)
        ordered.insert(0, cover)
    return [_shot(medium, number, title) for number, medium in enumerate(ordered, start=1)]


def share_picture(gallery: Iterable[Shot]) -> SharePicture | None:
    """What stands for a link: of the first picture the JPEG, else (stored before there were any) its largest size."""
    cover = next((shot for shot in gallery if shot.kind == MediaKind.IMAGE), None)
    if cover is None:
        return None
    jpeg = next((row for row in cover.media.renditions if row.get("jpeg")), None)
    if jpeg is None:
        return SharePicture(cover.picture_url)
    return SharePicture(default_storage.url(jpeg["jpeg"]), jpeg["width"], jpeg["height"], "image/jpeg")


def _shot(medium: PictureContent, number: int, title: str) -> Shot:
    webp = sorted((size for size in medium.renditions if size.get("webp")), key=lambda size: size["width"])
    whole = largest(medium)
    return Shot(
        number=number,
        kind=medium.kind,
        media=medium,
        url=medium.url,
        alt=medium.alt_text or _("%(title)s, work %(number)s") % {"title": title, "number": number},
        picture_url=whole,
        thumb_url=default_storage.url(webp[0]["webp"]) if webp else whole,
    )
