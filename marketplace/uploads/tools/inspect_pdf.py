"""Look through a PDF, write it anew, draw its first page. A program of its own: it may crash, and is stopped when it is slow.

    python inspect_pdf.py IN.pdf OUT.pdf OUT.png

Says {"pages": n} or {"refused": "encrypted" | "active" | "unreadable"}. Knows nothing of Django.
"""

import json
import sys
from typing import Any

import pypdfium2
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

# What makes a reader do something: scripts, programs, files within the file, forms that fetch (ISO 32000-1, 12.6.4, 7.11.4).
ACTIVE_KEYS = {"/JS", "/JavaScript", "/AA", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
ACTIVE_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/RichMediaExecute", "/Rendition"}
MOST_OBJECTS = 500_000
LONGEST_SIDE = 1600


def is_active(reader: PdfReader) -> bool:
    """Whether anything that can be reached from the trailer acts."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [reader.trailer]
    looked_at = 0
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if (thing.idnum, thing.generation) in seen:
                continue
            seen.add((thing.idnum, thing.generation))
            thing = thing.get_object()
        looked_at += 1
        if looked_at > MOST_OBJECTS:
            raise ValueError("more objects than a document needs")
        if isinstance(thing, DictionaryObject):
            if ACTIVE_KEYS & thing.keys() or thing.get("/S") in ACTIVE_ACTIONS:
                return True
            waiting.extend(thing.raw_get(key) for key in thing)
        elif isinstance(thing, ArrayObject):
            waiting.extend(list.__iter__(thing))
    return False


def main(source: str, target: str, picture: str) -> dict[str, Any]:
    """See the module."""
    reader = PdfReader(source)
    if reader.is_encrypted:
        return {"refused": "encrypted"}
    pages = len(reader.pages)
    if not pages:
        return {"refused": "unreadable"}
    if is_active(reader):
        return {"refused": "active"}
    # Written anew: author, program, XMP and whatever stood before, between and behind the objects stay behind.
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    writer.root_object.pop("/Metadata", None)
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
    except Exception:  # whatever a hostile file makes these libraries raise
        said = {"refused": "unreadable"}
    print(json.dumps(said))
