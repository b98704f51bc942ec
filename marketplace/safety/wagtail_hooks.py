"""The watched words in Wagtail's admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.safety import word_desk
from marketplace.safety.exchange import COLUMNS
from marketplace.safety.models import SensitiveWord
from marketplace.safety.words import forget_words_after_commit


class SensitiveWordViewSet(SnippetViewSet):
    model = SensitiveWord
    icon = "warning"
    menu_label = _("Watched words")
    menu_name = "watched-words"
    menu_order = 216
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = [
        "word",
        Column("get_topic_display", label=_("topic"), sort_key="topic"),
        Column("get_level_display", label=_("what happens"), sort_key="level"),
        BooleanColumn("is_active", label=_("in use"), sort_key="is_active"),
    ]
    list_filter = ["topic", "level", "is_active"]
    search_fields = ["word", "spellings"]
    list_export = list(COLUMNS)
    export_headings = {name: name for name in COLUMNS}
    list_per_page = 100
    panels = [
        MultiFieldPanel(
            [FieldPanel("word"), FieldPanel("spellings"), FieldPanel("exceptions")], heading=_("What is found")
        ),
        FieldPanel("topic"),
        FieldPanel("level"),
        FieldPanel("is_active"),
    ]


register_snippet(SensitiveWordViewSet)


@hooks.register("register_admin_urls")
def words_urls() -> list[URLPattern]:
    return [path("watched-words/import/", word_desk.words_import, name="safety_words_import")]


@hooks.register("register_admin_menu_item")
def words_import_item() -> MenuItem:
    return PermittedMenuItem(
        _("Import watched words"),
        reverse("safety_words_import"),
        icon_name="upload",
        order=217,
        permission=word_desk.PERMISSION,
    )


def _forget_changed_words(request: HttpRequest, changed: Any) -> None:
    """After a snippet was saved or removed, or several at once: the list in force is read anew."""
    first = next(iter(changed), None) if isinstance(changed, list | tuple) else changed
    if isinstance(first, SensitiveWord):
        forget_words_after_commit()


for _moment in ("after_create_snippet", "after_edit_snippet", "after_delete_snippet"):
    hooks.register(_moment, _forget_changed_words)
