"""The thesaurus in Wagtail's admin, what an edited category or entry means for the index, and how the search cluster stands."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import URLPattern, path, re_path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.core.commits import after_commit
from marketplace.discovery.analytics import candidate_desk, desk
from marketplace.discovery.categories import forget_categories
from marketplace.discovery.home_panels import panels_for
from marketplace.discovery.language.lexicon import lexicon_changed
from marketplace.discovery.models import ThesaurusEntry
from marketplace.discovery.promotion_desk import PromotionViewSet
from marketplace.discovery.recommending import desk_views as recommending
from marketplace.discovery.suggestion_desk import SuggestionBanViewSet, bans_changed
from marketplace.discovery.tasks import REBUILD_AFTER_SECONDS, index_category, rebuild_soon
from marketplace.gigs.models import GigCategory


class ThesaurusViewSet(SnippetViewSet):
    model = ThesaurusEntry
    icon = "search"
    menu_label = _("Thesaurus")
    menu_name = "thesaurus"
    menu_order = 218
    add_to_admin_menu = True
    list_display = [
        "words",
        Column("get_kind_display", label=_("what it is"), sort_key="kind"),
        "narrower",
        "near",
        BooleanColumn("is_active", label=_("in use"), sort_key="is_active"),
    ]
    list_filter = ["kind", "is_active"]
    search_fields = ["words", "narrower", "near"]
    list_export = ["kind", "words", "narrower", "near", "is_active"]
    list_per_page = 100
    panels = [
        FieldPanel("kind"),
        MultiFieldPanel(
            [FieldPanel("words"), FieldPanel("narrower"), FieldPanel("near")],
            heading=pgettext_lazy("of a search", "Words"),
        ),
        FieldPanel("is_active"),
    ]


register_snippet(ThesaurusViewSet)
register_snippet(SuggestionBanViewSet)
register_snippet(candidate_desk.JudgedSetViewSet)
register_snippet(PromotionViewSet)


@hooks.register("register_admin_urls")
def figures_urls() -> list[URLPattern]:
    return [
        path("search-figures/", desk.figures, name="discovery_figures"),
        path("search-figures/<str:name>.<str:ending>", desk.export, name="discovery_figures_export"),
        path("thesaurus-candidates/", candidate_desk.candidate_list, name="discovery_candidates"),
        re_path(
            r"^thesaurus-candidates/(?P<candidate_id>\d+)/(?P<step>try|add|dismiss)/$",
            candidate_desk.candidate_decide,
            name="discovery_candidate",
        ),
    ]


@hooks.register("register_admin_menu_item")
def candidates_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Candidates for the thesaurus"),
        reverse("discovery_candidates"),
        icon_name="search",
        order=219,
        permission=candidate_desk.PERMISSION,
    )


@hooks.register("register_admin_menu_item")
def figures_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Search figures"), reverse("discovery_figures"), icon_name="search", order=217, permission=desk.PERMISSION
    )


@hooks.register("after_edit_snippet")
def index_after_category(request: HttpRequest, instance: Any) -> None:
    """Search by the new slug at once, instead of after the night's rebuild."""
    if isinstance(instance, GigCategory):
        forget_categories()
        # A broker that is away must not spoil what is saved already: the night's rebuild finds it then.
        after_commit(index_category.delay, instance.pk)


def _thesaurus_changed(request: HttpRequest, changed: Any) -> None:
    """After an entry was saved or removed, or several at once: synonyms count at once, new words after the rebuild."""
    first = next(iter(changed), None) if isinstance(changed, list | tuple) else changed
    if isinstance(first, ThesaurusEntry):
        after_commit(lexicon_changed)
        after_commit(rebuild_soon)
        messages.info(
            request,
            _("Searches use it from now on; words that are new here are found everywhere in about %(minutes)s minutes.")
            % {"minutes": REBUILD_AFTER_SECONDS // 60},
        )


for _moment in ("after_create_snippet", "after_edit_snippet", "after_delete_snippet"):
    hooks.register(_moment, _thesaurus_changed)
    hooks.register(_moment, bans_changed)


@hooks.register("register_admin_urls")
def recommendation_urls():
    return [path("recommendations/", recommending.recommendation_desk, name="discovery_recommendations")]


@hooks.register("register_admin_menu_item")
def recommendation_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Recommendations"),
        reverse("discovery_recommendations"),
        icon_name="pick",
        order=220,
        permission=recommending.PERMISSION,
    )


@hooks.register("construct_homepage_panels")
def search_panels(request: HttpRequest, panels: list[Component]) -> None:
    """Whether PostgreSQL has to search in the cluster's place."""
    panels += panels_for(request.user)
