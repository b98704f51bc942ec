"""What Wagtail and the deployment call by name. The work is done in reviewing.py.

Wagtail imports WAGTAIL_FINISH_WORKFLOW_ACTION while its own models are still being loaded, so nothing here may import
a model at the top.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail.models import Workflow, WorkflowState

    from marketplace.accounts.models import User


def publish_reviewed(workflow_state: "WorkflowState", user: "User | None" = None) -> None:
    """Publish the revision that the last approval was about; pages keep Wagtail's own way."""
    from marketplace.gigs import reviewing

    reviewing.publish_reviewed(workflow_state, user=user)


def ensure_gig_workflow() -> "Workflow":
    """Make the review workflow, its group and permissions where they are missing. Safe to run on every deploy."""
    from marketplace.gigs import reviewing

    return reviewing.ensure_gig_workflow()
