"""Moderation through Wagtail's workflow: what is published is the revision that somebody read.

Wagtail reaches `publish_reviewed` through workflow_finish.py when the last task is approved. Facts and traps:
facts/accounts.md, section 3.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse
from wagtail.models import GroupApprovalTask, TaskState, Workflow, WorkflowContentType, WorkflowState, WorkflowTask
from wagtail.signals import task_submitted, workflow_approved, workflow_cancelled, workflow_rejected, workflow_submitted
from wagtail.workflows import publish_workflow_state

from marketplace.accounts.models import User
from marketplace.accounts.selectors import publishing_is_missing, verification_url
from marketplace.gigs import locks
from marketplace.gigs.content import read_content
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import FirstReviewTask, Gig, ReviewCase, SecondReviewTask
from marketplace.gigs.moving import move
from marketplace.gigs.review_opening import open_case
from marketplace.gigs.states import MODERATOR, GigStatus
from marketplace.gigs.stats import refresh_stats
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language

MODERATORS = "moderator"
# Who may decide. An administrator is the second person where there is one moderator only.
REVIEWERS = (MODERATORS, "administrator")
WORKFLOW_NAME = "服务审核"
FIRST_TASK, SECOND_TASK = "服务审核", "价格复核"
PUBLISHABLE = (GigStatus.IN_REVIEW, GigStatus.LIVE, GigStatus.PAUSED)
# What a moderator needs in the admin. Publishing goes through the approval only (wagtail_hooks.GigPolicy).
MODERATOR_PERMISSIONS = (("wagtailadmin", "access_admin"), ("gigs", "view_gig"), ("gigs", "change_gig"))


@transaction.atomic
def ensure_gig_workflow() -> Workflow:
    """Make the workflow, its tasks, their groups and the permissions where they are missing. Safe to run on every deploy."""
    groups = [Group.objects.get_or_create(name=name)[0] for name in REVIEWERS]
    for app_label, codename in MODERATOR_PERMISSIONS:
        permission = Permission.objects.filter(content_type__app_label=app_label, codename=codename).first()
        if permission:
            groups[0].permissions.add(permission)
    workflow, _made = Workflow.objects.get_or_create(name=WORKFLOW_NAME)
    first, _made = FirstReviewTask.objects.get_or_create(name=FIRST_TASK)
    second, _made = SecondReviewTask.objects.get_or_create(name=SECOND_TASK)
    _replace_plain_task(workflow, first)
    for place, task in enumerate((first, second)):
        task.groups.add(*groups)
        WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr, defaults={"sort_order": place})
    WorkflowContentType.objects.update_or_create(
        content_type=ContentType.objects.get_for_model(Gig), defaults={"workflow": workflow}
    )
    return workflow


def _replace_plain_task(workflow: Workflow, first: FirstReviewTask) -> None:
    """Move an installation from Wagtail's own task, which workflows began with, to ours. Reviews under way go on there."""
    for plain in GroupApprovalTask.objects.filter(workflow_tasks__workflow=workflow, name=FIRST_TASK):
        WorkflowTask.objects.filter(workflow=workflow, task=plain).delete()
        # What was decided moves along: a gig that was sent back comes in again at the task of its last state.
        TaskState.objects.filter(task=plain, workflow_state__workflow=workflow).update(task=first.task_ptr)
        # Not `deactivate`: that would cancel what others may still use it for.
        plain.active = plain.active_workflows.exists()
        plain.save(update_fields=["active"])
    waiting = TaskState.objects.filter(
        workflow_state__workflow=workflow, status=TaskState.STATUS_IN_PROGRESS, review_case=None
    )
    for state in waiting.select_related("workflow_state", "revision"):
        gig = state.workflow_state.content_object
        if isinstance(gig, Gig):
            proposed = read_content(state.revision.as_object())
            open_case(state, gig=gig, proposed=proposed, submitted_at=state.started_at)


def review_in_progress(gig: Gig) -> bool:
    """Whether a moderator has, or will get, a revision of this gig to read."""
    state = gig.current_workflow_state
    return state is not None and state.status == WorkflowState.STATUS_IN_PROGRESS


def require_undecided(state: TaskState, gig: Gig) -> None:
    """Raise GigError TAKEN_BACK or ALREADY_DECIDED, with who did what, if nothing is left to decide at this task."""
    if state.status == TaskState.STATUS_IN_PROGRESS:
        return
    if state.status == TaskState.STATUS_CANCELLED and state.finished_by_id == gig.seller_id:
        raise GigError(GigErrorCode.TAKEN_BACK)
    who = state.finished_by.display_name if state.finished_by else "—"
    raise GigError(GigErrorCode.ALREADY_DECIDED, who=who, what=state.get_status_display())


def changes_wanted(gig: Gig) -> str | None:
    """What a moderator wants changed (may be empty), or None when nothing has been sent back."""
    state = gig.current_workflow_state
    if state is None or state.status != WorkflowState.STATUS_NEEDS_CHANGES:
        return None
    return state.current_task_state.comment if state.current_task_state else ""


def send_to_review(gig: Gig, *, seller: User, answer: str = "") -> None:
    """Start the workflow with the latest revision, or take up the one that was sent back, with the seller's answer."""
    state = gig.current_workflow_state
    if state is not None and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        state.resume(user=seller)
    else:
        workflow = gig.get_workflow() or ensure_gig_workflow()
        state = workflow.start(gig, seller)
    ReviewCase.objects.filter(task_state=state.current_task_state_id).update(answer=answer)


def cancel_review(gig: Gig, *, user: User) -> None:
    """End a review that is under way or was sent back; `locks.lock_review` comes before the gig's own lock."""
    state = gig.current_workflow_state
    if state is not None:
        state.cancel(user=user)


