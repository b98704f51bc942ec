"""Promotions in Wagtail's admin."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from marketplace.discovery.promotion_models import Promotion


class PromotionForm(WagtailAdminModelForm):
    """Says what is missing before the database refuses it."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("It has to end after it begins."))
        if not cleaned.get("category") and not cleaned.get("words", "").strip():
            self.add_error("words", _("Choose a category, or say for which words it is shown."))
        return cleaned


class PromotionViewSet(SnippetViewSet):
    model = Promotion
    icon = "pick"
    menu_label = pgettext_lazy("advertised services", "Promotions")
    menu_name = "promotions"
    menu_order = 221
    add_to_admin_menu = True
    list_display = [
        "gig", "category", "words", "starts_at", "ends_at", BooleanColumn("is_active", label=gettext_lazy("in use")),
    ]  # fmt: skip
    list_filter = ["is_active", "category"]
    list_per_page = 100
    edit_handler = ObjectList(
        [
            FieldPanel("gig"),
            MultiFieldPanel([FieldPanel("category"), FieldPanel("words")], heading=gettext_lazy("Where")),
            MultiFieldPanel([FieldPanel("starts_at"), FieldPanel("ends_at")], heading=gettext_lazy("When")),
            FieldPanel("is_active"),
        ],
        base_form_class=PromotionForm,
    )
