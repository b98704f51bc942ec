"""Codes to scan, as pictures that stand inside a page without a style or a script of their own."""

from io import BytesIO

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str) -> SafeString:
    """The text as a QR code: an `<svg>` that takes the size its surroundings give it.

    Error correction M reads from a screen with glare; the quiet zone of four modules is what ISO/IEC 18004 asks for.
    """
    code = segno.make(text, error="m", micro=False)
    return mark_safe(code.svg_inline(omitsize=True, border=4, svgclass=None, lineclass=None))  # noqa: S308 made by segno of modules, not of the text


def qr_png(text: str) -> bytes:
    """The text as a QR code in black and white, one pixel a module, to be put into a picture. Error correction as above."""
    buffer = BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="png", scale=1, border=4)
    return buffer.getvalue()
