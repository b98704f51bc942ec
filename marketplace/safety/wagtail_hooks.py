"""The watched words in Wagtail's admin."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.safety import trial_desk, word_desk
from marketplace.safety.exchange import COLUMNS
from marketplace.safety.forms import WordForm
from marketplace.safety.models import SensitiveWord
from marketplace.safety.word_views import WordCreateView, WordEditView
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
        Column("get_topic_display", label=pgettext_lazy("of a watched word", "topic"), sort_key="topic"),
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
        MultiFieldPanel([FieldPanel("at_once"), FieldPanel("because")], heading=_("If it is urgent")),
    ]
    edit_handler = ObjectList(panels, base_form_class=WordForm)
    add_view_class = WordCreateView
    edit_view_class = WordEditView
    index_template_name = "safety/admin/word_list.html"
    create_template_name = "safety/admin/word_new.html"
    edit_template_name = "safety/admin/word_edit.html"


register_snippet(SensitiveWordViewSet)


@hooks.register("register_admin_urls")
def words_urls() -> list[URLPattern]:
    one = "watched-words/trials/<int:trial_id>/"
    return [
        path("watched-words/import/", word_desk.words_import, name="safety_words_import"),
        path("watched-words/test/", trial_desk.try_text, name="safety_words_test"),
        path("watched-words/variants/", trial_desk.variants, name="safety_words_variants"),
        path("watched-words/trials/", trial_desk.trial_list, name="safety_trials"),
        path(one, trial_desk.trial_detail, name="safety_trial"),
        path(f"{one}use/", trial_desk.trial_use, name="safety_trial_use"),
        path(f"{one}drop/", trial_desk.trial_drop, name="safety_trial_drop"),
        path(f"{one}again/", trial_desk.trial_again, name="safety_trial_again"),
    ]


@hooks.register("register_admin_menu_item")
def words_import_item() -> MenuItem:
    return PermittedMenuItem(
        _("Import watched words"),
        reverse("safety_words_import"),
        icon_name="upload",
        order=217,
        permission=word_desk.PERMISSION,
    )


@hooks.register("before_delete_snippet")
def keep_words_in_use(request: HttpRequest, chosen: list[Any]) -> HttpResponse | None:
    """Removing a word that is in use would go round the dry run: it is switched off first, which is tried."""
    in_use = [word for word in chosen if isinstance(word, SensitiveWord) and word.is_active and word.level > 0]
    if not in_use:
        return None
    said = _("In use: %(words)s. Switch it off first, which is tried before it counts; then it can be removed.")
    messages.error(request, said % {"words": "、".join(word.word for word in in_use[:5])})
    return redirect("wagtailsnippets_safety_sensitiveword:list")


def _forget_changed_words(request: HttpRequest, changed: Any) -> None:
    """After a snippet was saved or removed, or several at once: the list in force is read anew."""
    first = next(iter(changed), None) if isinstance(changed, list | tuple) else changed
    if isinstance(first, SensitiveWord):
        forget_words_after_commit()


for _moment in ("after_create_snippet", "after_edit_snippet", "after_delete_snippet"):
    hooks.register(_moment, _forget_changed_words)
