"""What every figure of `bin/bench` should be: the least that is asked for, and the goal (facts/performance.md, 6; issues)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Target:
    """A figure by its key (`T5.list` stands in `T5` under `list`); more is better where `is_least`, else less."""

    key: str
    what: str
    target: float
    stretch: float | None = None
    is_least: bool = True

    def is_met(self, value: float) -> bool:
        """Whether the least that is asked for is there."""
        return value >= self.target if self.is_least else value <= self.target

    def reaches_stretch(self, value: float) -> bool:
        """Whether the goal is reached."""
        if self.stretch is None:
            return self.is_met(value)
        return value >= self.stretch if self.is_least else value <= self.stretch


def _most(key: str, what: str, target: float, stretch: float | None = None) -> Target:
    return Target(key, what, target, stretch, is_least=False)


TARGETS: dict[str, tuple[Target, ...]] = {
    "money": (
        Target("postings_vs_pgbench", "postings / pgbench", 0.35),
        _most("growth_ratio", "a posting with 5 million entries / with 10,000", 1.15),
        Target("T8", "checkouts / pgbench", 0.10, 0.17),
        Target("T9", "checkouts over HTTP / T8", 0.5, 0.7),
        Target("T10", "all with one seller / spread", 0.8, 0.95),
    ),
    "search": (
        _most("postgres.p95_ms.100000", "answer, 100,000 services, p95, ms", 100),
        _most("postgres.p95_ms.1000000", "answer, a million, p95, ms", 150),
        _most("growth_100k_1m", "p95 at a million / at 100,000", 1.5),
        _most("T14", "its logarithm", 0.35, 0.15),
        _most("T15", "p50 at a million / plain ts_rank", 0.15, 0.03),
        _most("T16", "our counts / exact ones", 0.03, 0.01),
        Target("T17", "overlap with the exact first 24", 0.95, 0.99),
        _most("T18", "p95 of suggestions / SELECT 1", 10),
    ),
    "chat": (
        Target("messages_vs_group_send", "messages / group_send", 0.5),
        Target("T11", "deliveries / Valkey's own", 0.05, 0.10),
        _most("T12", "p99 at 10 messages a second, ms", 25, 10),
        _most("T13", "idle windows closed", 0),
        _most("lost", "messages lost", 0),
    ),
    "pages": (
        Target("T1", "list of 24, not kept / tpl24", 0.15, 0.25),
        Target("T2", "service, not kept / tpl24", 0.20, 0.30),
        Target("T3", "home, not kept / tpl24", 0.10, 0.20),
        Target("T4", "slowest kept page / hello with 8 middlewares", 0.6, 0.8),
        _most("T5.list", "CPU of the list / of hello", 40, 20),
        _most("T5.detail", "CPU of a service / of hello", 30, 15),
        _most("T5.home", "CPU of home / of hello", 60, 30),
        _most("T6.list", "statements of the list", 10, 6),
        _most("T6.detail", "statements of a service", 10, 7),
        _most("T6.home", "statements of home", 15, 8),
        _most("T6_growth", "more of them with 48 rows than with 12", 0),
        _most("T6_duplicates", "statements asked twice", 0),
        _most("T7", "list of 24, gzip, bytes", 8192, 6144),
        _most("p99_over_p50", "p99 / p50 at 32 connections, worst page", 5),
        _most("growth", "time with large tables / small, worst page", 1.5),
    ),
}


def look_up(found: Mapping[str, Any], key: str) -> float | None:
    """The figure of this key in what a bench printed as JSON; None where it was not measured."""
    value = found.get(key)
    if value is None and "." in key:
        first, _dot, rest = key.partition(".")
        inner = found.get(first)
        value = inner.get(rest) if isinstance(inner, Mapping) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def rows_of(subject: str, found: Mapping[str, Any]) -> Iterator[tuple[Target, float | None, str]]:
    """Each target of a subject with what was measured, and in a word how that is."""
    for target in TARGETS[subject]:
        value = look_up(found, target.key)
        if value is None:
            yield target, None, "not measured"
        elif target.reaches_stretch(value):
            yield target, value, "met" if target.stretch is None else "met, goal too"
        else:
            yield target, value, "met" if target.is_met(value) else "MISSED"


HEAD = f"{'':<24}{'target':>10}{'goal':>10}{'measured':>12}  "


def table_of(subject: str, found: Mapping[str, Any]) -> list[str]:
    """A line for each target."""
    lines = []
    for target, value, verdict in rows_of(subject, found):
        sign = "≥" if target.is_least else "≤"
        goal = "" if target.stretch is None else f"{sign} {target.stretch:g}"
        shown = "" if value is None else f"{value:,.3f}".rstrip("0").rstrip(".")
        lines.append(
            f"{target.key:<24}{f'{sign} {target.target:g}':>10}{goal:>10}{shown:>12}  {verdict:<14} {target.what}"
        )
    return lines
