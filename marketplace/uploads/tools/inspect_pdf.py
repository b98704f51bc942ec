"""Look through a PDF, write it anew, draw its first page. A program of its own: it may crash, and is stopped when it is slow.

    python inspect_pdf.py IN.pdf OUT.pdf OUT.png

Says {"pages": n} or {"refused": "encrypted" | "active" | "unreadable"}. Knows nothing of Django.
"""

import errno
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import pypdfium2
from pypdf import PdfReader, PdfWriter
from pypdf.filters import decode_stream_data
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject, is_null_or_none

# What makes a reader do something: scripts, programs, files within the file, forms that fetch (ISO 32000-1, 12.6.4, 7.11.4).
ACTIVE_KEYS = {"/JS", "/JavaScript", "/AA", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
ACTIVE_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/GoToE",
    "/GoToR",
    "/RichMediaExecute",
    "/Rendition",
}
# Annotations that play or hold something.
ACTIVE_SUBTYPES = {"/FileAttachment", "/Movie", "/RichMedia", "/Screen", "/Sound", "/3D"}
# Where an action may stand. Of those that there are, only these pass: a place in this file, a page further; a web page when
# somebody presses a link. Whatever else there is, or will be, is refused.
ACTION_PLACES = ("/A", "/PA", "/OpenAction", "/Next")
HARMLESS_NAMES = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
WEB = re.compile(r"https?://", re.IGNORECASE)
# Who made it, with what, when, and what the program keeps for itself.
NOTES = ("/Metadata", "/PieceInfo")
MOST_OBJECTS = 500_000
LONGEST_SIDE = 1600


