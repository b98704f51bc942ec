"""A job that lasts until it is told to end."""

import time
from pathlib import Path

from celery import shared_task


@shared_task
def wait_for(folder: str) -> None:
    """Write down that it began, and go on until there is a file `end` in the folder."""
    with (Path(folder) / "begun").open("a") as lines:
        lines.write("1\n")
    while not (Path(folder) / "end").exists():
        time.sleep(0.1)
