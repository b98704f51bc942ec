"""Files that people send, and files that nobody should."""

import struct
import subprocess
import zlib
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from django.conf import settings
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

GPS_IFD, CAMERA, ORIENTATION = 0x8825, 0x010F, 0x0112


def picture(*, size: tuple[int, int] = (800, 500), form: str = "JPEG", **options) -> bytes:
    """A real picture with a gradient, so that it does not compress to nothing."""
    buffer = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(buffer, form, **options)
    return buffer.getvalue()


def picture_with_place() -> bytes:
    """A photograph that lies on its side and says where it was taken, with what and by whom."""
    exif = Image.Exif()
    exif[CAMERA] = "Camera of Lin Xiaoman"
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS_IFD).update({1: "N", 2: (30.0, 14.0, 57.0), 3: "E", 4: (120.0, 9.0, 18.0)})
    return picture(size=(800, 500), exif=exif, comment=b"taken at home")


def polyglot_with_page() -> bytes:
    """A JPEG that a careless browser would take for a page."""
    return picture() + b"<html><script>alert(document.cookie)</script></html>"


def polyglot_with_archive() -> bytes:
    """A JPEG that is a ZIP archive as well."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("evil.class", b"CAFEBABE-payload")
    return picture() + buffer.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of some kilobytes that unpacks to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def svg_with_script() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def pdf(*, pages: int = 2) -> bytes:
    """A PDF that says who made it."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=300, height=400)
    writer.add_metadata({"/Author": "Lin Xiaoman", "/Producer": "Program of somebody"})
    return _written(writer)


def pdf_with_script() -> bytes:
    """A PDF that runs a script when it is opened."""
    writer = PdfWriter(clone_from=BytesIO(pdf()))
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('hello')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    return _written(writer)


def pdf_that_launches() -> bytes:
    """A page whose link starts a program."""
    writer = PdfWriter(clone_from=BytesIO(pdf()))
    action = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("calc.exe")})
    link = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action})
    writer.pages[0][NameObject("/Annots")] = writer._add_object(link)
    return _written(writer)


def action(kind: str, *, is_apart: bool = False, **values) -> tuple[PdfWriter, DictionaryObject]:
    """A PDF, and an action to put somewhere in it. With `is_apart` the word for its kind is an object of its own."""
    writer = PdfWriter(clone_from=BytesIO(pdf()))
    name = NameObject(f"/{kind}")
    made = DictionaryObject({NameObject("/S"): writer._add_object(name) if is_apart else name})
    for key, value in values.items():
        made[NameObject(f"/{key}")] = value if isinstance(value, PdfObject) else TextStringObject(value)
    return writer, made


def pdf_that_opens_with(kind: str, **values) -> bytes:
    """A PDF that does something as soon as it is opened."""
    writer, made = action(kind, **values)
    writer.root_object[NameObject("/OpenAction")] = made
    return _written(writer)


def pdf_with_button(kind: str, *, subtype: str = "Link", **values) -> bytes:
    """A PDF with a place on its first page that does something when it is pressed."""
    writer, made = action(kind, **values)
    place = {NameObject("/Subtype"): NameObject(f"/{subtype}"), NameObject("/A"): writer._add_object(made)}
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(DictionaryObject(place))])
    return _written(writer)


def pdf_with_many_objects(count: int) -> bytes:
    """A PDF that keeps whoever looks through it busy."""
    writer = PdfWriter(clone_from=BytesIO(pdf()))
    # In parts: pypdf itself reads no longer array than half a million.
    writer.root_object[NameObject("/Many")] = ArrayObject([ArrayObject([NumberObject(0)] * (count // 10))] * 10)
    return _written(writer)


def pdf_with_photograph(*, is_packed: bool = False) -> bytes:
    """A photograph that says where it was taken on a page that says who wrote it, in a program that keeps notes of its own."""
    writer = PdfWriter(clone_from=BytesIO(pdf()))
    photograph = StreamObject()
    photograph._data = picture_with_place() + b"HIDDEN BEHIND"
    filters = [NameObject("/DCTDecode")]
    if is_packed:
        photograph._data = zlib.compress(photograph._data)
        filters.insert(0, NameObject("/FlateDecode"))
    for key, value in {
        "/Type": NameObject("/XObject"),
        "/Subtype": NameObject("/Image"),
        "/Width": NumberObject(800),
        "/Height": NumberObject(500),
        "/ColorSpace": NameObject("/DeviceRGB"),
        "/BitsPerComponent": NumberObject(8),
        "/Filter": ArrayObject(filters) if is_packed else filters[0],
    }.items():
        photograph[NameObject(key)] = value
    page = writer.pages[0]
    shown = DictionaryObject({NameObject("/Photo"): writer._add_object(photograph)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): shown})
    drawing = DecodedStreamObject()
    drawing.set_data(b"q 300 0 0 190 0 100 cm /Photo Do Q")
    page[NameObject("/Contents")] = writer._add_object(drawing)
    notes = DecodedStreamObject()
    notes.set_data(b"<x:xmpmeta>written by Lin Xiaoman</x:xmpmeta>")
    page[NameObject("/Metadata")] = photograph[NameObject("/Metadata")] = writer._add_object(notes)
    private = DictionaryObject({NameObject("/Private"): writer._add_object(TextStringObject("kept for Lin Xiaoman"))})
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Program"): writer._add_object(private)})
    return _written(writer)


def pdf_with_attachment() -> bytes:
    writer = PdfWriter(clone_from=BytesIO(pdf()))
    writer.add_attachment("virus.exe", b"MZ")
    return _written(writer)


def pdf_with_password() -> bytes:
    writer = PdfWriter(clone_from=BytesIO(pdf()))
    writer.encrypt("secret", algorithm="RC4-128")
    return _written(writer)


def film(folder: Path, *, seconds: int = 2, ending: str = "mp4") -> bytes:
    """A film with a place and a title in its container, its index at the front."""
    path = folder / f"film.{ending}"
    codec = {"mp4": ["-c:v", "mpeg4", "-movflags", "+faststart"], "webm": ["-c:v", "libvpx", "-deadline", "realtime"]}
    command = [
        *(
            settings.FFMPEG,
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            f"testsrc=size=320x200:rate=10:duration={seconds}",
        ),
        *("-metadata", "location=+30.2491+120.1550/", "-metadata", "title=Home of Lin"),
        *codec[ending],
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return path.read_bytes()


def playlist(*lines: str) -> bytes:
    """What ffmpeg would follow, if it were let: to one of our own files, unless `lines` end with another address."""
    *before, address = lines or ("file:///etc/passwd",)
    return "\n".join(
        ["#EXTM3U", "#EXT-X-TARGETDURATION:10", *before, "#EXTINF:2,", address, "#EXT-X-ENDLIST", ""]
    ).encode()


def _written(writer: PdfWriter) -> bytes:
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def pages_as_tiff() -> bytes:
    """Two pages, as a scanner writes them."""
    buffer = BytesIO()
    first, second = (Image.new("RGB", (90, 60), colour) for colour in ("white", "grey"))
    first.save(buffer, "TIFF", save_all=True, append_images=[second])
    return buffer.getvalue()
