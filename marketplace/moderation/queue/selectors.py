"""Reads of the queue, with the permission in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse

from marketplace.accounts.models import (
    SellerLevelChoice,
    Suspension,
    User,
    UserVerification,
    VerificationKind,
    VerificationStatus,
)
from marketplace.core import clock
from marketplace.moderation import strikes
from marketplace.moderation.models import (
    DecisionReason,
    Effect,
    ModerationDecision,
    ModerationQueue,
    Priority,
    QueueKind,
    QueueStatus,
    Report,
    Strike,
    still_open,
)
from marketplace.moderation.queue.errors import QueueError
from marketplace.moderation.queue.rules import answer_of, lapsed_before, require_may_decide, told_of
from marketplace.moderation.queue.sources import QueueSource, cases_of, source_of, sources, sources_seen_by

VIEW, DECIDE = "moderation.view_moderationqueue", "moderation.change_moderationqueue"
SIMILAR, BESIDE = 6, 8
# How far back what was decided still says how such cases are decided.
LATELY, DECIDED_LATELY = timedelta(days=180), timedelta(days=7)


@dataclass(frozen=True)
class Row:
    """A line of the queue, for one moderator."""

    case: ModerationQueue
    source: QueueSource
    reason: str
    holder: str  # the colleague who has it just now; empty where nobody, or this moderator
    is_mine: bool
    is_overdue: bool
    claim_ends_at: datetime | None

    @property
    def since(self) -> datetime:
        """Since when it waits."""
        return self.case.waiting_since or self.case.created_at


@dataclass(frozen=True)
class Counts:
    """What the list says above its lines; of what this moderator may see."""

    waiting: int
    mine: int
    unclaimed: int
    overdue: int
    oldest_at: datetime | None
    kinds: dict[str, int]
    priorities: dict[int, int]


@dataclass(frozen=True)
class PersonCard:
    """Whom a case concerns, as far as it helps to decide."""

    person: User
    level: str
    verified: list[str]
    strikes: list[Strike]
    is_due: bool  # so many strikes that a suspension is the next step
    suspensions: list[Suspension]
    decisions: dict[str, int]  # by effect, in words
    reports_against: int
    reports_upheld: int


@dataclass(frozen=True)
class Offered:
    """A reason with the answer that its reader gets."""

    reason: DecisionReason
    answer: str


def cases_for(staff: User) -> QuerySet[ModerationQueue]:
    """Cases of the kinds that this person may see, but for their own."""
    found = ModerationQueue.objects.filter(cases_of(sources_seen_by(staff)))
    return found.exclude(person=staff).exclude(reported_by=staff)


def open_cases(staff: User) -> QuerySet[ModerationQueue]:
    """Those that are not decided, the most urgent first."""
    return cases_for(staff).filter(still_open()).order_by("priority", "due_at", "pk")


def listed(staff: User, asked: Mapping[str, str]) -> QuerySet[ModerationQueue]:
    """The cases that were asked for (QueueForm): by kind, priority, and whose they are."""
    now, show = clock.now(), asked.get("show", "")
    if show == "decided":
        found = cases_for(staff).filter(status=QueueStatus.DECIDED).order_by("-decided_at", "-pk")
    else:
        found = open_cases(staff)
    if show == "mine":
        found = found.filter(_held_by(staff))
    elif show == "unclaimed":
        found = found.exclude(claimed_at__gt=lapsed_before())
    elif show == "overdue":
        found = found.filter(due_at__lt=now)
    if asked.get("kind"):
        found = found.filter(kind=asked["kind"])
    if asked.get("priority"):
        found = found.filter(priority=int(asked["priority"]))
    return found.select_related("person__profile", "claimed_by__profile", "decided_by__profile")


def counts_for(staff: User) -> Counts:
    """How much waits, of what, since when: three queries."""
    found = open_cases(staff).order_by()
    held = Q(claimed_at__gt=lapsed_before())
    sums = found.aggregate(
        waiting=Count("pk"),
        mine=Count("pk", filter=_held_by(staff)),
        unclaimed=Count("pk", filter=~held | Q(claimed_at__isnull=True)),
        overdue=Count("pk", filter=Q(due_at__lt=clock.now())),
        oldest_at=Min("waiting_since"),
    )
    kinds = found.values_list("kind").annotate(number=Count("pk"))
    priorities = found.values_list("priority").annotate(number=Count("pk"))
    return Counts(**sums, kinds=dict(kinds), priorities=dict(priorities))


def holders(staff: User) -> list[tuple[str, int]]:
    """Which colleagues have how many cases just now."""
    held = open_cases(staff).order_by().filter(claimed_at__gt=lapsed_before()).exclude(claimed_by=staff)
    numbers = dict(held.values_list("claimed_by").annotate(number=Count("pk")))
    people = User.objects.filter(pk__in=numbers).select_related("profile")
    return sorted((person.display_name, numbers[person.pk]) for person in people)


def row_of(case: ModerationQueue, staff: User) -> Row:
    """What a list, and the head of a page, say of a case."""
    source = source_of(case)
    is_held = case.decided_at is None and case.claimed_at is not None and case.claimed_at > lapsed_before()
    is_mine = is_held and case.claimed_by_id == staff.pk
    return Row(
        case=case,
        source=source,
        reason=source.reason_label(case.reason),
        holder=case.claimed_by.display_name if is_held and not is_mine and case.claimed_by else "",
        is_mine=is_mine,
        is_overdue=case.decided_at is None and case.due_at < clock.now(),
        claim_ends_at=case.claimed_at + (clock.now() - lapsed_before()) if is_held and case.claimed_at else None,
    )


def case_for_staff(staff: User, case_id: int) -> ModerationQueue:
    """A case, decided or not. Raises Http404, also for a kind that this person may not see, and for what concerns them."""
    case = (
        cases_for(staff)
        .select_related("person__profile", "claimed_by__profile", "decided_by__profile")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise Http404
    source = source_of(case)
    row = source.subject_of(case)
    if row is not None and staff.pk in source.parties(row):
        raise Http404
    return case


def refusal_for(case: ModerationQueue, staff: User) -> str:
    """Why this person may not decide it, or ""."""
    source = source_of(case)
    try:
        require_may_decide(source, source.subject_of(case), staff)
    except QueueError as error:
        return str(error.message)
    return ""


def beside(case: ModerationQueue, staff: User, kind: str = "") -> tuple[int | None, int | None]:
    """The cases before and after this one in the order of the queue, for this person, of one kind where one is asked for: what
    colleagues have is left out.
    """
    waiting = open_cases(staff).filter(_held_by(staff) | ~Q(claimed_at__gt=lapsed_before()) | Q(claimed_at=None))
    if kind:
        waiting = waiting.filter(kind=kind)
    keys = list(waiting.values_list("pk", flat=True)[:500])
    if case.pk not in keys:
        return None, next(iter(keys), None)
    place = keys.index(case.pk)
    return keys[place - 1] if place else None, keys[place + 1] if place + 1 < len(keys) else None


def case_about(kind: str, object_id: int) -> ModerationQueue | None:
    """The case about a thing at its own desk: the open one, else one that was decided there in these days."""
    types = [source.content_type for source in sources() if source.kind == kind]
    found = ModerationQueue.objects.filter(kind=kind, content_type__in=types, object_id=object_id)
    found = found.select_related("claimed_by__profile").order_by("-pk")
    decided = found.filter(status=QueueStatus.DECIDED, decided_at__gte=clock.now() - DECIDED_LATELY)
    return found.filter(still_open()).first() or decided.first()


def person_card(person: User) -> PersonCard:
    """Level, verifications, decisions, strikes in force, suspensions, reports against them."""
    checked = UserVerification.objects.filter(user=person, status=VerificationStatus.APPROVED)
    made = ModerationDecision.objects.filter(person=person, overturned_at=None).exclude(effect=Effect.NOTHING)
    numbers = dict(made.order_by().values_list("effect").annotate(number=Count("pk")))
    cases = ModerationQueue.objects.filter(person=person, kind=QueueKind.REPORT)
    reports = Report.objects.filter(pk__in=cases.values("object_id"))
    return PersonCard(
        person=person,
        level=str(SellerLevelChoice(person.profile.level).label) if person.is_seller else "",
        verified=[str(VerificationKind(kind).label) for kind in checked.values_list("kind", flat=True)],
        strikes=list(strikes.strikes_in_force(person).select_related("reason")),
        is_due=strikes.suspension_is_due(person),
        suspensions=list(Suspension.objects.filter(user=person).order_by("-pk")[:3]),
        decisions={str(Effect(effect).label): number for effect, number in numbers.items()},
        reports_against=reports.count(),
        reports_upheld=reports.filter(status="upheld").count(),
    )


def cases_of_person(case: ModerationQueue, staff: User) -> list[Any]:
    """What else there is about the same person, the newest first, each with its decision."""
    if case.person_id is None:
        return []
    found = cases_for(staff).filter(person=case.person_id).exclude(pk=case.pk).order_by("-pk")[:BESIDE]
    return _with_decisions(found)


def similar_cases(case: ModerationQueue, staff: User) -> list[Any]:
    """How cases of the same kind and reason about others were decided of late."""
    decided = ModerationDecision.objects.filter(case=OuterRef("pk"))
    same = cases_for(staff).filter(
        Exists(decided),
        kind=case.kind,
        content_type=case.content_type,
        status=QueueStatus.DECIDED,
        decided_at__gte=clock.now() - LATELY,
    )
    if case.kind != QueueKind.REVIEW:  # whose reason is what was found, in its own words
        same = same.filter(reason=case.reason)
    return _with_decisions(same.exclude(pk=case.pk).order_by("-decided_at")[:SIMILAR])


def offered_reasons(case: ModerationQueue) -> list[Offered]:
    """The reasons for this kind, each with its answer in the language of who reads it."""
    found = DecisionReason.objects.filter(is_active=True, kinds__contains=[case.kind])
    return [Offered(reason, answer_of(reason, told_of(case, Effect(reason.effect)))) for reason in found]


def address_of(case: ModerationQueue) -> str:
    """The page of the thing at its own desk, or of the case in the queue."""
    source = source_of(case)
    if source.is_decided_here or not source.url_name:
        return reverse("moderation_queue_case", args=[case.pk])
    return reverse(source.url_name, args=[case.object_id])


def priority_label(value: int) -> str:
    """A priority in words."""
    return str(Priority(value).label)


def _held_by(staff: User) -> Q:
    return Q(claimed_by=staff, claimed_at__gt=lapsed_before())


def _with_decisions(found: QuerySet[ModerationQueue]) -> list[Any]:
    cases = list(found.select_related("person__profile").prefetch_related("decisions__reason", "decisions__decided_by"))
    return [
        {
            "case": case,
            "reason": source_of(case).reason_label(case.reason),
            "decision": next(iter(case.decisions.all()), None),
        }
        for case in cases
    ]
