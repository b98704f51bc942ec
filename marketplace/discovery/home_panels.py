"""The admin's first page for who looks after the search."""

from typing import Any

from wagtail.admin.ui.components import Component

from marketplace.accounts.models import User
from marketplace.discovery.analytics.judging import poor_scores
from marketplace.discovery.analytics.models import JudgedScore
from marketplace.discovery.replica import state


class ClusterPanel(Component):
    """The search cluster does not serve; PostgreSQL answers in its place. Gone as soon as it has caught up."""

    order = 13
    template_name = "discovery/admin/_cluster_panel.html"

    def __init__(self, trouble: state.Trouble) -> None:
        self.trouble = trouble

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"trouble": self.trouble, "backlog": state.backlog()}


class PoorScorePanel(Component):
    """A judged set is answered worse than staff allow."""

    order = 14
    template_name = "discovery/admin/_poor_score_panel.html"

    def __init__(self, scores: list[JudgedScore]) -> None:
        self.scores = scores

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"scores": self.scores}


def panels_for(staff: User) -> list[Component]:
    """The panels that this person's permissions allow."""
    panels: list[Component] = []
    if state.is_configured() and staff.has_perm("discovery.view_searchreplica"):
        trouble = state.trouble()
        panels += [ClusterPanel(trouble)] if trouble is not None else []
    if staff.has_perm("discovery.view_searchday"):
        scores = poor_scores()
        panels += [PoorScorePanel(scores)] if scores else []
    return panels
