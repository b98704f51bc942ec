"""The admin of the editors: what is forgotten when something is published, and what they need not see."""

from typing import Any

from django.contrib.auth.models import Group
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

from cms_pages import content_report  # noqa: F401 its hooks
from cms_pages.models import HelpFeedback, HelpIndexPage
from cms_pages.navigation import forget_navigation
from cms_pages.permissions import grant_help_writer
from marketplace.gigs.models import GigCategory
from marketplace.moderation import roles


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

# Every kind of snippet has a menu entry of its own, and Wagtail's help leads out of the house.
_HIDDEN_MENU_ITEMS = frozenset({"snippets", "help"})


@hooks.register("construct_main_menu")
def hide_what_nobody_needs(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Shorten the menu to what people here work with."""
    menu_items[:] = [item for item in menu_items if item.name not in _HIDDEN_MENU_ITEMS]


@hooks.register("after_create_page")
def let_help_writers_in(request: HttpRequest, page: Page) -> None:
    """A new help centre has its writers."""
    if isinstance(page, HelpIndexPage):
        grant_help_writer(Group.objects.get_or_create(name=roles.HELP_WRITER)[0])


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def forget_after_category(request: HttpRequest, instance: Any) -> None:
    if isinstance(instance, GigCategory):
        forget_navigation()


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    """Ink and cinnabar in the admin too."""
    return format_html('<link rel="stylesheet" href="{}">', static("cms_pages/admin.css"))
