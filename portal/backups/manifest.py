"""The page that a backup carries: what was in the database at its moment. And the sums of every file of the backup."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from portal.backups.sums import TableSum, file_checksum, files_below

DUMP, MANIFEST, SUMS, FILES = "database.dump", "manifest.json", "SHA256SUMS", "files"
FORMAT = 1


class DamagedBackup(RuntimeError):
    """A backup is not what it was when it was made; the words name the file."""


@dataclass(frozen=True)
class Manifest:
    """What a restored database has to be like. `moment`: ISO 8601, when the snapshot was taken."""

    format: int
    moment: str
    release: str
    server: str
    migrations: list[str]
    schema: str
    tables: dict[str, TableSum]
    files: dict[str, int]
    without_file: list[str]

    def write(self, path: Path) -> None:
        """As JSON that people can read."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup whose sums were compared. Raises DamagedBackup."""
    try:
        said = json.loads((folder / MANIFEST).read_text())
        if said["format"] != FORMAT:
            raise DamagedBackup(f"{MANIFEST} has the format {said['format']}, this release reads {FORMAT}.")
        said["tables"] = {name: TableSum(**figures) for name, figures in said["tables"].items()}
        return Manifest(**said)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedBackup(f"{MANIFEST} cannot be read: {type(error).__name__}: {error}") from error


def write_sums(folder: Path, known: dict[Path, str]) -> None:
    """SHA256SUMS of everything in the folder, as `sha256sum --check` reads it; written last: without it there is no backup."""
    lines = []
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        if "\n" in name or "\\" in name:
            raise ValueError(f"{name!r} cannot be written down")
        lines.append(f"{known.get(path) or file_checksum(path)}  {name}\n")
    unfinished = folder / f"{SUMS}.unfinished"
    unfinished.write_text("".join(lines))
    unfinished.rename(folder / SUMS)


def compare_sums(folder: Path) -> int:
    """Read every file of a backup again; returns how many there are. Raises DamagedBackup: changed, missing, or not of it."""
    if not (folder / SUMS).is_file():
        raise DamagedBackup(f"{folder} has no {SUMS}: it is no backup, or an unfinished one.")
    wanted = {}
    for line in (folder / SUMS).read_text().splitlines():
        digest, _space, name = line.partition("  ")
        wanted[name] = digest
    found = {path.relative_to(folder).as_posix() for path in files_below(folder)} - {SUMS}
    for name in sorted(wanted.keys() | found):
        if name not in found:
            raise DamagedBackup(f"{name} is missing.")
        if name not in wanted:
            raise DamagedBackup(f"{name} is not of this backup.")
        if file_checksum(folder / name) != wanted[name]:
            raise DamagedBackup(f"{name} is damaged: its SHA-256 is another one.")
    for needed in (DUMP, MANIFEST):
        if needed not in wanted:
            raise DamagedBackup(f"{needed} is missing.")
    return len(wanted)
