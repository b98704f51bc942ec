"""Categories in the admin: the tree, and the attributes of each with their options."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import quote
from django.db.models import ProtectedError, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.views.snippets import DeleteView, InspectView, SnippetViewSet

from marketplace.gigs.attributes import attributes_of
from marketplace.gigs.category_forms import CategoryForm
from marketplace.gigs.category_usage import category_tree
from marketplace.gigs.models import GigCategory


class CategoryInspectView(InspectView):
    """What moderators see: they judge gigs by the attributes, and edit none."""

    def get_attributes_display_value(self) -> str:
        """The attributes that gigs here have, inherited ones too, with their options."""
        return (
            "; ".join(
                f"{one.name}: {', '.join(option.name for option in one.options)}" for one in attributes_of(self.object)
            )
            or "–"
        )


class CategoryDeleteView(DeleteView):
    """Says what stands in the way. The rows know; Wagtail's reference index leaves gigs out (models/gigs.py)."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except ProtectedError:
            messages.error(self.request, _("There are services or subcategories in it. Hide it instead."))
            return redirect(reverse(self.edit_url_name, args=[quote(self.object.pk)]))


class GigCategoryViewSet(SnippetViewSet):
    model = GigCategory
    icon = "folder-open-inverse"
    menu_label = _("Service categories")
    menu_name = "gig-categories"
    menu_order = 210
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_class = CategoryInspectView
    delete_view_class = CategoryDeleteView
    inspect_view_fields = ["name", "name_en", "parent", "slug", "summary", "summary_en", "is_active", "attributes"]
    list_display = [
        "indented_name",
        "name_en",
        Column("live_gigs", label=_("On sale"), width="8%"),
        Column("attribute_count", label=_("Attributes"), width="8%"),
        Column("position", label=_("Position"), width="8%"),
        BooleanColumn("is_active", label=_("Shown")),
    ]
    ordering = ["tree_position", "tree_root", "depth", "position", "pk"]
    list_filter = ["is_active"]
    search_fields = ["name", "name_en", "slug"]
    list_per_page = 100
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("parent"),
                    FieldRowPanel([FieldPanel("name"), FieldPanel("name_en")]),
                    FieldPanel("slug"),
                    FieldPanel("icon"),
                    FieldPanel("summary"),
                    FieldPanel("summary_en"),
                    FieldRowPanel([FieldPanel("position"), FieldPanel("is_active")]),
                ],
                heading=_("Service category"),
            ),
            HelpPanel(
                _(
                    "Attributes describe the services of a category and are filters of the search. Subcategories inherit "
                    "those of their category: put here what holds for all of them."
                )
            ),
            InlinePanel(
                "attributes",
                heading=_("Attributes"),
                label=_("Attribute"),
                panels=[
                    FieldRowPanel([FieldPanel("name"), FieldPanel("name_en")]),
                    FieldRowPanel([FieldPanel("key"), FieldPanel("kind"), FieldPanel("is_required")]),
                    InlinePanel(
                        "options",
                        heading=_("Options"),
                        label=_("Option"),
                        panels=[FieldRowPanel([FieldPanel("name"), FieldPanel("name_en"), FieldPanel("key")])],
                    ),
                ],
            ),
            FieldPanel("confirms_removal"),
        ],
        base_form_class=CategoryForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return category_tree()
