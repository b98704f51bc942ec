"""A picture in the sizes in which it is shown, and the blur until it is there."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from django.core.files.base import File
from PIL import Image, ImageFilter, ImageOps

from marketplace.core.errors import PictureError, PictureErrorCode
from marketplace.core.pictures import open_picture
from marketplace.uploads.errors import UploadError, UploadErrorCode

# A card on a phone, the same on a dense screen, the page of a gig, the same on a dense screen. Never upscaled.
WIDTHS = (320, 640, 960, 1600)
# WebP knows no longer side; what is longer after scaling would be a ribbon that no page can show.
LONGEST_SIDE = 16_383
PLACEHOLDER_SIDE = 16
# The forms of a picture, each the key of a name in a rendition's row.
FORMS = ("webp", "avif", "jpeg")
_QUALITY = {
    "webp": {"quality": 82, "method": 4},
    # Measured on a drawing of 1600 × 1000: 60 KB in 0.7 s of a processor; speed 8 takes 0.2 s for 73 KB. WebP has 79 KB.
    "avif": {"quality": 62, "speed": 6},
    "jpeg": {"quality": 82, "optimize": True, "progressive": True},
}
# What chats and networks show of a link is 1.91 to 1 (Open Graph), and cut to its middle square inside WeChat.
SHARE_WIDTH, SHARE_HEIGHT = 1200, 630
_CODES = {
    PictureErrorCode.TOO_LARGE: UploadErrorCode.TOO_LARGE,
    PictureErrorCode.TOO_MANY_PIXELS: UploadErrorCode.TOO_MANY_PIXELS,
    PictureErrorCode.UNREADABLE: UploadErrorCode.PICTURE_UNREADABLE,
}


@dataclass(frozen=True)
class Encoded:
    """One size of a picture in one form."""

    width: int
    height: int
    form: str
    content: bytes


def read_pixels(file: File) -> Image.Image:
    """The pixels of `file`, upright. Raises UploadError TOO_LARGE, TOO_MANY_PIXELS or PICTURE_UNREADABLE."""
    try:
        pixels = open_picture(file)
    except PictureError as refusal:
        code = _CODES[PictureErrorCode(refusal.code)]
        raise UploadError(code, **{"name": file.name, **refusal.parameters}) from refusal
    if max(pixels.size) > LONGEST_SIDE:
        raise UploadError(UploadErrorCode.TOO_MANY_PIXELS, name=file.name)
    # A fresh image carries no EXIF, no GPS, no comment, no colour profile with a name in it.
    pixels.info.clear()
    return pixels


def encoded_sizes(pixels: Image.Image) -> Iterator[Encoded]:
    """`pixels` as WebP and AVIF in each width that is not larger than the picture, the smallest first."""
    full = min(pixels.width, WIDTHS[-1])
    for width in [*(width for width in WIDTHS if width < full), full]:
        sized = scaled(pixels, width)
        yield encoded(sized, "webp")
        yield encoded(sized, "avif")


def scaled(pixels: Image.Image, width: int) -> Image.Image:
    """`pixels` so wide, never enlarged."""
    if width >= pixels.width:
        return pixels
    return pixels.resize((width, max(1, round(pixels.height * width / pixels.width))), Image.Resampling.LANCZOS)


def encoded(pixels: Image.Image, form: str) -> Encoded:
    """`pixels` as they are, in one of FORMS."""
    return Encoded(pixels.width, pixels.height, form, _saved(pixels, form.upper(), **_QUALITY[form]))


def share_picture(pixels: Image.Image) -> Encoded:
    """The middle of `pixels` as a JPEG of at most 1200 × 630, for whoever shows a link and reads no WebP: WeChat above all."""
    width = max(1, min(SHARE_WIDTH, pixels.width, pixels.height * SHARE_WIDTH // SHARE_HEIGHT))
    height = max(1, round(width * SHARE_HEIGHT / SHARE_WIDTH))
    flat = pixels
    if pixels.mode == "RGBA":  # JPEG knows no transparency, and would show what lies below it
        flat = Image.new("RGB", pixels.size, "white")
        flat.paste(pixels, mask=pixels.getchannel("A"))
    cut = ImageOps.fit(flat, (width, height), Image.Resampling.LANCZOS)
    return encoded(cut, "jpeg")


def placeholder_of(pixels: Image.Image) -> str:
    """A few blurred pixels as a data: address: some hundred bytes that stand in the page itself."""
    small = pixels.copy()
    small.thumbnail((PLACEHOLDER_SIDE, PLACEHOLDER_SIDE), Image.Resampling.BOX)
    blurred = small.filter(ImageFilter.GaussianBlur(1))
    return "data:image/webp;base64," + b64encode(_saved(blurred, "WEBP", quality=40, method=4)).decode()


def _saved(pixels: Image.Image, form: str, **options: int) -> bytes:
    buffer = BytesIO()
    pixels.save(buffer, form, **options)
    return buffer.getvalue()
