"""Terms that are not offered, in Wagtail's admin: gone from the search box as soon as they are saved."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from marketplace.core.commits import after_commit
from marketplace.discovery.suggestion_models import SuggestionBan
from marketplace.discovery.suggestion_table import forget_banned


class SuggestionBanViewSet(SnippetViewSet):
    model = SuggestionBan
    icon = "view"
    menu_label = _("Not suggested")
    menu_name = "suggestion-bans"
    menu_order = 219
    add_to_admin_menu = True
    list_display = ["term", BooleanColumn("is_part", label=_("also inside longer ones")), "reason", "created_at"]
    search_fields = ["term", "reason"]
    list_export = ["term", "is_part", "reason", "created_at"]
    list_per_page = 100
    panels = [FieldPanel("term"), FieldPanel("is_part"), FieldPanel("reason")]


def bans_changed(request: HttpRequest, changed: Any) -> None:
    """After a ban was made or changed. One that was taken back lets its terms come again with the night's work."""
    if isinstance(changed, SuggestionBan):
        after_commit(forget_banned)
