"""Reasons of decisions in Wagtail's admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.views.snippets import SnippetViewSet

from marketplace.moderation.models import DecisionReason, QueueKind


def _kinds(reason: DecisionReason) -> str:
    return "、".join(str(QueueKind(kind).label) for kind in reason.kinds if kind in QueueKind.values)


class DecisionReasonViewSet(SnippetViewSet):
    """Listed, made and changed; what decisions of the past were made by is switched off instead of removed."""

    model = DecisionReason
    icon = "openquote"
    menu_label = _("Reasons of decisions")
    menu_name = "moderation-reasons"
    menu_order = 310
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = [
        "code",
        "label",
        "label_en",
        Column(_kinds, label=_("Offered for")),
        Column("get_effect_display", label=_("Usual effect")),
        BooleanColumn("is_active", label=_("Offered")),
    ]
    list_filter = ["effect", "is_active"]
    search_fields = ["code", "label", "label_en", "answer", "answer_en"]
    panels = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("position"), FieldPanel("is_active")]),
        FieldRowPanel([FieldPanel("label"), FieldPanel("label_en")]),
        FieldPanel(
            "answer", help_text=_("At most 300 characters: what messages, reports and reviews keep of a decision.")
        ),
        FieldPanel("answer_en", help_text=_("At most 300 characters, as in Chinese.")),
        FieldPanel("law"),
        FieldRowPanel([FieldPanel("effect"), FieldPanel("kinds")]),
    ]
