"""A picture to show or print: cover, title, price, seller, and a code that leads to the page of the gig.

Drawn with Pillow and the Chinese fonts of the machine (package fonts-noto-cjk, which invoices need too).
"""

import hashlib
from dataclasses import astuple, dataclass
from functools import cache as remembered
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from marketplace.core.forgiving import forgiving_cache
from marketplace.core.money import display_yuan
from marketplace.core.qr import qr_png
from marketplace.core.ratings import shown_rating
from marketplace.gigs.models import Gig, MediaKind
from marketplace.gigs.structured import absolute

_EDITION = 1  # goes up with the drawing, so that no old picture comes out of the cache
_KEPT_SECONDS = 6 * 3600
_WIDTH, _HEIGHT, _EDGE = 750, 1160, 40
_INNER = _WIDTH - 2 * _EDGE
_COVER_HEIGHT = _INNER * 10 // 16
# The tokens of the light theme: a poster is paper.
_PAPER, _SURFACE, _INK, _MUTED, _LINE, _CINNABAR = "#f9f5ed", "#fffdf8", "#1f1a17", "#6b6158", "#ddd3c4", "#b8372a"
_SIMPLIFIED = 2  # the face of the collection with the forms of the mainland


@dataclass(frozen=True)
class Poster:
    """What is drawn. The same values make the same picture."""

    title: str
    category: str
    cover: str  # name in the default storage, "" without a picture
    price_fen: int
    seller: str
    rating: str
    address: str
    language: str

    @property
    def key(self) -> str:
        """A name for the picture."""
        return hashlib.sha256(repr((_EDITION, *astuple(self))).encode()).hexdigest()[:32]


@remembered
def can_draw() -> bool:
    """Whether the machine has the fonts. Without them there is no poster, and no link to one."""
    return all(_font_file(name).exists() for name in ("NotoSansCJK-Regular", "NotoSerifCJK-Bold"))


def poster_of(gig: Gig) -> Poster:
    """What the poster of a gig shows. One query."""
    cover = gig.media.filter(kind=MediaKind.IMAGE).order_by("sort_order", "pk").first()
    rating = shown_rating(gig.stats.rating_sum, gig.stats.rating_count)
    return Poster(
        title=_plain(gig.title),
        category=gig.category.localized_name,
        cover=(cover.file.name or "") if cover else "",
        price_fen=gig.stats.price_from_fen,
        seller=_plain(gig.seller.display_name),
        rating=str(rating) if rating is not None else "",
        address=absolute(gig.get_absolute_url()),
        language=get_language() or settings.LANGUAGE_CODE,
    )


def kept(poster: Poster) -> bytes | None:
    """The picture, if it was drawn in the last hours."""
    png: bytes | None = forgiving_cache.get(f"gigs:poster:{poster.key}")
    return png


def draw(poster: Poster) -> bytes:
    """The picture as PNG of 256 colours, kept for some hours. Takes about a third of a second."""
    paper = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    pen = ImageDraw.Draw(paper)
    _brand(pen)
    top = 132
    paper.paste(_cover(poster), (_EDGE, top))
    y = top + _COVER_HEIGHT + 36
    for line in _lines(pen, poster.title, _font("NotoSerifCJK-Bold", 42), _INNER, most=2):
        pen.text((_EDGE, y), line, font=_font("NotoSerifCJK-Bold", 42), fill=_INK)
        y += 60
    y += 8
    facts = poster.seller + (f"   ★ {poster.rating}" if poster.rating else "")
    pen.text(
        (_EDGE, y),
        _fitting(pen, facts, _font("NotoSansCJK-Regular", 28), _INNER),
        font=_font("NotoSansCJK-Regular", 28),
        fill=_MUTED,
    )
    y += 56
    price = _("¥%(price)s and up") % {"price": display_yuan(poster.price_fen)}
    pen.text((_EDGE, y), price, font=_font("NotoSerifCJK-Bold", 52), fill=_INK)
    _foot(paper, pen, poster)
    buffer = BytesIO()
    # A photograph in full colour weighs a megabyte as PNG; people send this over the telephone.
    paper.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG).save(
        buffer, "PNG", optimize=True
    )
    png = buffer.getvalue()
    forgiving_cache.set(f"gigs:poster:{poster.key}", png, timeout=_KEPT_SECONDS)
    return png


