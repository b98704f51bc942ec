"""Reading PDFs back, with poppler as anybody would (bin/test installs it)."""

import shutil
import subprocess
from pathlib import Path


def text_of(pdf: Path | bytes) -> str:
    """The words of a PDF, in reading order, without the line breaks inside a cell."""
    program = shutil.which("pdftotext")
    assert program, "reading a PDF back needs pdftotext: install the package poppler-utils"
    command = [program, "-raw", "-enc", "UTF-8", str(pdf) if isinstance(pdf, Path) else "-", "-"]
    content = pdf if isinstance(pdf, bytes) else None
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()
