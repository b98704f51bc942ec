"""The portal's Celery worker, started as operators start it, with a point to die at put in beforehand.

`python -m tests.kills.worker ARGUMENTS` is `celery ARGUMENTS`; what else it needs to know stands in VICTIM as JSON.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.kills.victim import Point, configure, set_point


def note_runs(task: str, file: str) -> None:
    """Write a line for each time the task begins."""
    module_name, _colon, name = task.partition(":")
    registered = getattr(importlib.import_module(module_name), name)
    original = registered.run

    def run(*args: Any, **kwargs: Any) -> Any:
        with Path(file).open("a") as lines:
            lines.write(f"{os.getpid()}\n")
        return original(*args, **kwargs)

    registered.run = run


def main() -> None:
    """Prepare, then be Celery."""
    told = json.loads(os.environ["VICTIM"])
    configure(told["configured"])
    note_runs(*told["note_runs"])
    if told["point"]:
        set_point(Point(**told["point"]))
    if told["visibility_seconds"]:
        from portal.celery import application

        application.conf.broker_transport_options = {"visibility_timeout": told["visibility_seconds"]}
    from celery.__main__ import main as celery

    sys.argv = ["celery", *sys.argv[1:]]
    celery()


if __name__ == "__main__":
    main()
