"""Which facts about a person were checked, and what waits to be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import Http404

from marketplace.accounts import numbers
from marketplace.accounts.errors import VerificationError, VerificationErrorCode
from marketplace.accounts.models import (
    User,
    UserVerification,
    VerificationKind,
    VerificationPaper,
    VerificationStatus,
)
from marketplace.accounts.selectors.people import people_matching
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.encryption import decrypt_text


@dataclass(frozen=True)
class Fact:
    """Where one of the four facts about a person stands."""

    kind: VerificationKind
    status: VerificationStatus | None  # None: nobody asked for it yet
    case: UserVerification | None  # what the status is taken from
    waiting: UserVerification | None  # what waits for a moderator; beside an approved case, its renewal
    can_submit: bool  # whether papers can be handed in now
    expires_soon: bool

    @property
    def is_verified(self) -> bool:
        """Whether it counts today."""
        return self.status == VerificationStatus.APPROVED


def verification_overview(user: User) -> list[Fact]:
    """The four facts in the order in which they are shown: mobile number, e-mail, real name, company. One query."""
    cases: dict[str, list[UserVerification]] = {}
    # What the person took back is as if it had never been.
    seen = UserVerification.objects.filter(user=user).exclude(status=VerificationStatus.WITHDRAWN)
    for case in seen.order_by("-pk"):
        cases.setdefault(case.kind, []).append(case)
    facts: list[Fact] = []
    for kind in (VerificationKind.PHONE, VerificationKind.EMAIL, VerificationKind.REAL_NAME, VerificationKind.COMPANY):
        facts.append(_fact(kind, cases.get(kind, []), facts))
    return facts


def _fact(kind: VerificationKind, cases: list[UserVerification], before: list[Fact]) -> Fact:
    by_status = {VerificationStatus(case.status): case for case in reversed(cases)}
    approved, waiting = by_status.get(VerificationStatus.APPROVED), by_status.get(VerificationStatus.PENDING)
    shown = approved or waiting or (cases[0] if cases else None)
    soon = approved is not None and expires_soon(approved)
    takes_papers = kind == VerificationKind.REAL_NAME or (kind == VerificationKind.COMPANY and before[-1].is_verified)
    return Fact(
        kind=kind,
        status=VerificationStatus(shown.status) if shown is not None else None,
        case=shown,
        waiting=waiting,
        can_submit=takes_papers and waiting is None and (approved is None or soon),
        expires_soon=soon,
    )


def may_sell(user: User) -> bool:
    """Whether this person's identity is verified, and with it that they are of age: what selling asks for."""
    return approved_case(user, VerificationKind.REAL_NAME) is not None


def approved_case(user: User, kind: VerificationKind) -> UserVerification | None:
    """The case by which the fact counts today."""
    return UserVerification.objects.filter(user=user, kind=kind, status=VerificationStatus.APPROVED).first()


def pending_case(user: User, kind: VerificationKind) -> UserVerification | None:
    """The case that waits for a moderator."""
    return UserVerification.objects.filter(user=user, kind=kind, status=VerificationStatus.PENDING).first()


def expires_soon(case: UserVerification) -> bool:
    """Whether the papers expire within `verification.expiry_notice_days`: then new ones may be handed in already."""
    return case.valid_until is not None and case.valid_until <= _notice_day()


def require_free_number(case: UserVerification) -> None:
    """Raises VerificationError NUMBER_BARRED or NUMBER_IN_USE when the case's number cannot count for its person."""
    if not case.number_digest:
        return
    same = UserVerification.objects.filter(kind=case.kind, number_digest=case.number_digest)
    if same.filter(is_barred=True).exists():
        raise VerificationError(VerificationErrorCode.NUMBER_BARRED)
    if same.filter(status=VerificationStatus.APPROVED).exclude(user_id=case.user_id).exists():
        raise VerificationError(VerificationErrorCode.NUMBER_IN_USE)


def verified_real_name(user: User) -> str:
    """The name that was checked against somebody's identity papers, or "" before that."""
    checked = UserVerification.objects.filter(
        user=user, kind=VerificationKind.REAL_NAME, status=VerificationStatus.APPROVED
    )
    stored = checked.values_list("name_encrypted", flat=True).first()
    return decrypt_text(stored) if stored else ""


def verified_real_names(user_ids: Iterable[int]) -> dict[int, str]:
    """The checked names of many people by their keys, in one query; who was not checked is left out."""
    checked = UserVerification.objects.filter(
        user__in=list(user_ids), kind=VerificationKind.REAL_NAME, status=VerificationStatus.APPROVED
    )
    return {user_id: decrypt_text(stored) for user_id, stored in checked.values_list("user_id", "name_encrypted")}


def is_verified_company(user: User) -> bool:
    """Whether a company's papers were checked for this person: then they sell as a company, not as an individual."""
    return approved_case(user, VerificationKind.COMPANY) is not None


# For moderators: the desk asks who may (accounts/verification_desk.py). Only what papers are handed in for has a case.
_WITH_PAPERS = (VerificationKind.REAL_NAME, VerificationKind.COMPANY)


def cases_to_decide() -> QuerySet[UserVerification]:
    """What waits for a moderator, oldest first."""
    waiting = UserVerification.objects.filter(kind__in=_WITH_PAPERS, status=VerificationStatus.PENDING)
    return waiting.select_related("user__profile").order_by("created_at", "pk")


