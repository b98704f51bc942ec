"""The only place that locks gigs (docs/locking.md)."""

from wagtail.models import TaskState, WorkflowState

from marketplace.accounts import locks as account_locks
from marketplace.accounts.models import User
from marketplace.gigs.models import Gig, GigImport


def lock_gig(gig_id: int) -> Gig:
    """The gig, locked until the transaction ends. Raises Gig.DoesNotExist.

    NO KEY: orders that point at the gig may be placed meanwhile.
    """
    return Gig.objects.select_for_update(of=("self",), no_key=True).get(pk=gig_id)


def lock_seller(seller_id: int) -> User:
    """The seller, locked until the transaction ends, before any gig of theirs: how many they have. Raises User.DoesNotExist."""
    return account_locks.lock_user(seller_id)


def lock_review(gig_id: int) -> None:
    """The review of the gig that is under way, if any: its task, then its workflow, before the gig itself.

    Wagtail writes an approval in this order, and publishing locks the gig last; whoever ends a review must do the same.
    """
    states = WorkflowState.objects.active().filter(
        base_content_type__app_label=Gig._meta.app_label,
        base_content_type__model=Gig._meta.model_name,
        object_id=str(gig_id),
    )
    tasks = TaskState.objects.filter(workflow_state__in=states, status=TaskState.STATUS_IN_PROGRESS)
    list(tasks.select_for_update(of=("self",), no_key=True).order_by("pk"))
    list(states.select_for_update(of=("self",), no_key=True).order_by("pk"))


def lock_import(import_id: int) -> GigImport | None:
    """An import until the transaction ends, so that it is applied once; None when it is gone. Before any gig."""
    return GigImport.objects.select_for_update(of=("self",), no_key=True).filter(pk=import_id).first()
