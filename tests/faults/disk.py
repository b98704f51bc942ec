"""A disk so small that it can be filled: a file system in memory, mounted for one test."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTE = 1024 * 1024


class CannotMountError(Exception):
    """This machine lets us mount nothing."""


class SmallDisk:
    """Where it is mounted, and how much room is on it. Whoever writes past it is refused by the kernel (ENOSPC)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def leave(self, free: int) -> None:
        """Fill it, but for `free` bytes."""
        self.empty()
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, self.free() - free)

    def empty(self) -> None:
        """There is room again."""
        self._ballast.unlink(missing_ok=True)

    def free(self) -> int:
        """How many bytes have room."""
        room = os.statvfs(self.path)
        return room.f_bavail * room.f_frsize

    def folder(self, name: str, *, owner: int | None = None) -> Path:
        """A folder on it, of this user's if one is named."""
        made = self.path / name
        made.mkdir(mode=0o700)
        if owner is not None:
            os.chown(made, owner, -1)
        return made

    def files(self) -> list[str]:
        """What lies on it, in whatever folder."""
        found = (path for path in self.path.rglob("*") if path.is_file() and path != self._ballast)
        return sorted(path.relative_to(self.path).as_posix() for path in found)


@contextmanager
def small_disk(*, megabytes: int) -> Iterator[SmallDisk]:
    """Mount one. Raises CannotMountError where nobody may: without root, or in a container without that right."""
    # Not pytest's own folder, which nobody else may enter: PostgreSQL runs as somebody else.
    with tempfile.TemporaryDirectory(prefix="jiangji-disk-") as folder:
        Path(folder).chmod(0o755)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "jiangji-disk", folder]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotMountError(f"no small disk can be mounted here: {done.stderr.strip()}")
        try:
            yield SmallDisk(Path(folder))
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
