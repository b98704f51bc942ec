"""Where the embedded services keep their data: one ignored folder of the checkout."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def state_directory() -> Path:
    """The folder of everything that `bin/run` creates; JIANGJI_STATE moves it (the tests have one of their own)."""
    directory = Path(os.environ.get("JIANGJI_STATE", PROJECT / ".jiangji")).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    return directory
