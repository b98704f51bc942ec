"""PDFs: looked through, rewritten and drawn in a process of their own (tools/inspect_pdf.py)."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.programs import run_limited

INSPECTOR = Path(__file__).with_name("tools") / "inspect_pdf.py"
SECONDS = 60
# What the inspector says → what its owner is told.
_REFUSALS = {
    "encrypted": UploadErrorCode.PDF_ENCRYPTED,
    "active": UploadErrorCode.PDF_ACTIVE,
    "unreadable": UploadErrorCode.PDF_UNREADABLE,
}


@dataclass(frozen=True)
class Document:
    """A PDF rewritten without metadata, how many pages it has, and a picture of the first."""

    path: Path
    page_count: int
    first_page: Path


def read_document(path: Path, *, name: str) -> Document:
    """The PDF at `path`. Raises UploadError PDF_ENCRYPTED, PDF_ACTIVE or PDF_UNREADABLE."""
    clean, picture = path.with_name("clean.pdf"), path.with_name("first-page.png")
    command = [sys.executable, "-W", "ignore", str(INSPECTOR), path.name, clean.name, picture.name]
    answer = run_limited(command, folder=path.parent, seconds=SECONDS)
    try:
        found = json.loads(answer.output) if answer.code == 0 else {"refused": "unreadable"}
    except ValueError:
        found = {"refused": "unreadable"}
    if refused := found.get("refused"):
        raise UploadError(_REFUSALS[refused], name=name)
    return Document(clean, int(found["pages"]), picture)
