"""The admin's first page for moderators: what they have in hand and have decided."""

from typing import Any

from wagtail.admin.ui.components import Component

from marketplace.accounts.models import User
from marketplace.moderation.quality import workload


class WorkPanel(Component):
    """One's own work, and the way to the team's."""

    order = 25
    template_name = "moderation/admin/_work_panel.html"

    def __init__(self, staff: User) -> None:
        self.staff = staff

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {
            "work": workload.workload_of(self.staff),
            "days": workload.CHECKS_DAYS,
            "median_days": workload.MEDIAN_DAYS,
            "sees_team": self.staff.has_perm(workload.TEAM),
        }


def panels_for(staff: User) -> list[Component]:
    """The panel, for who decides cases of the queue."""
    return [WorkPanel(staff)] if workload.is_moderator(staff) else []
