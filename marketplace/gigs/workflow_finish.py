"""What Wagtail calls when a workflow ends. Wagtail imports this while its own models load: so nothing is imported up here."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail.models import WorkflowState

    from marketplace.accounts.models import User


def publish_reviewed(workflow_state: "WorkflowState", user: "User | None" = None) -> None:
    """Publish the revision that was reviewed, never a later one (marketplace/gigs/reviewing.py has the rule)."""
    from marketplace.gigs.reviewing import publish_reviewed as publish

    publish(workflow_state, user)
