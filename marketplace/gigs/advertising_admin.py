"""The words that the advertising law forbids, in the admin."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from marketplace.gigs.advertising import forget_words
from marketplace.gigs.models import AdvertisingWord


class AdvertisingWordViewSet(SnippetViewSet):
    model = AdvertisingWord
    icon = "warning"
    menu_label = _("Forbidden words")
    menu_name = "advertising-words"
    menu_order = 215
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = [
        "word",
        "suggestion",
        BooleanColumn("is_blocking", label=_("stops the submission"), sort_key="is_blocking"),
        BooleanColumn("is_active", label=_("in use"), sort_key="is_active"),
    ]
    list_filter = ["is_blocking", "is_active"]
    search_fields = ["word", "spellings"]
    list_per_page = 100
    panels = [
        MultiFieldPanel(
            [FieldPanel("word"), FieldPanel("spellings"), FieldPanel("exceptions")], heading=_("What is found")
        ),
        MultiFieldPanel(
            [FieldPanel("reason"), FieldPanel("law"), FieldPanel("suggestion")], heading=_("What sellers read")
        ),
        FieldPanel("is_blocking"),
        FieldPanel("is_active"),
    ]


def forget_changed_words(request: HttpRequest, changed: Any) -> None:
    """After a snippet was saved or removed, or several at once: the list in force is read anew."""
    first = next(iter(changed), None) if isinstance(changed, list | tuple) else changed
    if isinstance(first, AdvertisingWord):
        forget_words()
