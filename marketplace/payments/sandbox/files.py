"""Files that several processes may make at the same moment."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def create_once(path: Path, content: bytes) -> list[Path]:
    """Write `path` whole or not at all, and never over a file that another process has just made. Return it if new."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.link(temporary, path)
    except FileExistsError:
        return []
    finally:
        os.unlink(temporary)
    return [path]
