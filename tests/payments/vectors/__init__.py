"""The published vectors (README.md says whose) as Python values."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def vector(name: str) -> Any:
    """One JSON file of the folder."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def pem(lines: list[str]) -> str:
    """A key or certificate as a PEM text; a private one is renamed, see README.md."""
    return "\n".join(lines).replace("TESTING KEY", "PRIVATE KEY") + "\n"
