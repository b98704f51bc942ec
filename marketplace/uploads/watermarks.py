"""A picture that shows what was made, and is no use instead of it: smaller, with words across it."""

from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from marketplace.uploads.pictures import Encoded

# In a page on a phone, and opened on a desk; never as large as the original, however small that is.
WIDTHS = (480, 1200)
LARGEST_SHARE = 0.75
LONGEST_SIDE = 2400
ANGLE_DEGREES = 30
_SIMPLIFIED = 2  # the face of the collection with the forms of the mainland


def watermarked_sizes(pixels: Image.Image, words: str) -> list[Encoded]:
    """`pixels` as WebP in one or two widths, `words` again and again across it. The smallest first."""
    most = max(1, round(pixels.width * LARGEST_SHARE))
    tall = pixels.height / pixels.width
    widths = sorted({max(1, min(width, most, round(LONGEST_SIDE / tall))) for width in WIDTHS})
    return [_drawn(pixels, width, words) for width in widths]


def _drawn(pixels: Image.Image, width: int, words: str) -> Encoded:
    size = (width, max(1, round(pixels.height * width / pixels.width)))
    small = pixels.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
    # What is see-through would show the words alone.
    paper = Image.new("RGBA", size, "white")
    paper.alpha_composite(small)
    paper.alpha_composite(_pattern(size, words))
    buffer = BytesIO()
    paper.convert("RGB").save(buffer, "WEBP", quality=72, method=4)
    return Encoded(*size, "webp", buffer.getvalue())


def _pattern(size: tuple[int, int], words: str) -> Image.Image:
    """Rows of `words`, turned, each beginning elsewhere: light with a dark edge, to be read on every ground."""
    side = int((size[0] ** 2 + size[1] ** 2) ** 0.5) + 2
    layer = Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(layer)
    height = max(11, min(size) // 16)
    font, words = _font(height, words)
    step = max(1, round(pen.textlength(words, font=font) + 2 * height))
    for row, y in enumerate(range(0, side, 4 * height)):
        for x in range(-(row % 2) * step // 2, side, step):
            pen.text((x, y), words, font=font, fill=(255, 255, 255, 150), stroke_width=1, stroke_fill=(30, 26, 23, 110))
    turned = layer.rotate(ANGLE_DEGREES, Image.Resampling.BICUBIC)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    return turned.crop((left, top, left + size[0], top + size[1]))


def _font(height: int, words: str) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, str]:
    """The fonts of posters; a machine without them writes what the font of Pillow has shapes for."""
    file = Path(settings.CJK_FONTS_FOLDER) / "NotoSansCJK-Regular.ttc"
    if file.exists():
        return ImageFont.truetype(file, height, index=_SIMPLIFIED), words
    return ImageFont.load_default(height), words.encode("ascii", "ignore").decode().strip() or "Jiangji"
