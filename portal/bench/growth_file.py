"""The last result of `bin/bench growth`, kept so that `bin/bench pages` can name it without an hour of work."""

import json
import time
from collections.abc import Mapping
from typing import Any

from portal.embedded.paths import state_directory

FRESH_DAYS = 7
FULL_ROWS = 1_000_000


def write(found: Mapping[str, Any]) -> None:
    """Keep what was printed, with the moment."""
    _file().write_text(json.dumps({**found, "at": time.time()}))


def fresh_figure() -> tuple[float | None, str]:
    """The worst ratio of the last result, unless it is old, small or refused; and what there is to say of it."""
    if not _file().exists():
        return None, "growth: not measured here (bin/bench growth)"
    found = json.loads(_file().read_text())
    days = (time.time() - found["at"]) / 86_400
    if "growth" not in found:
        return None, "growth: the last result was refused (bin/bench growth)"
    if found["rows"] < FULL_ROWS:
        return None, f"growth: the last result is of {found['rows']:,} services alone (bin/bench growth)"
    if days > FRESH_DAYS:
        return None, f"growth: the last result is {days:.0f} days old (bin/bench growth)"
    return float(found["growth"]), f"growth: measured {days:.1f} days ago"


def _file() -> Any:
    return state_directory() / "bench-growth.json"
