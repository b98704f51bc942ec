"""Cases are found, and people decide them. Nothing happens to anybody before a person did."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.urls import NoReverseMatch, reverse

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.config import get_config
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify
from marketplace.reviews.integrity import locks, selectors, signals
from marketplace.reviews.integrity.circles import Circle, Signal, circle_key, find_circles
from marketplace.reviews.integrity.errors import CaseError, CaseErrorCode
from marketplace.reviews.models import (
    AppealKind,
    CaseStatus,
    IntegrityCase,
    IntegrityMember,
    IntegritySignal,
    SignalKind,
)
from marketplace.reviews.services.exclusion import exclude_reviews, include_reviews

WORDS_LENGTH = 500


@transaction.atomic
def find_cases() -> list[int]:
    """Look for signals, and open or grow the cases of circles that are strong enough. Returns the keys of those cases.

    Safe at any time: a signal is one row, the same people are one open case, and a circle about which nothing new was found
    since its case was decided, and whose people have not reviewed each other since, opens none. A run beside another one
    does nothing.
    """
    if not locks.hold_search():
        return []
    rows = [row for row in _store(signals.all_signals()) if not _is_spent(row)]
    least = get_config("integrity.case_hundredths")
    circles = [circle for circle in find_circles(map(selectors.as_signal, rows)) if circle.score >= least]
    home = {member: place for place, circle in enumerate(circles) for member in circle.members}
    inside: dict[int, list[IntegritySignal]] = defaultdict(list)
    for row in rows:
        if row.one_id in home and home[row.one_id] == home.get(row.other_id):
            inside[home[row.one_id]].append(row)
    changed = []
    for place, circle in enumerate(circles):
        is_new = any(row.case_id is None for row in inside[place])
        if is_new or _goes_on(circle):
            # What was judged to be nothing, and is judged anew, comes along.
            fresh = [row.pk for row in inside[place] if row.case is None or row.case.status in selectors.SPENT]
            changed.append(_open_or_grow(circle, fresh).pk)
    return changed


def _store(found: Iterable[Signal]) -> list[IntegritySignal]:
    """One row for each signal, seen now; returns them. What a person has decided by stays as it was, but for when it was seen."""
    now = clock.now()
    seen = {(signal.kind, *signal.pair, signal.order_id): signal for signal in found}
    IntegritySignal.objects.bulk_create(
        [
            IntegritySignal(
                kind=signal.kind,
                one_id=signal.one,
                other_id=signal.other,
                order_id=signal.order_id,
                weight=signal.weight,
                evidence=signal.evidence,
                found_at=now,
            )
            for signal in seen.values()
        ],
        update_conflicts=True,
        unique_fields=["kind", "one", "other", "order"],
        update_fields=["found_at"],
        batch_size=1000,
    )
    rows = []
    for row in IntegritySignal.objects.filter(found_at=now).select_related("case"):
        if signal := seen.get((SignalKind(row.kind), row.one_id, row.other_id, row.order_id)):
            row.is_changed = (row.weight, row.evidence) != (signal.weight, signal.evidence)
            row.weight, row.evidence = signal.weight, signal.evidence
            rows.append(row)
    undecided = [row for row in rows if row.is_changed and (row.case is None or row.case.status == CaseStatus.OPEN)]
    IntegritySignal.objects.bulk_update(undecided, ["weight", "evidence"], batch_size=1000)
    return rows


def _is_spent(row: IntegritySignal) -> bool:
    """A person has judged it to be nothing, and not so long ago that it would be judged anew."""
    if row.case is None or row.case.status not in selectors.SPENT or row.case.decided_at is None:
        return False
    return row.case.decided_at >= signals.window_start()


def _goes_on(circle: Circle) -> bool:
    """Whether its people have reviewed each other since somebody decided about them, and nobody looks at it yet."""
    return not locks.lock_open_cases(sorted(circle.members)) and selectors.has_unjudged_reviews(circle.members)


def _open_or_grow(circle: Circle, fresh: list[int]) -> IntegrityCase:
    """The open case of these people, with everything new; two that have grown together become the older one."""
    open_cases = locks.lock_open_cases(sorted(circle.members))
    now = clock.now()
    if open_cases:
        case, *others = open_cases
    else:
        due_at = now + timedelta(days=get_config("integrity.case_days"))
        case = IntegrityCase.objects.create(score=circle.score, circle=circle.key, opened_at=now, due_at=due_at)
        others = []
    members = set(circle.members) | set(case.members.values_list("user_id", flat=True))
    for other in others:
        members |= set(other.members.values_list("user_id", flat=True))
        other.integrity_signals.update(case=case)
        other.delete()  # nobody has decided it, and all that it held is in the older one now
    IntegrityMember.objects.bulk_create(
        [IntegrityMember(case=case, user_id=user_id) for user_id in sorted(members)], ignore_conflicts=True
    )
    IntegritySignal.objects.filter(pk__in=fresh).update(case=case)
    case.score, case.circle = circle.score, circle_key(members)
    case.save(update_fields=["score", "circle", "updated_at"])
    return case


@transaction.atomic
def confirm_case(*, case_id: int, staff: User, words: str) -> IntegrityCase:
    """The deals were none: the reviews between the members, of both sides, leave every score. The members are told.

    `words` (at most 500 characters) are read by whom it concerns. Raises CaseError ALREADY_DECIDED, OWN_CASE or NO_WORDS.
    """
    case = _decide(case_id, staff, words, CaseStatus.CONFIRMED)
    member_ids = selectors.member_ids(case)
    reviews = selectors.reviews_between(member_ids).values_list("pk", flat=True)
    excluded = exclude_reviews(review_ids=list(reviews), at=clock.now())
    _note(case, staff, {"members": member_ids, "reviews": excluded})
    for user_id in member_ids:
        _tell(user_id, catalogue.integrity.NOT_COUNTED, case)
    return case


@transaction.atomic
def clear_case(*, case_id: int, staff: User, words: str) -> IntegrityCase:
    """There is nothing wrong with these deals. Nobody is told, for nothing has happened to anybody.

    What was found is spent: only something new opens another case. Raises what `confirm_case` raises.
    """
    case = _decide(case_id, staff, words, CaseStatus.CLEARED)
    _note(case, staff, {"members": selectors.member_ids(case)})
    return case


@transaction.atomic
def reverse_case(*, case_id: int, staff: User, words: str, appellant_id: int | None = None) -> IntegrityCase:
    """Take a confirmed case back after an appeal: its reviews count again, unless another case keeps them out.

    `words` are for the log and for who appealed, who reads them in the answer. The others hear that it was taken back; the case
    keeps the words it was confirmed with. Safe to call twice. Raises CaseError NOT_CONFIRMED, OWN_CASE or NO_WORDS.
    """
    case = locks.lock_case(case_id)
    if case.status == CaseStatus.REVERSED:
        return case
    if case.status != CaseStatus.CONFIRMED:
        raise CaseError(CaseErrorCode.NOT_CONFIRMED)
    words = _require_may_decide(case, staff, words)
    case.status, case.decided_by, case.decided_at = CaseStatus.REVERSED, staff, clock.now()
    case.save(update_fields=["status", "decided_by", "decided_at", "updated_at"])
    member_ids = selectors.member_ids(case)
    included = include_reviews(review_ids=selectors.reviews_kept_out_by(case))
    _note(case, staff, {"members": member_ids, "reviews": included, "reversed": words})
    for user_id in set(member_ids) - {appellant_id}:
        _tell(user_id, catalogue.integrity.COUNTED_AGAIN, case)
    return case


@transaction.atomic
def forget_old_signals() -> int:
    """Drop what was found longer ago than deals are looked at, and is in no case. Returns how many rows went."""
    old = IntegritySignal.objects.filter(found_at__lt=signals.window_start(), case__isnull=True)
    return old.delete()[0]


def _decide(case_id: int, staff: User, words: str, status: CaseStatus) -> IntegrityCase:
    case = locks.lock_case(case_id)
    if case.status != CaseStatus.OPEN:
        raise CaseError(CaseErrorCode.ALREADY_DECIDED)
    words = _require_may_decide(case, staff, words)
    case.status, case.decided_by, case.decided_at, case.words = status, staff, clock.now(), words
    case.save(update_fields=["status", "decided_by", "decided_at", "words", "updated_at"])
    return case


def _require_may_decide(case: IntegrityCase, staff: User, words: str) -> str:
    """The words as they are kept. Raises CaseError OWN_CASE or NO_WORDS."""
    if case.members.filter(user=staff).exists():
        raise CaseError(CaseErrorCode.OWN_CASE)
    words = words.strip()
    if not 0 < len(words) <= WORDS_LENGTH:
        raise CaseError(CaseErrorCode.NO_WORDS, limit=WORDS_LENGTH)
    return words


def _note(case: IntegrityCase, staff: User, data: dict[str, object]) -> None:
    line = {"case": case.pk, "score": case.score, "words": case.words, **data}
    staff_log.note(actor=staff, action=f"integrity.{case.status}", data=line)


def _tell(user_id: int, notice: Notice, case: IntegrityCase) -> None:
    notify(recipient_id=user_id, notice=notice, words={"words": case.words}, url=appeal_url(case))


def appeal_url(case: IntegrityCase) -> str:
    """Where somebody asks a person to look again; the account's own page where there is no such page."""
    try:
        return f"{reverse('reviews:appeal_new')}?kind={AppealKind.INTEGRITY}&case={case.pk}"
    except NoReverseMatch:
        return reverse("accounts:home")
