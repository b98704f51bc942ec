"""What /proc says of processes: their CPU time, their memory, who is whose."""

import os
from dataclasses import dataclass
from pathlib import Path

from portal.embedded.paths import state_directory

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Seen:
    """A process at one moment; `own_ticks` it used itself, `ended_ticks` children of it that have ended."""

    name: str
    parent: int
    own_ticks: int
    ended_ticks: int


def all_seen() -> dict[int, Seen]:
    """Every process of the machine that can be read."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue  # it has ended
            found[int(entry.name)] = read_stat(text)
    return found


def read_stat(text: str) -> Seen:
    """What a line of /proc/<pid>/stat says: the name may hold blanks and brackets."""
    fields = text[text.rindex(")") + 2 :].split()
    used = [int(value) for value in fields[11:15]]
    return Seen(text[text.index("(") + 1 : text.rindex(")")], int(fields[1]), used[0] + used[1], used[2] + used[3])


def tree_of(roots: set[int], seen: dict[int, Seen]) -> set[int]:
    """These processes and whatever descends from them."""

    def belongs(pid: int) -> bool:
        while pid > 1:
            if pid in roots:
                return True
            pid = seen[pid].parent if pid in seen else 0
        return False

    return {pid for pid in seen if belongs(pid)}


def cpu_seconds_of(*roots: int) -> float:
    """CPU time of these processes and their descendants, ended ones included."""
    seen = all_seen()
    return sum(seen[pid].own_ticks + seen[pid].ended_ticks for pid in tree_of(set(roots), seen)) / TICKS


def children_of(parent: int) -> list[int]:
    """The direct children of a process."""
    return [pid for pid, one in all_seen().items() if one.parent == parent]


def own_services(seen: dict[int, Seen]) -> set[int]:
    """PostgreSQL and Valkey of this checkout: they stand in its folder. Those of other checkouts are none of ours."""
    state = state_directory()
    return {
        pid for pid, one in seen.items() if one.name.startswith(("postgres", "valkey")) and _stands_below(pid, state)
    }


def own_postgres() -> set[int]:
    """The first process of our PostgreSQL, from which its others descend; empty where the database is elsewhere."""
    seen = all_seen()
    found = {pid for pid in own_services(seen) if seen[pid].name.startswith("postgres")}
    return {pid for pid in found if seen[pid].parent not in found}


def _stands_below(pid: int, folder: Path) -> bool:
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")).is_relative_to(folder)
    except OSError:
        return False


def pss_mb(pid: int) -> float:
    """Proportional memory of a process in MB; 0 where the kernel does not say."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
