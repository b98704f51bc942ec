"""The admin's first page for who looks after the search."""

from typing import Any

from wagtail.admin.ui.components import Component

from marketplace.accounts.models import User
from marketplace.discovery.replica import state


class ClusterPanel(Component):
    """The search cluster does not serve; PostgreSQL answers in its place. Gone as soon as it has caught up."""

    order = 13
    template_name = "discovery/admin/_cluster_panel.html"

    def __init__(self, trouble: state.Trouble) -> None:
        self.trouble = trouble

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"trouble": self.trouble, "backlog": state.backlog()}


def panels_for(staff: User) -> list[Component]:
    """The panels that this person's permissions allow."""
    if not state.is_configured() or not staff.has_perm("discovery.view_searchreplica"):
        return []
    trouble = state.trouble()
    return [ClusterPanel(trouble)] if trouble is not None else []
