"""Support in Wagtail's admin."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.support import support_desk as desk
from marketplace.support.models import CannedAnswer


class CannedAnswerViewSet(SnippetViewSet):
    model = CannedAnswer
    icon = "mail"
    menu_label = _("Ready answers")
    menu_name = "ready-answers"
    menu_order = 309
    add_to_admin_menu = True
    list_display = [
        "title",
        Column("get_topic_display", label=_("topic"), sort_key="topic"),
        BooleanColumn("is_active", label=_("in use"), sort_key="is_active"),
    ]
    list_filter = ["topic", "is_active"]
    search_fields = ["title", "body"]
    panels = [FieldPanel(name) for name in ("title", "topic", "body", "position", "is_active")]


register_snippet(CannedAnswerViewSet)


@hooks.register("register_admin_urls")
def support_urls():
    one = "support/<int:case_id>/"
    return [
        path("support/", desk.case_list, name="support_inbox"),
        path(one, desk.case_detail, name="support_case"),
        path(f"{one}orders/<slug:number>/", desk.case_order, name="support_case_order"),
        path(f"{one}answer/", desk.case_answer, name="support_answer"),
        path(f"{one}assign/", desk.case_assign, name="support_assign"),
        path(f"{one}priority/", desk.case_prioritise, name="support_prioritise"),
        path(f"{one}solve/", desk.case_solve, name="support_solve"),
        path(f"{one}note/", desk.case_note, name="support_note"),
    ]


@hooks.register("register_admin_menu_item")
def support_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Support inbox"), reverse("support_inbox"), icon_name="mail", order=308, permission=desk.PERMISSION
    )
