"""Programs that look into what strangers send: each with a time, a memory and a file limit, and nothing of our environment."""

import errno
import logging
import os
import resource
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)
MEMORY_BYTES = 1_500 * 1024 * 1024
OUTPUT_BYTES = 300 * 1024 * 1024  # of a file that it writes
ROOM_BYTES = 1024 * 1024  # less than this is a full disk: programs write in larger pieces


@dataclass(frozen=True)
class Answer:
    """How a program ended. `code` is None when its time was up."""

    code: int | None
    output: str
    complaints: str


def run_limited(command: Sequence[str], *, folder: Path, seconds: int) -> Answer:
    """Run `command` in `folder` for at most `seconds`. It sees no secret of ours: only where programs are found.

    Raises OSError (ENOSPC) where it failed or complained and the disk is full: that is no fault of the file it looked into.
    """
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    process = subprocess.Popen(  # noqa: S603 the callers name the program, and give it files by names of ours
        command,
        cwd=folder,
        env={**environment, "LANG": "C.UTF-8", "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    # On the running process, not before its start: that would need code between fork and exec, unsafe beside threads.
    try:
        for kind, limit in (
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
            (resource.RLIMIT_CPU, seconds),
        ):
            resource.prlimit(process.pid, kind, (limit, limit))
    except (AttributeError, ProcessLookupError):  # not Linux; or over already
        pass
    try:
        output, complaints = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, complaints = process.communicate()
        logger.warning("%s took longer than %s s and was ended", command[0], seconds)
        return Answer(None, output, complaints)
    if (process.returncode or complaints) and shutil.disk_usage(folder).free < ROOM_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    return Answer(process.returncode, output, complaints)
