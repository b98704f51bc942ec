from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, Page, TaskState

from marketplace.accounts.models import User


class PageReviewTask(AbstractGroupApprovalTask):
    """An editor reads what a writer submitted. A page with something that stops publishing cannot be approved."""

    class Meta:
        verbose_name = _("review of a page")
        verbose_name_plural = _("reviews of pages")

    def get_actions(self, obj: Page, user: User) -> list[tuple[str, str, bool]]:
        actions = super().get_actions(obj, user)
        if actions and _is_stopped(obj):
            return [action for action in actions if action[0] != "approve"]
        return actions

    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: Any) -> Any:
        # The editor may have changed the page in the very form that approves it.
        if action_name == "approve" and _is_stopped(task_state.workflow_state.content_object):
            return None
        return super().on_action(task_state, user, action_name, **kwargs)

    @classmethod
    def get_description(cls) -> str:
        return str(_("Editors approve the page once nothing of its checklist stops it"))


def _is_stopped(obj: Any) -> bool:
    from cms_pages.checklist import stops_publishing  # which knows the kinds of page

    return isinstance(obj, Page) and bool(stops_publishing(obj.get_latest_revision_as_object()))