def publish_reviewed(workflow_state: WorkflowState, user: User | None = None) -> None:
    """Publish the revision that the last approval was about. Pages keep Wagtail's own way.

    Wagtail would take the latest revision, which nobody may have read. Called inside Wagtail's transaction.
    """
    if not isinstance(workflow_state.content_object, Gig):
        publish_workflow_state(workflow_state, user=user)
        return
    gig = locks.lock_gig(workflow_state.content_object.pk)
    if gig.status not in PUBLISHABLE:
        # Put away or denied while somebody was reading: an approval brings nothing back.
        return
    approved = (
        workflow_state.task_states.filter(status=TaskState.STATUS_APPROVED).order_by("-finished_at", "-pk").first()
    )
    if approved is None or approved.revision is None:
        # The task was switched off or skipped: nobody has read anything.
        _give_back(gig.pk)
        return
    if publishing_is_missing(gig.seller):
        # Papers that waited at the submission may have been rejected or taken back since.
        _give_back(gig.pk)
        tell_unnamed_seller(gig, notice=catalogue.gigs.UNNAMED_NOT_LIVE)
        return
    # Moderators may approve, not publish whatever they like.
    approved.revision.publish(user=user, skip_permission_checks=True)
    mark_published(gig.pk)


def mark_published(gig_id: int) -> None:
    """After Wagtail wrote the approved revision: status, figures, and word to the seller.

    Live and paused gigs keep their status. Raises GigError WRONG_STATE for a gig that cannot go live.
    """
    gig = locks.lock_gig(gig_id)
    was_live = gig.status == GigStatus.LIVE
    if gig.status not in (GigStatus.LIVE, GigStatus.PAUSED):
        move(gig, to=GigStatus.LIVE, actor=MODERATOR)
    refresh_stats(gig)
    notice = catalogue.gigs.LIVE
    if gig.status == GigStatus.PAUSED:
        notice = catalogue.gigs.APPROVED_PAUSED
    elif was_live:
        notice = catalogue.gigs.CHANGE_LIVE
    tell_seller(gig, notice=notice)


def _on_rejected(sender: type[WorkflowState], instance: WorkflowState, **_kwargs: Any) -> None:
    """A moderator sent the revision back. Wagtail offers no other seam for this than its signal."""
    gig = instance.content_object
    if not isinstance(gig, Gig):
        return
    _give_back(gig.pk)
    rejected = instance.task_states.filter(status=TaskState.STATUS_REJECTED).order_by("-finished_at", "-pk").first()
    tell_seller(gig, notice=catalogue.gigs.NEEDS_CHANGES, about=rejected.comment if rejected else "")


def _on_cancelled(sender: type[WorkflowState], instance: WorkflowState, **_kwargs: Any) -> None:
    """A review ended without a judgement, for instance because its workflow was switched off in the admin."""
    if isinstance(instance.content_object, Gig):
        _give_back(instance.content_object.pk)


@transaction.atomic
def _give_back(gig_id: int) -> None:
    """Let the seller edit again a gig that nobody reads any more."""
    gig = locks.lock_gig(gig_id)
    if gig.status == GigStatus.IN_REVIEW:
        move(gig, to=GigStatus.NEEDS_CHANGES, actor=MODERATOR)


def tell_seller(gig: Gig, *, notice: Notice, about: str = "", view: str = "gigs:edit") -> None:
    """A notification to the seller, leading to the editor of the gig unless another `view` is named."""
    with recipient_language():
        url = reverse(view, args=[gig.pk] if view == "gigs:edit" else [])
    notify(recipient_id=gig.seller_id, notice=notice, about=about, words={"title": gig.title}, url=url)


def tell_unnamed_seller(gig: Gig, *, notice: Notice) -> None:
    """That a gig waits for its seller's identity, leading to where papers are handed in."""
    with recipient_language():
        url = verification_url()
    notify(recipient_id=gig.seller_id, notice=notice, words={"title": gig.title}, url=url)


def _unless_gig(notifier: Callable[..., Any]) -> Callable[..., Any]:
    """Wagtail's mail for pages; nothing for gigs, whose sellers never enter the admin that the mail links to."""

    def receiver(instance: WorkflowState | TaskState, **kwargs: Any) -> None:
        state = instance.workflow_state if isinstance(instance, TaskState) else instance
        if not isinstance(state.content_object, Gig):
            notifier(instance=instance, **kwargs)

    return receiver


def connect_signals() -> None:
    """Listen to Wagtail's workflow, and keep its own mails about gigs from leaving.

    Our app is ready before Wagtail's, so there is nothing to disconnect yet; but a signal takes one receiver for each
    `dispatch_uid`, and the first one stays.
    """
    from wagtail.admin import signal_handlers as mails  # needs the app registry

    workflow_cancelled.connect(_on_cancelled, sender=WorkflowState, dispatch_uid="gigs_cancelled")
    workflow_rejected.connect(_on_rejected, sender=WorkflowState, dispatch_uid="gigs_rejected")
    ours = (
        (task_submitted, TaskState, "group_approval_task_submitted", mails.task_submission_email_notifier),
        (workflow_submitted, WorkflowState, "workflow_state_submitted", mails.workflow_submission_email_notifier),
        (workflow_rejected, WorkflowState, "workflow_state_rejected", mails.workflow_rejection_email_notifier),
        (workflow_approved, WorkflowState, "workflow_state_approved", mails.workflow_approval_email_notifier),
    )
    for signal, sender, uid, notifier in ours:
        dispatch_uid = f"{uid}_email_notification"
        signal.connect(_unless_gig(notifier), sender=sender, dispatch_uid=dispatch_uid, weak=False)
