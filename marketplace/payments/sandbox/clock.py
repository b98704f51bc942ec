"""Time as Alipay writes it: Beijing wall-clock time without a zone."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

# China has had one zone and no summer time since 1991, so a fixed offset needs no zone database on the machine.
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def now() -> float:
    """Return seconds since the epoch; the store keeps every moment in this form."""
    return time.time()


def format_moment(moment: float) -> str:
    """Write an epoch moment as `2026-03-05 14:30:00`, Beijing time."""
    return datetime.fromtimestamp(moment, BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def parse_moment(text: str) -> float:
    """Read `2026-03-05 14:30:00` or `2026-03-05 14:30` (Beijing time). Raises ValueError for anything else."""
    pattern = "%Y-%m-%d %H:%M:%S" if text.count(":") == 2 else "%Y-%m-%d %H:%M"
    return datetime.strptime(text, pattern).replace(tzinfo=BEIJING).timestamp()


def end_of_day(moment: float) -> float:
    """Return the last second of the Beijing day that holds `moment`."""
    return datetime.fromtimestamp(moment, BEIJING).replace(hour=23, minute=59, second=59, microsecond=0).timestamp()
