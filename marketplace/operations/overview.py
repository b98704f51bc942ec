"""The running portal on one page: every signal, by subject."""

from dataclasses import dataclass

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from redis.exceptions import RedisError

from marketplace.operations import backlogs, machine, parts, queues
from marketplace.operations.signs import Level, Signal, worst

_CACHE_KEY, _CACHE_SECONDS = "operations:wrong", 60


@dataclass(frozen=True)
class Section:
    """Signals of one subject."""

    key: str
    title: str | Promise
    signals: list[Signal]

    @property
    def level(self) -> Level:
        """Of the worst signal."""
        return worst(self.signals)


def sections() -> list[Section]:
    """Everything, asked now. What is away says so in its place within two seconds."""
    return [
        Section("parts", pgettext_lazy("operations", "Parts"), parts.part_signals()),
        Section("jobs", _("Jobs"), [*queues.queue_signals(), *queues.beat_signals(), *machine.failed_signals()]),
        Section("backlogs", _("What waits to leave or to be worked off"), backlogs.backlog_signals()),
        Section("search", pgettext_lazy("operations", "Search"), machine.search_signals()),
        Section("care", _("Backups and books"), machine.care_signals()),
        Section("machine", pgettext_lazy("operations", "Machine and release"), machine.machine_signals()),
    ]


def wrong_signals() -> list[Signal]:
    """What is red of what the database alone can tell; for the first page, which asks nobody else."""
    return [
        signal
        for signal in (
            *queues.beat_signals(),
            *machine.failed_signals(),
            *backlogs.backlog_signals(),
            *machine.care_signals(),
        )
        if signal.level == Level.BAD
    ]


def number_wrong() -> int:
    """How many signals are red, at most a minute old."""
    try:
        kept: int | None = cache.get(_CACHE_KEY)
        if kept is None:
            kept = len(wrong_signals())
            cache.set(_CACHE_KEY, kept, _CACHE_SECONDS)
        return kept
    except RedisError:
        return len(wrong_signals()) + 1  # the cache is away
