"""Which accounts belong together by what is between them, and how much that is. Pure: no database."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from marketplace.reviews.integrity.weights import JOIN_HUNDREDTHS, WEIGHTS
from marketplace.reviews.models import SignalKind

Pair = tuple[int, int]


@dataclass(frozen=True)
class Signal:
    """One thing about two accounts, the lower key first, or about one order between them. `weight` in hundredths."""

    kind: SignalKind
    one: int
    other: int
    weight: int
    order_id: int | None = None
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def pair(self) -> Pair:
        """Both accounts."""
        return self.one, self.other


@dataclass(frozen=True)
class Circle:
    """Accounts that belong together. `score` in hundredths."""

    members: frozenset[int]
    score: int

    @property
    def key(self) -> str:
        """The same people are the same key."""
        return circle_key(self.members)


def circle_key(members: Iterable[int]) -> str:
    """The keys of the accounts, ascending and joined, hashed."""
    return sha256(",".join(str(member) for member in sorted(members)).encode()).hexdigest()


def strengths(signals: Iterable[Signal]) -> dict[Pair, int]:
    """What is between each two accounts: the sum of their signals, of each kind at most what weights.py says."""
    by_kind: dict[tuple[Pair, SignalKind], int] = defaultdict(int)
    for signal in signals:
        by_kind[signal.pair, signal.kind] += signal.weight
    total: dict[Pair, int] = defaultdict(int)
    for (pair, kind), weight in by_kind.items():
        total[pair] += min(weight, WEIGHTS[kind].most)
    return dict(total)


def find_circles(signals: Iterable[Signal], *, join: int = JOIN_HUNDREDTHS) -> list[Circle]:
    """The circles, strongest first. Two accounts are put together from `join` on; the score counts all that is inside."""
    between = strengths(signals)
    above: dict[int, int] = {}

    def top(member: int) -> int:
        above.setdefault(member, member)
        while above[member] != member:
            above[member] = above[above[member]]
            member = above[member]
        return member

    for (one, other), strength in between.items():
        if strength >= join:
            above[top(one)] = top(other)
    members: dict[int, set[int]] = defaultdict(set)
    for member in list(above):
        members[top(member)].add(member)
    scores: dict[int, int] = defaultdict(int)
    for (one, other), strength in between.items():
        if one in above and other in above and top(one) == top(other):
            scores[top(one)] += strength
    found = [Circle(frozenset(people), scores[place]) for place, people in members.items()]
    return sorted(found, key=lambda circle: (-circle.score, min(circle.members)))