def _brand(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((_EDGE, 40, _EDGE + 64, 104), radius=8, fill=_CINNABAR)
    pen.text((_EDGE + 32, 72), "匠", font=_font("NotoSerifCJK-Bold", 44), fill=_SURFACE, anchor="mm")
    pen.text((_EDGE + 84, 72), _("Jiangji"), font=_font("NotoSerifCJK-Bold", 36), fill=_INK, anchor="lm")


def _cover(poster: Poster) -> Image.Image:
    if poster.cover:
        try:
            with default_storage.open(poster.cover) as file, Image.open(file) as picture:
                return ImageOps.fit(picture.convert("RGB"), (_INNER, _COVER_HEIGHT), Image.Resampling.LANCZOS)
        except (OSError, UnidentifiedImageError):
            pass  # a file that is gone: the poster is good without it
    # As on the page: the category's character on hatched paper.
    empty = Image.new("RGB", (_INNER, _COVER_HEIGHT), "#f0e9dc")
    pen = ImageDraw.Draw(empty)
    for x in range(-_COVER_HEIGHT, _INNER, 28):
        pen.line((x, _COVER_HEIGHT, x + _COVER_HEIGHT, 0), fill="#e6dccb", width=12)
    middle = (_INNER // 2, _COVER_HEIGHT // 2)
    pen.text(middle, poster.category[:1], font=_font("NotoSerifCJK-Bold", 150), fill=_MUTED, anchor="mm")
    return empty


def _foot(paper: Image.Image, pen: ImageDraw.ImageDraw, poster: Poster) -> None:
    side = 220
    top = _HEIGHT - _EDGE - side
    pen.line((_EDGE, top - 28, _WIDTH - _EDGE, top - 28), fill=_LINE, width=2)
    with Image.open(BytesIO(qr_png(poster.address))) as modules:
        # Whole modules only: a code that was scaled by a fraction reads badly.
        factor = max(1, side // modules.width)
        measures = (modules.width * factor, modules.height * factor)
        code = modules.convert("RGB").resize(measures, Image.Resampling.NEAREST)
    paper.paste(code, (_WIDTH - _EDGE - code.width, top + (side - code.height) // 2))
    y = top + 36
    room = _INNER - side - 24
    for words, size, colour in (
        (_("Scan to see works, packages and reviews"), 28, _INK),
        (_("The money is held in escrow until the work is accepted"), 22, _MUTED),
    ):
        font = _font("NotoSansCJK-Regular", size)
        for line in _lines(pen, words, font, room, most=3):
            pen.text((_EDGE, y), line, font=font, fill=colour)
            y += size * 3 // 2
        y += 12


def _lines(pen: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, width: int, *, most: int) -> list[str]:
    """The text in lines of at most `width` pixels; what does not fit into `most` of them is cut."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        size = len(rest)
        while size > 1 and pen.textlength(rest[:size], font=font) > width:
            size -= 1
        # Latin words stay whole; Chinese breaks anywhere.
        space = rest.rfind(" ", 0, size + 1) if size < len(rest) and rest[size].isascii() else -1
        size = space if space > 0 else size
        lines.append(rest[:size].strip())
        rest = rest[size:].strip()
    if rest:
        lines[-1] = _fitting(pen, lines[-1] + rest, font, width)
    return lines


def _fitting(pen: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    if pen.textlength(text, font=font) <= width:
        return text
    while text and pen.textlength(f"{text}…", font=font) > width:
        text = text[:-1]
    return f"{text}…"


def _plain(text: str) -> str:
    """Without what the fonts have no shape for: emoji stand beyond the first plane, rare characters of names in the second."""
    return " ".join("".join(c for c in text if c <= "\uffff" or "\U00020000" <= c < "\U00040000").split())


def _font_file(name: str) -> Path:
    return Path(settings.CJK_FONTS_FOLDER) / f"{name}.ttc"


@remembered
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_font_file(name), size, index=_SIMPLIFIED)
