"""Allowed moves of a status, written down as one table per model (each app's `states.py`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.db.models import TextChoices

Status = TypeVar("Status", bound=TextChoices)


@dataclass(frozen=True)
class Transition(Generic[Status]):
    """One allowed move: from where, to where, who may make it, and what else happens (for the reader and the docs)."""

    source: Status
    target: Status
    actors: frozenset[str]
    effect: str = ""


@dataclass(frozen=True)
class TransitionTable(Generic[Status]):
    """All allowed moves of one model."""

    rows: tuple[Transition[Status], ...]
    index: Mapping[tuple[Status, Status], Transition[Status]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {(row.source, row.target): row for row in self.rows})

    def allows(self, source: Status, target: Status, actor: str) -> bool:
        """Whether `actor` (a role named in the table) may move from `source` to `target`."""
        row = self.index.get((source, target))
        return row is not None and actor in row.actors
