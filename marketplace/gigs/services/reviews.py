"""Moderators decide what waits for them. Wagtail's task writes the decision; the rules are here, whoever asks.

Order of locks: task, workflow, gig (docs/locking.md).
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import TaskState

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.gigs import locks
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import ReviewCase, ReviewReason
from marketplace.gigs.reviewing import require_undecided


@transaction.atomic
def approve_review(*, task_state_id: int, moderator: User, words: str = "") -> ReviewCase:
    """Approve the revision that waits at this task; it goes live unless a second person has to look.

    Raises GigError ALREADY_DECIDED or NOT_YOUR_REVIEW.
    """
    case = _open_case(task_state_id, moderator)
    case.words = words.strip()
    case.save(update_fields=["words", "updated_at"])
    case.task_state.approve(user=moderator, comment=case.words)
    return case


@transaction.atomic
def send_back(*, task_state_id: int, moderator: User, codes: Sequence[str], words: str = "") -> ReviewCase:
    """Ask the seller for changes, with at least one reason of the table; the seller is told both.

    Raises GigError REASON_MISSING, ALREADY_DECIDED or NOT_YOUR_REVIEW.
    """
    reasons = list(ReviewReason.objects.filter(code__in=codes, is_active=True))
    if not reasons or len(reasons) != len(set(codes)):
        raise GigError(GigErrorCode.REASON_MISSING)
    case = _open_case(task_state_id, moderator)
    case.words = words.strip()
    case.save(update_fields=["words", "updated_at"])
    case.reasons.set(reasons)
    # Wagtail's log and its pages show the comment: the reasons stand in it, whole.
    case.task_state.reject(user=moderator, comment=_comment_of(reasons, case.words))
    return case


def _comment_of(reasons: Sequence[ReviewReason], words: str) -> str:
    """Reasons and words as one text in Chinese, which is what is stored."""
    with override("zh-hans"):
        labels = "、".join(str(reason) for reason in reasons)
        return _("%(reasons)s: %(words)s") % {"reasons": labels, "words": words} if words else labels


def _open_case(task_state_id: int, moderator: User) -> ReviewCase:
    """The case with its task state, locked, if it is this moderator's to decide. Read anew: the page may be an hour old."""
    case = ReviewCase.objects.select_related("gig").filter(task_state=task_state_id).first()
    if case is None:
        raise GigError(GigErrorCode.WRONG_STATE)
    locks.lock_review(case.gig_id)
    state = TaskState.objects.select_related("workflow_state", "task", "finished_by__profile").get(pk=task_state_id)
    require_undecided(state, case.gig)
    if not state.task.specific.get_actions(case.gig, moderator):
        raise GigError(GigErrorCode.NOT_YOUR_REVIEW)
    case.task_state = state
    return case


def view_case(*, case_id: int, moderator: User, take_over: bool = False) -> bool:
    """Note that this moderator reads the case now, unless a colleague does; with `take_over` even then.

    Returns whether it is theirs. A courtesy that expires after `gigs.review_viewing_minutes`; decisions do not ask for it.
    """
    now = clock.now()
    free = Q(viewer=None) | Q(viewer=moderator) | Q(viewed_at__lt=now - viewing_time())
    undecided = TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS)
    cases = ReviewCase.objects.filter(pk=case_id, task_state__in=undecided)
    # Of two who come at once the second one's condition is checked again after the first one's write, but only if it
    # stands in the UPDATE itself: a join would make Django put all of it into a subquery, which keeps what it has read.
    return bool(cases.filter(Q() if take_over else free).update(viewer=moderator, viewed_at=now))


def viewing_time() -> timedelta:
    """For how long an opened page counts as being read."""
    return timedelta(minutes=get_config("gigs.review_viewing_minutes"))
