"""What each moderator has in hand and has decided, how long it took, and how often checks agreed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Aggregate, Count, FloatField, Q, QuerySet
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.moderation.models import (
    DecisionCheck,
    DecisionReason,
    ModerationDecision,
    ModerationQueue,
    QueueStatus,
)
from marketplace.moderation.quality.kinds import PERMISSIONS
from marketplace.moderation.queue.rules import lapsed_before

TEAM = "moderation.view_team"
CHECKS_DAYS = 90
MEDIAN_DAYS = 30


class Median(Aggregate):
    """The value in the middle, one that occurred."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class Workload:
    """One person's work. `median_seconds` from the claim to the decision, over thirty days; None where nothing was claimed."""

    person: User
    claimed: int = 0
    overdue: int = 0  # claimed, and past its deadline
    today: int = 0
    week: int = 0
    median_seconds: int | None = None
    checked: int = 0
    agreed: int = 0

    @property
    def agreement(self) -> int | None:
        """How many of a hundred checks agreed; None without any."""
        return 100 * self.agreed // self.checked if self.checked else None


@dataclass(frozen=True)
class Agreement:
    """How often checks agreed with decisions for one reason."""

    reason: DecisionReason | None
    checked: int
    agreed: int

    @property
    def percent(self) -> int:
        """Of a hundred."""
        return 100 * self.agreed // self.checked


@dataclass(frozen=True)
class Team:
    """The whole team, and what reasons are disputed."""

    people: list[Workload] = field(default_factory=list)
    reasons: list[Agreement] = field(default_factory=list)


def workload_of(person: User) -> Workload:
    """One's own work."""
    return _workloads([person])[0]


def team() -> Team:
    """Everybody who decided or claimed something in the last thirty days, the busiest first. The caller asks for TEAM."""
    now = clock.now()
    since = now - timedelta(days=MEDIAN_DAYS)
    busy = set(ModerationDecision.objects.filter(decided_at__gte=since).values_list("decided_by_id", flat=True))
    busy |= set(_claimed().values_list("claimed_by_id", flat=True))
    people = User.objects.filter(pk__in=busy).select_related("profile")
    found = sorted(_workloads(people), key=lambda work: (-work.week, -work.claimed, work.person.pk))
    return Team(found, _reasons())


def is_moderator(person: User) -> bool:
    """Whether there is anything of the queue that this person decides."""
    return person.has_perm("moderation.change_moderationqueue") and any(
        person.has_perm(permission) for permission in PERMISSIONS.values()
    )


def _workloads(people: Iterable[User]) -> list[Workload]:
    """Four queries, however many people."""
    people = list(people)
    now = clock.now()
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    week, month = midnight - timedelta(days=6), midnight - timedelta(days=MEDIAN_DAYS - 1)
    decided = ModerationDecision.objects.filter(decided_by__in=people, decided_at__gte=month)
    counted = _by(
        decided.values("decided_by").annotate(
            today=Count("pk", filter=Q(decided_at__gte=midnight)),
            week=Count("pk", filter=Q(decided_at__gte=week)),
        ),
        "decided_by",
    )
    medians = _by(
        decided.filter(seconds__isnull=False)
        .values("decided_by")
        .annotate(median_seconds=Median("seconds", output_field=FloatField())),
        "decided_by",
    )
    claims = _by(
        _claimed()
        .filter(claimed_by__in=people)
        .values("claimed_by")
        .annotate(claimed=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now))),
        "claimed_by",
    )
    checks = _by(
        _checks().filter(decision__decided_by__in=people).values("decision__decided_by").annotate(**_AGREEMENT),
        "decision__decided_by",
    )
    found = []
    for person in people:
        figures = {**counted.get(person.pk, {}), **claims.get(person.pk, {}), **checks.get(person.pk, {})}
        median = medians.get(person.pk, {}).get("median_seconds")
        found.append(Workload(person=person, median_seconds=None if median is None else int(median), **figures))
    return found


_AGREEMENT = {"checked": Count("pk"), "agreed": Count("pk", filter=Q(agrees=True))}


def _by(rows: Iterable[Any], key: str) -> dict[int, dict[str, Any]]:
    return {row[key]: {name: value for name, value in row.items() if name != key} for row in rows}


def _claimed() -> QuerySet[ModerationQueue]:
    """What somebody has in hand now. A claim that lapsed is nobody's, though its row still names who had it."""
    held = ModerationQueue.objects.filter(status=QueueStatus.CLAIMED, claimed_at__gt=lapsed_before())
    return held.exclude(claimed_by=None).order_by()


def _checks() -> QuerySet[DecisionCheck]:
    return DecisionCheck.objects.filter(checked_at__gte=clock.now() - timedelta(days=CHECKS_DAYS)).order_by()


def _reasons() -> list[Agreement]:
    rows: list[Any] = list(_checks().values("decision__reason").annotate(**_AGREEMENT))
    reasons = DecisionReason.objects.in_bulk([row["decision__reason"] for row in rows if row["decision__reason"]])
    found = [Agreement(reasons.get(row["decision__reason"]), row["checked"], row["agreed"]) for row in rows]
    return sorted(found, key=lambda one: (one.percent, -one.checked))
