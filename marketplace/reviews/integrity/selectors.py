"""Reads of integrity cases, for staff who may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.orders.models import Order
from marketplace.reviews.integrity.circles import Pair, Signal, strengths
from marketplace.reviews.integrity.words import signal_words
from marketplace.reviews.models import (
    CaseStatus,
    IntegrityCase,
    IntegrityMember,
    IntegritySignal,
    Review,
    SignalKind,
)

# What a person has judged to be nothing: it opens no case, for as long as deals are looked at.
SPENT = (CaseStatus.CLEARED, CaseStatus.REVERSED)
VIEW, DECIDE = "reviews.view_integritycase", "reviews.change_integritycase"


def cases_for_staff(*, is_open: bool) -> QuerySet[IntegrityCase]:
    """What waits, by its deadline; or what was decided, newest first."""
    cases = IntegrityCase.objects.prefetch_related("members").select_related("decided_by__profile")
    if is_open:
        return cases.filter(status=CaseStatus.OPEN).order_by("due_at", "-score", "pk")
    return cases.exclude(status=CaseStatus.OPEN).order_by("-decided_at", "-pk")


def member_ids(case: IntegrityCase) -> list[int]:
    """The keys of its accounts, ascending."""
    return list(case.members.order_by("user_id").values_list("user_id", flat=True))


def reviews_between(people: Collection[int]) -> QuerySet[Review]:
    """What these people wrote about each other, of both sides, public or still waiting."""
    return Review.objects.filter(author__in=people, subject__in=people)


def has_unjudged_reviews(people: Collection[int]) -> bool:
    """Whether there are reviews between these people that count and that nobody has judged.

    Judged is what was written before a decision that both of its people are nothing of the kind. What a confirmed case holds does
    not count: a review that does came later, or while the case was being confirmed.
    """
    decided = _circles(IntegrityCase.objects.filter(status__in=SPENT), people)
    return any(
        review.written_at is not None
        and not any(
            {review.author_id, review.subject_id} <= circle and review.written_at <= decided_at
            for circle, decided_at in decided
            if decided_at
        )
        for review in reviews_between(people).filter(excluded_at__isnull=True)
    )


def reviews_kept_out_by(case: IntegrityCase) -> list[int]:
    """Keys of the reviews that count nowhere by this case alone: no other confirmed case holds both of their people."""
    people = member_ids(case)
    others = _circles(IntegrityCase.objects.filter(status=CaseStatus.CONFIRMED).exclude(pk=case.pk), people)
    return [
        review.pk
        for review in reviews_between(people).filter(excluded_at__isnull=False)
        if not any({review.author_id, review.subject_id} <= circle for circle, _decided_at in others)
    ]


def _circles(cases: QuerySet[IntegrityCase], people: Collection[int]) -> list[tuple[set[int], datetime | None]]:
    """The members of those cases that any of these people is in, and when each was decided."""
    found = cases.filter(members__user__in=people).distinct().prefetch_related("members")
    return [({member.user_id for member in case.members.all()}, case.decided_at) for case in found]


def as_signal(row: IntegritySignal) -> Signal:
    """A stored signal as the pure part of the room counts it."""
    return Signal(SignalKind(row.kind), row.one_id, row.other_id, row.weight, row.order_id, row.evidence)


@dataclass(frozen=True)
class Finding:
    """One signal in words."""

    kind: str
    words: str
    weight: int


@dataclass(frozen=True)
class Between:
    """What is between two of the accounts."""

    one: User
    other: User
    strength: int
    findings: list[Finding]


@dataclass(frozen=True)
class Member:
    """One of the accounts, and the cases it was in before."""

    user: User
    earlier: list[IntegrityCase]


@dataclass(frozen=True)
class CaseStory:
    """A case as staff reads it."""

    case: IntegrityCase
    members: list[Member]
    pairs: list[Between]
    orders: list[Order]
    reviews: list[Review]
    is_own: bool  # the reader is in it: a colleague decides


def case_story(reader: User, case_id: int) -> CaseStory:
    """Everything a person needs to judge a case. Raises Http404 for who may not see cases, and for a case that is none."""
    case = IntegrityCase.objects.select_related("decided_by__profile").filter(pk=case_id).first()
    if case is None or not reader.has_perm(VIEW):
        raise Http404
    people = {
        member.user_id: member.user for member in case.members.select_related("user__profile").order_by("user_id")
    }
    return CaseStory(
        case=case,
        members=_members(case, people),
        pairs=_pairs(case, people),
        orders=list(
            Order.objects.filter(buyer__in=people, seller__in=people, paid_at__isnull=False)
            .select_related("buyer__profile", "seller__profile")
            .order_by("paid_at", "pk")
        ),
        reviews=list(
            reviews_between(people).select_related("author__profile", "subject__profile", "order").order_by("order_id")
        ),
        is_own=reader.pk in people,
    )


def _members(case: IntegrityCase, people: dict[int, User]) -> list[Member]:
    earlier: dict[int, list[IntegrityCase]] = {user_id: [] for user_id in people}
    rows = IntegrityMember.objects.filter(user__in=people).exclude(case=case).select_related("case").order_by("case_id")
    for row in rows:
        earlier[row.user_id].append(row.case)
    return [Member(user, earlier[user_id]) for user_id, user in people.items()]


def _pairs(case: IntegrityCase, people: dict[int, User]) -> list[Between]:
    """Strongest first. What was found before and stands in a confirmed case of the same people belongs to the picture."""
    rows = list(
        IntegritySignal.objects.filter(one__in=people, other__in=people)
        .filter(Q(case=case) | Q(case__status=CaseStatus.CONFIRMED))
        .order_by("kind", "pk")
    )
    strength = strengths(map(as_signal, rows))
    by_pair: dict[Pair, list[Finding]] = {pair: [] for pair in strength}
    for row in rows:
        finding = Finding(str(SignalKind(row.kind).label), signal_words(row.kind, row.evidence), row.weight)
        by_pair[row.one_id, row.other_id].append(finding)
    found = [
        Between(people[one], people[other], strength[one, other], found) for (one, other), found in by_pair.items()
    ]
    return sorted(found, key=lambda pair: (-pair.strength, pair.one.pk, pair.other.pk))