def reachable(start: Any, seen: set[int]) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached from `start`; `seen` gathers the numbers of the objects."""
    waiting: list[Any] = [start]
    looked_at = 0
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum in seen:
                continue
            seen.add(thing.idnum)
            thing = thing.get_object()
        looked_at += 1
        if looked_at > MOST_OBJECTS:
            raise ValueError("more objects than a document needs")
        if isinstance(thing, DictionaryObject):
            yield thing  # before its parts are read: whoever asked may take some away
            waiting.extend(thing.raw_get(key) for key in thing)
        elif isinstance(thing, ArrayObject):
            waiting.extend(list.__iter__(thing))


def value(thing: DictionaryObject, key: str) -> Any:
    """What stands at `key`, also when it is an object of its own; `get` of pypdf would give the reference."""
    found = thing.raw_get(key) if key in thing else None
    return found.get_object() if isinstance(found, IndirectObject) else found


def is_active(start: Any) -> bool:
    """Whether anything that can be reached from `start` acts."""
    return any(acts(thing) for thing in reachable(start, set()))


def acts(thing: DictionaryObject) -> bool:
    """Whether this dictionary does something, or holds an action that is not among the few that pass."""
    if (
        ACTIVE_KEYS & thing.keys()
        or value(thing, "/S") in ACTIVE_ACTIONS
        or value(thing, "/Subtype") in ACTIVE_SUBTYPES
    ):
        return True
    if value(thing, "/Type") == "/Action" and not is_harmless(thing, on_link=True):
        return True
    if isinstance(thing, StreamObject) and "/F" in thing:  # its bytes lie in another file
        return True
    on_link = value(thing, "/Subtype") == "/Link"
    for place in ACTION_PLACES:
        held = value(thing, place)
        for action in held if isinstance(held, ArrayObject) else (held,):
            action = action.get_object() if isinstance(action, IndirectObject) else action
            # The attributes of a paragraph stand at /A too, and the next heading at /Next: neither has a kind of action.
            if isinstance(action, DictionaryObject) and "/S" in action:
                if not is_harmless(action, on_link=on_link and place == "/A"):
                    return True
                if place == "/OpenAction" and value(action, "/S") != "/GoTo":
                    return True
    return False


def is_harmless(action: DictionaryObject, *, on_link: bool) -> bool:
    """Whether a reader may do this when it is asked."""
    kind = value(action, "/S")
    if kind == "/URI":
        return on_link and bool(WEB.match(str(value(action, "/URI"))))
    return kind == "/GoTo" or (kind == "/Named" and value(action, "/N") in HARMLESS_NAMES)


def forget_notes(writer: PdfWriter) -> None:
    """Take away what tells of people, places and programs: of the document, of its parts, and of the photographs in it."""
    writer.metadata = None
    seen: set[int] = set()
    for thing in reachable(writer.root_object.indirect_reference, seen):
        for key in NOTES:
            thing.pop(key, None)
        if isinstance(thing, StreamObject):
            forget_notes_of_photograph(thing)
    # What was only noted down hangs on nothing any more, and would be written all the same.
    for place in range(len(writer._objects)):
        if place + 1 not in seen:
            writer._objects[place] = None


def forget_notes_of_photograph(stream: StreamObject) -> None:
    """A JPEG within the document, unpacked from whatever is wrapped around it."""
    filters = value(stream, "/Filter")
    filters = list(filters) if isinstance(filters, ArrayObject) else [filters]
    if not filters or is_null_or_none(filters[-1]) or filters[-1].get_object() != "/DCTDecode":
        return
    if len(filters) > 1:
        parameters = value(stream, "/DecodeParms")
        last = parameters[-1] if isinstance(parameters, ArrayObject) and len(parameters) == len(filters) else None
        stream._data = decode_stream_data(stream)  # what comes before the JPEG; of that nothing is decoded
        stream[NameObject("/Filter")] = NameObject("/DCTDecode")
        stream.pop("/DecodeParms", None)
        if not is_null_or_none(last):
            stream[NameObject("/DecodeParms")] = last
    stream._data = without_notes(stream._data)


def without_notes(jpeg: bytes) -> bytes:
    """A JPEG without EXIF, XMP, IPTC, comments and what hangs behind its end; not a pixel is encoded anew.

    Kept: APP0 (JFIF), the colour profile in APP2, APP14 (how its colours are meant).
    """
    kept, at = bytearray(jpeg[:2]), 2
    while jpeg[:2] == b"\xff\xd8" and at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xD9:  # the end, whatever hangs behind it
            break
        if marker == 0xFF:  # filling
            at += 1
            continue
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == 0xDA:  # a scan: up to the next marker that is no part of it
            following = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]").search(jpeg, end)
            end = following.start() if following else len(jpeg)
        segment = jpeg[at:end]
        is_note = marker == 0xFE or 0xE0 <= marker <= 0xEF
        if not is_note or marker in (0xE0, 0xEE) or (marker == 0xE2 and segment[4:15] == b"ICC_PROFILE"):
            kept += segment
        at = end
    return bytes(kept + (jpeg[at : at + 2] if jpeg[at : at + 2] == b"\xff\xd9" else jpeg[at:]))


def main(source: str, target: str, picture: str) -> dict[str, Any]:
    """See the module."""
    reader = PdfReader(source)
    if reader.is_encrypted:
        return {"refused": "encrypted"}
    pages = len(reader.pages)
    if not pages:
        return {"refused": "unreadable"}
    if is_active(reader.trailer):
        return {"refused": "active"}
    # Written anew: whatever stood before, between and behind the objects stays behind too.
    writer = PdfWriter(clone_from=reader)
    forget_notes(writer)
    writer.write(target)
    document = pypdfium2.PdfDocument(target)
    page = document[0]
    width, height = page.get_size()
    scale = LONGEST_SIDE / max(width, height, 1)
    page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB").save(picture)
    return {"pages": pages}


if __name__ == "__main__":
    try:
        said = main(*sys.argv[1:4])
    except Exception as error:  # whatever a hostile file makes these libraries raise
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise  # the disk is full, which is nobody's file's fault
        said = {"refused": "unreadable"}
    print(json.dumps(said))
