"""The admin of the editors: what is forgotten when something is published, and what they need not see."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BooleanColumn, DateColumn
from wagtail.models import Page
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from cms_pages import rules_desk
from cms_pages.models import HelpFeedback
from cms_pages.navigation import forget_navigation
from marketplace.gigs.models import GigCategory


class ReadOnlyPolicy(ModelPermissionPolicy):
    """What readers wrote can be read and removed, not written in their name."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in {"view", "delete"} and super().user_has_permission(user, action)


class HelpFeedbackViewSet(SnippetViewSet):
    """What readers answered to "was this helpful"."""

    model = HelpFeedback
    icon = "help"
    menu_label = _("Answers to help articles")
    menu_name = "help-feedback"
    menu_order = 500
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = [
        "page",
        BooleanColumn("helpful", label=_("Helpful")),
        "comment",
        DateColumn("created_at", label=_("Written")),
    ]
    list_filter = ["helpful"]
    list_export = ["page", "helpful", "comment", "created_at"]


register_permission_policy(HelpFeedback, ReadOnlyPolicy(HelpFeedback))
register_snippet(HelpFeedbackViewSet)
rules_desk.register()

# Every kind of snippet has a menu entry of its own, and Wagtail's help leads out of the house.
_HIDDEN_MENU_ITEMS = frozenset({"snippets", "help"})


@hooks.register("construct_main_menu")
def hide_what_nobody_needs(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Shorten the menu to what people here work with."""
    menu_items[:] = [item for item in menu_items if item.name not in _HIDDEN_MENU_ITEMS]


def forget_page(page: Page) -> None:
    """A published, moved or removed page changes the navigation and the links between languages."""
    forget_navigation()
    specific = page.specific
    if hasattr(specific, "forget_alternates"):
        specific.forget_alternates()


@hooks.register("after_publish_page")
@hooks.register("after_unpublish_page")
@hooks.register("after_delete_page")
def forget_after_change(request: HttpRequest, page: Page) -> None:
    forget_page(page)


@hooks.register("after_move_page")
def forget_after_move(request: HttpRequest, page: Page) -> None:
    forget_page(page)


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def forget_after_category(request: HttpRequest, instance: Any) -> None:
    if isinstance(instance, GigCategory):
        forget_navigation()


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    """Ink and cinnabar in the admin too."""
    return format_html('<link rel="stylesheet" href="{}">', static("cms_pages/admin.css"))
