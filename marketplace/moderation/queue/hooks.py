"""The queue's addresses, its line in the menu and its reasons; registered by wagtail_hooks.py."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from marketplace.accounts.models import User
from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.moderation.queue import desk, selectors


def queue_urls() -> list[URLPattern]:
    """Below /admin/."""
    one = "queue/<int:case_id>/"
    return [
        path("queue/", desk.queue_list, name="moderation_queue"),
        path("queue/take/", desk.queue_take, name="moderation_queue_take"),
        path(one, desk.queue_case, name="moderation_queue_case"),
        path(f"{one}claim/", desk.queue_claim, name="moderation_queue_claim"),
        path(f"{one}release/", desk.queue_release, name="moderation_queue_release"),
        path(f"{one}next/", desk.queue_next, name="moderation_queue_next"),
        path(f"{one}decide/", desk.queue_decide, name="moderation_queue_decide"),
    ]


class QueueMenuItem(PermittedMenuItem):
    """The queue with how many cases wait."""

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        """Wagtail's own line, counted."""
        line: LinkMenuItem = super().render_component(request)
        number = selectors.open_cases(request.user).count() if isinstance(request.user, User) else 0
        line.label = f"{self.label} {number}" if number else str(self.label)
        return line


def queue_menu_item() -> MenuItem:
    """On top of what moderators do."""
    return QueueMenuItem(
        _("Moderation queue"),
        reverse("moderation_queue"),
        name="moderation-queue",
        icon_name="tasks",
        order=185,
        permission=selectors.VIEW,
    )
