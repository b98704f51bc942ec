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
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

import cms_pages.block_hooks  # noqa: F401 - registers its hooks
from cms_pages import rules_desk
from cms_pages.content_report import report_menu_item, report_urls
from cms_pages.help_report import help_report_menu_item, help_report_urls
from cms_pages.models import HelpFeedback
from cms_pages.publishing import refuse_unready, refuse_unready_together, tell_of_refused_approval, warn_at_submission
from cms_pages.translation_desk import refuse_half_translated, translation_urls
from marketplace.core.exports import InertExport


class ReadOnlyPolicy(ModelPermissionPolicy):
    """What readers wrote can be read and removed, not written in their name."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in {"view", "delete"} and super().user_has_permission(user, action)


class HelpFeedbackIndex(InertExport, IndexView):
    """The list, whose words are strangers'."""


class HelpFeedbackViewSet(SnippetViewSet):
    """What readers answered to "was this helpful"."""

    model = HelpFeedback
    index_view_class = HelpFeedbackIndex
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


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    """Ink and cinnabar in the admin too."""
    return format_html('<link rel="stylesheet" href="{}">', static("cms_pages/admin.css"))


hooks.register("before_publish_page", refuse_unready)
hooks.register("before_bulk_action", refuse_unready_together)
hooks.register("after_edit_page", tell_of_refused_approval)
hooks.register("after_edit_page", warn_at_submission)
hooks.register("after_create_page", warn_at_submission)
hooks.register("register_reports_menu_item", report_menu_item)
hooks.register("register_admin_urls", report_urls)
hooks.register("register_reports_menu_item", help_report_menu_item)
hooks.register("register_admin_urls", help_report_urls)
# Before wagtail-localize's own, which has no order.
hooks.register("before_edit_page", refuse_half_translated, order=-1)
hooks.register("register_admin_urls", translation_urls, order=-1)
