"""Amounts on Alipay's wire are yuan with at most two places; in the store they are whole fen."""

from __future__ import annotations

import re
from typing import Any

_YUAN = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?", re.ASCII)


def parse_yuan(value: Any) -> int:
    """Read `888`, `888.5` or `"888.50"` as fen. Raises ValueError for a third decimal place, a sign, anything else."""
    # Merchants may send a JSON number. Its shortest form is what they wrote, or close enough to be refused.
    text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    match = _YUAN.fullmatch(text)
    if match is None:
        raise ValueError(f"not an amount in yuan: {value!r}")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def format_yuan(amount_fen: int) -> str:
    """Write fen as `1280.00`."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def display_yuan(amount_fen: int) -> str:
    """Write fen for people: `¥1,280.00`."""
    return f"¥{amount_fen // 100:,}.{amount_fen % 100:02d}"
