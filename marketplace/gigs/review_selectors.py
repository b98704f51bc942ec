"""Reads of the review: the queue, a case with both versions, the history, and what the seller is to change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from wagtail.models import TaskState, WorkflowState

from marketplace.accounts.models import SellerLevelChoice, User, UserVerification, VerificationKind, VerificationStatus
from marketplace.core import clock
from marketplace.gigs.comparing import Section, compare
from marketplace.gigs.content import GigContent, read_content, read_revision
from marketplace.gigs.materiality import MATTER_LABELS, Matter
from marketplace.gigs.models import Gig, GigCategory, GigPart, ReviewCase, ReviewReason
from marketplace.gigs.review_clock import half_time, review_due
from marketplace.gigs.review_opening import PUBLISHED, needs_second_reviewer
from marketplace.gigs.services.reviews import viewing_time

HISTORY_LIMIT = 30
OTHERS_LIMIT = 5


@dataclass(frozen=True)
class CaseRow:
    """A line of the queue, for one moderator."""

    case: ReviewCase
    due_at: datetime
    is_overdue: bool
    is_soon: bool  # half of the time is over
    viewer: str  # the colleague who reads it now; empty when nobody, or this moderator
    is_for_others: bool  # their own gig, or they approved it before
    matters: list[str | Promise]


@dataclass(frozen=True)
class SellerCard:
    """Who sells, as far as it helps to judge a gig."""

    seller: User
    level: str | Promise
    verified: list[str]
    published: int
    sent_back: int
    denied: int
    others: list[Gig]


@dataclass(frozen=True)
class CasePage:
    """Everything on the page of a case."""

    row: CaseRow
    sections: list[Section]
    is_open: bool
    has_live: bool
    needs_second: bool
    seller: SellerCard
    history: list[TaskState]
    changes: int
    changed: list[str | Promise]
    since_sent_back: list[Section] | None  # what the seller changed since; None where it was not sent back before
    next_case_id: int | None
    previous_case_id: int | None


@dataclass(frozen=True)
class Remarks:
    """What a moderator wants changed."""

    reasons: list[ReviewReason]
    words: str
    answer: str  # what the seller answered to the refusal before this one

    def about(self, part: str) -> list[ReviewReason]:
        """The reasons about one part of the gig (GigPart)."""
        return [reason for reason in self.reasons if reason.part == part]

    @property
    def of_whole(self) -> list[ReviewReason]:
        """The reasons that are about no part of it."""
        return self.about(GigPart.WHOLE)


def offered_reasons() -> list[ReviewReason]:
    """The reasons that moderators may give, in their order."""
    return list(ReviewReason.objects.filter(is_active=True))


def main_categories() -> list[GigCategory]:
    """Categories to narrow the queue to."""
    return list(GigCategory.objects.filter(parent=None))


def open_cases() -> QuerySet[ReviewCase]:
    """What waits for a moderator, the oldest first."""
    return ReviewCase.objects.filter(
        task_state__status=TaskState.STATUS_IN_PROGRESS,
        task_state__workflow_state__status=WorkflowState.STATUS_IN_PROGRESS,
    )


def cases_to_decide(staff: User) -> QuerySet[ReviewCase]:
    """What waits for this very person: not their own gig, nor a price that they approved already."""
    return open_cases().exclude(gig__seller=staff).exclude(first_reviewer=staff)


def queue(asked: Mapping[str, str]) -> QuerySet[ReviewCase]:
    """The queue narrowed to what was asked for (QueueForm), by deadline."""
    cases = open_cases().select_related(
        "gig__category__parent", "gig__seller__profile", "viewer__profile", "first_reviewer__profile"
    )
    if kind := asked.get("kind"):
        cases = cases.filter(kind=kind)
    if category := asked.get("category"):
        cases = cases.filter(gig__category__parent=int(category))
    if text := asked.get("q"):
        cases = cases.filter(Q(gig__title__icontains=text) | Q(gig__seller__profile__display_name__icontains=text))
    return cases.order_by("submitted_at", "pk")


def case_row(case: ReviewCase, staff: User) -> CaseRow:
    """What the queue says of a case."""
    now, due_at = clock.now(), review_due(case.submitted_at)
    is_read = case.viewer is not None and case.viewed_at is not None and case.viewed_at > now - viewing_time()
    return CaseRow(
        case=case,
        due_at=due_at,
        is_overdue=now > due_at,
        is_soon=now > half_time(case.submitted_at),
        viewer=case.viewer.display_name if case.viewer and is_read and case.viewer_id != staff.pk else "",
        is_for_others=staff.pk in (case.gig.seller_id, case.first_reviewer_id),
        matters=[MATTER_LABELS[Matter(matter)] for matter in case.matters if matter in MATTER_LABELS],
    )


def get_case(case_id: int) -> ReviewCase:
    """A case, decided or not. Raises Http404."""
    case = (
        ReviewCase.objects.select_related(
            "gig__category__parent",
            "gig__seller__profile",
            "viewer__profile",
            "first_reviewer__profile",
            "task_state__revision",
            "task_state__finished_by__profile",
        )
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise Http404
    return case


def open_case_of(gig: Gig) -> ReviewCase | None:
    """The case that waits for a moderator, if one does."""
    return open_cases().filter(gig=gig).first()


def next_after(case: ReviewCase) -> ReviewCase | None:
    """What is due next after this one, or the most urgent of the rest."""
    waiting = open_cases().exclude(pk=case.pk).order_by("submitted_at", "pk")
    return waiting.filter(submitted_at__gte=case.submitted_at).first() or waiting.first()


def case_page(case: ReviewCase, staff: User) -> CasePage:
    """The case as `staff` sees it: what is proposed beside what is live."""
    gig = case.gig
    proposed = read_revision(case.task_state.revision)
    has_live = gig.live and gig.status in PUBLISHED
    sections = compare(read_content(gig) if has_live else None, proposed)
    waiting = list(open_cases().values_list("pk", flat=True).order_by("submitted_at", "pk"))
    place = waiting.index(case.pk) if case.pk in waiting else None
    return CasePage(
        row=case_row(case, staff),
        sections=sections,
        is_open=place is not None,
        has_live=has_live,
        needs_second=needs_second_reviewer(case) and not case.is_second,
        seller=seller_card(gig),
        history=review_history(gig),
        changes=sum(section.changes for section in sections),
        changed=[section.label for section in sections if section.changes],
        since_sent_back=_since_sent_back(case, proposed),
        next_case_id=waiting[place + 1] if place is not None and place + 1 < len(waiting) else None,
        previous_case_id=waiting[place - 1] if place else None,
    )


def _since_sent_back(case: ReviewCase, proposed: GigContent) -> list[Section] | None:
    """The parts that differ from what was last sent back, if no version was approved in between."""
    before = (
        TaskState.objects.for_instance(case.gig)
        .filter(
            pk__lt=case.task_state_id,
            finished_by__isnull=False,
            status__in=[TaskState.STATUS_APPROVED, TaskState.STATUS_REJECTED],
        )
        .select_related("revision")
        .order_by("-pk")
        .first()
    )
    if before is None or before.status != TaskState.STATUS_REJECTED or before.revision is None:
        return None
    return [section for section in compare(read_revision(before.revision), proposed) if section.changes]


def seller_card(gig: Gig) -> SellerCard:
    """The seller of a gig, with what moderators said of their gigs before."""
    seller = gig.seller
    gigs = Gig.objects.filter(seller=seller)
    counts = gigs.aggregate(
        published=Count("pk", filter=Q(live=True), distinct=True),
        denied=Count("pk", filter=Q(status="denied"), distinct=True),
    )
    checked = UserVerification.objects.filter(user=seller, status=VerificationStatus.APPROVED)
    return SellerCard(
        seller=seller,
        level=SellerLevelChoice(seller.profile.level).label,
        verified=[str(VerificationKind(kind).label) for kind in checked.values_list("kind", flat=True)],
        published=counts["published"],
        sent_back=ReviewCase.objects.filter(gig__seller=seller, task_state__status=TaskState.STATUS_REJECTED).count(),
        denied=counts["denied"],
        others=list(gigs.exclude(pk=gig.pk).order_by("-pk")[:OTHERS_LIMIT]),
    )


def review_history(gig: Gig) -> list[TaskState]:
    """What moderators, and the machine, said of this gig, newest first, each with its case, reasons and answer."""
    states = (
        TaskState.objects.for_instance(gig)
        .select_related("task", "finished_by__profile", "review_case")
        .prefetch_related("review_case__reasons")
        .order_by("-pk")
    )
    return list(states[:HISTORY_LIMIT])


def review_remarks(gig: Gig) -> Remarks | None:
    """What the seller is to change before sending it in again; None when nothing has been sent back."""
    state = gig.current_workflow_state
    if state is None or state.status != WorkflowState.STATUS_NEEDS_CHANGES or state.current_task_state is None:
        return None
    case = ReviewCase.objects.prefetch_related("reasons").filter(task_state=state.current_task_state).first()
    if case is None or not case.reasons.all():
        return Remarks([], state.current_task_state.comment, case.answer if case else "")
    return Remarks(list(case.reasons.all()), case.words, case.answer)


def submitted_words(gig: Gig) -> str:
    """What the seller is told after `submit_gig`: that somebody will read it, or that it is out already."""
    if gig.current_workflow_state is None:
        return _("Published: a small change like this needs no review.")
    return _("Submitted. You will be told as soon as it has been reviewed.")
