"""Gigs in the admin: moderators find, read, compare and judge them there."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from marketplace.core.money import display_yuan
from marketplace.gigs.models import Gig, GigCategory


class GigFilterSet(WagtailFilterSet):
    class Meta:
        model = Gig
        fields = ["status", "category", "language"]


class GigViewSet(SnippetViewSet):
    model = Gig
    icon = "tag"
    menu_label = _("Services")
    menu_name = "gigs"
    menu_order = 200
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    list_per_page = 50
    list_display = [
        "title",
        Column("seller", label=_("Seller"), sort_key="seller__profile__display_name"),
        Column("category", label=_("Subcategory")),
        Column(lambda gig: f"¥{display_yuan(gig.stats.price_from_fen)}", label=_("Price from")),
        StatusTagColumn(
            "status", accessor="get_status_display", label=_("Status"), primary=lambda gig: gig.status == "live"
        ),
        DateColumn("updated_at", label=_("Changed"), sort_key="updated_at"),
    ]
    filterset_class = GigFilterSet
    search_fields = ["title", "description"]
    inspect_view_fields = [
        "title",
        "seller",
        "category",
        "status",
        "description",
        "language",
        "created_at",
        "updated_at",
    ]
    list_export = ["pk", "title", "seller", "category", "get_status_display", "created_at"]
    panels = [
        # A select of all users would hang the page; who sells is not the moderator's to change (pitfall 12).
        MultiFieldPanel(
            [FieldPanel("seller", read_only=True), FieldPanel("status", read_only=True), FieldPanel("category")],
            heading=_("Listing"),
        ),
        FieldPanel("title"),
        FieldPanel("description"),
        FieldPanel("tags"),
        InlinePanel("packages", heading=_("Packages"), max_num=3),
        InlinePanel("media", heading=_("Gallery"), max_num=5),
        InlinePanel("extras", heading=_("Add-ons")),
        InlinePanel("requirements", heading=_("Requirements")),
        InlinePanel("faqs", heading=_("Questions")),
    ]

    def get_queryset(self, request):
        return Gig.objects.select_related("seller__profile", "category", "stats", "latest_revision")


class GigCategoryViewSet(SnippetViewSet):
    model = GigCategory
    icon = "folder-open-inverse"
    menu_label = _("Service categories")
    menu_name = "gig-categories"
    menu_order = 210
    add_to_admin_menu = True
    list_display = ["name", "name_en", "parent", "position", "is_active"]
    list_filter = ["is_active", "parent"]
    search_fields = ["name", "name_en", "slug"]
    list_per_page = 100
    panels = [
        FieldPanel("parent"),
        FieldPanel("name"),
        FieldPanel("name_en"),
        FieldPanel("slug"),
        FieldPanel("icon"),
        FieldPanel("summary"),
        FieldPanel("summary_en"),
        FieldPanel("position"),
        FieldPanel("is_active"),
    ]


register_snippet(GigViewSet)
register_snippet(GigCategoryViewSet)