def cases_with_status(status: VerificationStatus, *, of: str = "") -> QuerySet[UserVerification]:
    """What waits, oldest first; what was decided, newest decision first. Only of people whom the text `of` finds, if any."""
    people = {"user__in": people_matching(of, limit=100)} if of.strip() else {}
    if status == VerificationStatus.PENDING:
        return cases_to_decide().filter(**people)
    decided = UserVerification.objects.filter(kind__in=_WITH_PAPERS, status=status, **people)
    is_decided_once = status in (VerificationStatus.APPROVED, VerificationStatus.REJECTED)
    last = F("reviewed_at") if is_decided_once else F("ended_at")
    return decided.select_related("user__profile", "reviewed_by__profile").order_by(last.desc(nulls_last=True), "-pk")


def case_counts() -> dict[str, int]:
    """How many cases have each status."""
    cases = UserVerification.objects.filter(kind__in=_WITH_PAPERS).values_list("status")
    return dict(cases.annotate(number=Count("pk")).order_by())


def case_for_staff(verification_id: int) -> UserVerification:
    """One case with its person and its documents. Raises Http404."""
    case = (
        UserVerification.objects.filter(pk=verification_id, kind__in=_WITH_PAPERS)
        .select_related("user__profile", "reviewed_by__profile")
        .prefetch_related("papers")
        .first()
    )
    if case is None:
        raise Http404
    return case


@dataclass(frozen=True)
class CaseFacts:
    """What a moderator compares with the papers. The number is not among it: it is asked for, and that is noted."""

    name: str
    representative: str
    company_name: str
    real_name: str  # of the person who hands in a company's papers
    is_expired: bool  # the papers' last day was over while they waited


def case_facts(case: UserVerification) -> CaseFacts:
    """The names of a case, in the clear."""
    return CaseFacts(
        name=decrypt_text(case.name_encrypted) if case.name_encrypted else "",
        representative=decrypt_text(case.representative_encrypted) if case.representative_encrypted else "",
        company_name=case.company_name,
        real_name=verified_real_name(case.user) if case.kind == VerificationKind.COMPANY else "",
        is_expired=case.valid_until is not None and case.valid_until < numbers.today(),
    )


def paper_for_staff(verification_id: int, paper_id: int) -> VerificationPaper:
    """One document of a case. Raises Http404."""
    paper = VerificationPaper.objects.filter(pk=paper_id, verification_id=verification_id)
    found = paper.select_related("verification").first()
    if found is None:
        raise Http404
    return found


def earlier_cases(case: UserVerification) -> QuerySet[UserVerification]:
    """What this person handed in of the same kind before."""
    before = UserVerification.objects.filter(user_id=case.user_id, kind=case.kind, pk__lt=case.pk)
    return before.order_by("-pk")


# For the jobs.


def due_for_checking() -> QuerySet[UserVerification]:
    """Cases about which the automated check is to be asked, longest waiting first."""
    due = UserVerification.objects.filter(status=VerificationStatus.PENDING, check_due_at__lte=clock.now())
    return due.order_by("check_due_at", "pk")


def due_for_mail() -> QuerySet[UserVerification]:
    """Cases whose person has not been told by mail yet, longest waiting first."""
    due = UserVerification.objects.filter(mail_due_at__lte=clock.now())
    return due.select_related("user").order_by("mail_due_at", "pk")


def overdue() -> QuerySet[UserVerification]:
    """Approved cases whose papers' last day is over."""
    return UserVerification.objects.filter(status=VerificationStatus.APPROVED, valid_until__lt=numbers.today())


def to_warn_of() -> QuerySet[UserVerification]:
    """Approved cases whose papers expire soon, and whose person has not been told."""
    return UserVerification.objects.filter(
        status=VerificationStatus.APPROVED,
        valid_until__gte=numbers.today(),
        valid_until__lte=_notice_day(),
        expiry_notice_at=None,
    )


def rejected_with_papers() -> QuerySet[UserVerification]:
    """Rejected cases whose documents have been kept as long as they may be (`verification.rejected_papers_days`).

    And withdrawn ones, whose documents should be gone already: a process died before it had deleted them.
    """
    kept = timedelta(days=get_config("verification.rejected_papers_days"))
    rejected = Q(status=VerificationStatus.REJECTED, reviewed_at__lte=clock.now() - kept)
    due = UserVerification.objects.filter(rejected | Q(status=VerificationStatus.WITHDRAWN), papers_deleted_at=None)
    return due.order_by("pk")


def decided_with_papers() -> QuerySet[UserVerification]:
    """Cases that count, or did, of which more is kept than may be (`verification.decided_papers_days` after the end)."""
    before = clock.now() - timedelta(days=get_config("verification.decided_papers_days"))
    has_papers = Exists(VerificationPaper.objects.filter(verification=OuterRef("pk")))
    counts = Q(status=VerificationStatus.APPROVED, reviewed_at__lte=before) & Q(has_papers)
    ended = Q(status__in=(VerificationStatus.EXPIRED, VerificationStatus.REVOKED), ended_at__lte=before) & (
        Q(has_papers) | ~Q(number_encrypted="")
    )
    return UserVerification.objects.filter(counts | ended, kind__in=_WITH_PAPERS).order_by("pk")


def names_kept_long_enough() -> QuerySet[UserVerification]:
    """What is left of people whose account closed three years ago (电子商务法 §31)."""
    before = clock.now() - timedelta(days=3 * 365 + 1)
    kept = UserVerification.objects.filter(user__closings__done_at__lte=before, kind__in=_WITH_PAPERS)
    return kept.exclude(is_barred=True, name_encrypted="", company_name="").order_by("pk")


def _notice_day() -> date:
    return numbers.today() + timedelta(days=get_config("verification.expiry_notice_days"))
