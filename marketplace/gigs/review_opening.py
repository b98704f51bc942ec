"""What happens when a revision reaches a task of the workflow: the case for the queue, and approvals that need nobody.

Called by the tasks (models/reviews.py) inside Wagtail's transaction.
"""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import TaskState, WorkflowState

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.gigs.advertising import hits_in
from marketplace.gigs.content import GigContent, read_content
from marketplace.gigs.materiality import Limits, Matter, materiality, steepest_change
from marketplace.gigs.models import FirstReviewTask, Gig, ReviewCase, ReviewKind
from marketplace.gigs.states import GigStatus

PUBLISHED = (GigStatus.LIVE, GigStatus.PAUSED)


def open_first(task_state: TaskState) -> TaskState:
    """Put the revision into the queue, or approve it when it changes nothing that a person must read."""
    gig = task_state.workflow_state.content_object
    if not isinstance(gig, Gig):
        return task_state
    proposed = read_content(task_state.revision.as_object())
    case = open_case(task_state, gig=gig, proposed=proposed, submitted_at=clock.now())
    if not case.matters:
        with override("zh-hans"):
            comment = _("Approved by itself: a small change that needs no review.")
        task_state.approve(user=None, update=False, comment=comment)
    return task_state


def open_second(task_state: TaskState) -> TaskState:
    """Ask for a second person when a price changes steeply; the revision is the one that the first person read."""
    gig = task_state.workflow_state.content_object
    if not isinstance(gig, Gig):
        return task_state
    first = _last_but(task_state)
    if first is None or first.status != TaskState.STATUS_APPROVED:
        # Nobody has read it, the first task was switched off: then this one is where somebody does.
        content = read_content(task_state.revision.as_object())
        open_case(task_state, gig=gig, proposed=content, submitted_at=clock.now())
        return task_state
    # Wagtail takes the latest revision; a later one than was read must not be approved along with it.
    task_state.revision = first.revision
    task_state.save(update_fields=["revision"])
    proposed = read_content(first.revision.as_object())
    before = ReviewCase.objects.filter(task_state=first).first()
    case = open_case(
        task_state, gig=gig, proposed=proposed, submitted_at=before.submitted_at if before else first.started_at
    )
    case.first_reviewer = first.finished_by
    case.answer = before.answer if before else ""
    case.save(update_fields=["first_reviewer", "answer", "updated_at"])
    if not needs_second_reviewer(case):
        with override("zh-hans"):
            comment = _("Approved by itself: no price changes so much that two people have to look.")
        task_state.approve(user=None, update=False, comment=comment)
    return task_state


def needs_second_reviewer(case: ReviewCase) -> bool:
    """Whether a price changes by so much against the live one that two people approve it."""
    return is_steep(case.steepest_percent)


def is_steep(percent: int | None) -> bool:
    """Whether a change of a price by so many percent takes two people."""
    return percent is not None and abs(percent) >= get_config("gigs.steep_price_percent")


def first_task_again(workflow_state: WorkflowState) -> FirstReviewTask | None:
    """The first task, when what comes now was sent back at the second one and is to be read from the beginning."""
    last = workflow_state.task_states.order_by("-pk").first()
    if last is None or last.status == TaskState.STATUS_APPROVED:
        return None
    return FirstReviewTask.objects.filter(workflow_tasks__workflow=workflow_state.workflow_id, active=True).first()


def open_case(task_state: TaskState, *, gig: Gig, proposed: GigContent, submitted_at: datetime) -> ReviewCase:
    """The case of a task state, with what changes against the live version; the one that is there if there is one."""
    is_published = gig.live and gig.status in PUBLISHED
    live = read_content(gig) if is_published else None
    case, _made = ReviewCase.objects.get_or_create(
        task_state=task_state,
        defaults={
            "gig": gig,
            "kind": _kind(live, proposed),
            "matters": matters_of(gig, live, proposed),
            "steepest_percent": steepest_change(live, proposed) if live else None,
            "submitted_at": submitted_at,
        },
    )
    return case


def _kind(live: GigContent | None, proposed: GigContent) -> ReviewKind:
    if live is None:
        return ReviewKind.NEW
    is_priced_alike = _prices(live) == _prices(proposed)
    return ReviewKind.EDIT if is_priced_alike else ReviewKind.PRICE


def _prices(content: GigContent) -> list[tuple[str, int]]:
    packages = [(package.tier, package.price_fen) for package in content.packages]
    return packages + [(extra.title, extra.price_fen) for extra in content.extras]


def matters_of(gig: Gig, live: GigContent | None, proposed: GigContent) -> list[Matter]:
    """Why a person has to read `proposed`; nothing when it is published by itself."""
    if live is None:
        return [Matter.NEW]
    limits = Limits(
        characters=get_config("gigs.unread_characters"),
        price_drop_percent=get_config("gigs.unread_price_drop_percent"),
    )
    found = set(materiality(live, proposed, limits=limits, forbidden=hits_in))
    # Against what a person last read as well: else many small steps would go as far as they like, each unread.
    read = _last_read(gig)
    if read is not None:
        found |= set(materiality(read, proposed, limits=limits, forbidden=hits_in))
    if _was_sent_back(gig):
        # Somebody asked for changes, and somebody looks whether they were made.
        found.add(Matter.SENT_BACK)
    return [matter for matter in Matter if matter in found]


def _last_read(gig: Gig) -> GigContent | None:
    """The content that a person approved last; None where that never happened (the demo's catalogue)."""
    approved = (
        TaskState.objects.for_instance(gig)
        .filter(status=TaskState.STATUS_APPROVED, finished_by__isnull=False)
        .select_related("revision")
        .order_by("-finished_at", "-pk")
        .first()
    )
    return read_content(approved.revision.as_object()) if approved else None


def _was_sent_back(gig: Gig) -> bool:
    """Whether what a person said last was no, also in a review that the seller took back since."""
    said = TaskState.objects.for_instance(gig).filter(finished_by__isnull=False)
    decided = said.filter(status__in=[TaskState.STATUS_APPROVED, TaskState.STATUS_REJECTED])
    last = decided.order_by("-finished_at", "-pk").values_list("status", flat=True).first()
    return last == TaskState.STATUS_REJECTED


def _last_but(task_state: TaskState) -> TaskState | None:
    """The task state before this one in the same workflow."""
    states = task_state.workflow_state.task_states.exclude(pk=task_state.pk)
    last: TaskState | None = states.select_related("revision", "finished_by").order_by("-pk").first()
    return last
