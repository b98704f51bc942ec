"""Files as people send them, for the tests of this folder."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

# The smallest heads that tell what a file is.
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64
WEBM = (
    b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm"
    + b"\x00" * 64
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def upload(content: bytes, name: str) -> SimpleUploadedFile:
    """A file with this content under this name, which promises anything."""
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def picture(
    size: tuple[int, int] = (400, 300), color: str = "#b33a2c", form: str = "PNG", **options: Any
) -> SimpleUploadedFile:
    """A real picture of one colour."""
    buffer = BytesIO()
    Image.new("RGB", size, color).save(buffer, form, **options)
    return SimpleUploadedFile(f"work.{form.lower()}", buffer.getvalue(), content_type="image/png")


def halves(size: tuple[int, int] = (400, 200)) -> SimpleUploadedFile:
    """A picture that is red on its left half and blue on its right one: what was cut can be seen."""
    image = Image.new("RGB", size, "#ff0000")
    image.paste(Image.new("RGB", (size[0] // 2, size[1]), "#0000ff"), (size[0] // 2, 0))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return SimpleUploadedFile("halves.png", buffer.getvalue(), content_type="image/png")
