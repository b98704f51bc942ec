"""What a file is: before it comes by what it is called, once it is here by its bytes alone."""

from pathlib import Path

import filetype

from marketplace.uploads.models import UploadKind
from marketplace.uploads.videos import CONTAINERS

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
PDF = "application/pdf"
SNIFFED_BYTES = 8192  # the longest signature of filetype needs less
_ENDINGS = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "gif"), UploadKind.IMAGE),
    **dict.fromkeys(("mp4", "m4v", "mov", "webm"), UploadKind.VIDEO),
    "pdf": UploadKind.PDF,
}
# What starts when it is opened, on Windows, Android or a Mac: by its ending, which decides that there, and by its bytes.
_PROGRAM_ENDINGS = frozenset(
    {
        *("apk", "app", "appref-ms", "bat", "chm", "cmd", "com", "cpl", "dll", "exe", "hta", "jar", "js", "jse", "lnk"),
        *("msc", "msi", "msix", "pif", "ps1", "reg", "scf", "scr", "url", "vb", "vbe", "vbs", "wsf", "wsh", "xll"),
    }
)
_PROGRAM_BEGINNINGS = (
    b"MZ",
    b"\x7fELF",
    *(bytes.fromhex(magic) for magic in ("feedface", "feedfacf", "cefaedfe", "cffaedfe", "cafebabe")),  # Mach-O, Java
    bytes.fromhex("4c0000000114020000000000c000000000000046"),  # a shortcut
)


def kind_of(mime: str | None) -> UploadKind | None:
    """The kind of file that a type stands for, None when it is of no use here."""
    if mime in PICTURES:
        return UploadKind.IMAGE
    if mime in CONTAINERS:
        return UploadKind.VIDEO
    return UploadKind.PDF if mime == PDF else None


def announced_kind(name: str, content_type: str) -> UploadKind | None:
    """What a browser says a file is: enough to know which limit holds, and to refuse what is honest about itself."""
    return kind_of(content_type.lower()) or _ENDINGS.get(name.rpartition(".")[2].lower())


def sniff(path: Path) -> str | None:
    """The type of the file at `path` by its first bytes."""
    with path.open("rb") as file:
        return filetype.guess_mime(file.read(SNIFFED_BYTES))


def is_program(name: str, beginning: bytes = b"") -> bool:
    """Whether a file called `name` that begins with these bytes starts by being opened. An archive of programs does not."""
    # Windows drops dots and spaces at the end of a name: "a.exe." is "a.exe".
    return name.rstrip(". ").rpartition(".")[2].lower() in _PROGRAM_ENDINGS or beginning.startswith(_PROGRAM_BEGINNINGS)
