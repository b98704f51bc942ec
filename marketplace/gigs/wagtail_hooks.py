"""Gigs in the admin: moderators find, read, compare and judge them there."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.log_actions import LogFormatter
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.action_menu import ActionMenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from marketplace.core.money import display_yuan
from marketplace.gigs import moderator_views
from marketplace.gigs.advertising_admin import AdvertisingWordViewSet, forget_changed_words
from marketplace.gigs.category_admin import GigCategoryViewSet
from marketplace.gigs.late_decisions import LateActionView, LateCollectView, LateEditView
from marketplace.gigs.models import Gig
from marketplace.gigs.review_hooks import ReviewInsteadOfPreview
from marketplace.gigs.services import DENY_ACTION, RESTORE_ACTION
from marketplace.gigs.states import GIG_TRANSITIONS, MODERATOR, GigStatus

# Wagtail's other buttons (publish, unpublish, submit, cancel, restart) would change what is live, or start and end
# reviews, behind the back of the gig's status.
_BUTTONS = frozenset({"action-save", "action-locked", "action-deny", "action-review", "approve", "reject"})
_SUBMITTED = frozenset({"action-save", "action-edit", "action-workflow-action"})


class GigPolicy(ModelPermissionPolicy):
    """Gigs are read, corrected and judged in the admin; made, published and removed nowhere in it, by nobody."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in {"view", "change"} and super().user_has_permission(user, action)


class GigEditView(LateEditView):
    """Saves a revision or judges one, and refuses the rest of what Wagtail's form can be asked for."""

    def get_action(self, request: HttpRequest) -> str:
        asked = {name for name in request.POST if name.startswith("action-") and request.POST[name]}
        if asked - _SUBMITTED:
            raise PermissionDenied
        return super().get_action(request)


class DenyMenuItem(ActionMenuItem):
    """Refuse or take down: the one way off the shelf that moderators have."""

    name = "action-deny"
    label = _("Refuse or take down")
    icon_name = "cross"
    order = 90

    def is_shown(self, context: dict[str, Any]) -> bool:
        gig = context.get("instance")
        return (
            gig is not None
            and context["request"].user.has_perm("gigs.change_gig")
            and GIG_TRANSITIONS.allows(GigStatus(gig.status), GigStatus.DENIED, MODERATOR)
        )

    def get_url(self, parent_context: dict[str, Any]) -> str:
        return reverse("gigs_deny", args=[parent_context["instance"].pk])


@hooks.register("register_snippet_action_menu_item")
def deny_menu_item(model: type) -> ActionMenuItem | None:
    """Add the moderators' own button to gigs."""
    return DenyMenuItem() if model is Gig else None


@hooks.register("construct_snippet_action_menu")
def leave_out_publishing(menu_items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Wagtail shows its buttons by Django's permissions, which a superuser has all of, not by the policy."""
    if context["model"] is Gig:
        menu_items[:] = [item for item in menu_items if item.name in _BUTTONS]


@hooks.register("register_admin_urls")
def moderator_urls() -> list[URLPattern]:
    return [path("gigs/<int:pk>/deny/", moderator_views.deny, name="gigs_deny")]


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """Show the reason of a refusal in the gig's history."""

    actions.register_action(RESTORE_ACTION, _("Put back after an appeal"), _("Put back after an appeal, paused"))

    @actions.register_action(DENY_ACTION)
    class DenyFormatter(LogFormatter):
        label = _("Refuse or take down")
        message = _("Refused or taken down")

        def format_comment(self, log_entry: Any) -> str:
            return log_entry.data.get("reason", "")


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
    edit_view_class = GigEditView
    workflow_action_view_class = LateActionView
    collect_workflow_action_data_view_class = LateCollectView
    workflow_preview_view_class = ReviewInsteadOfPreview
    inspect_view_enabled = True
    list_per_page = 50
    list_display = [
        "title",
        Column("seller", label=_("Seller"), sort_key="seller__profile__display_name"),
        Column(lambda gig: gig.category.localized_name if gig.category else "—", label=_("Subcategory")),
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
        # A file field here would take whatever somebody sends, past everything that looks into files, and publish it.
        HelpPanel(template="gigs/admin/_gallery.html", heading=_("Gallery")),
        InlinePanel("extras", heading=_("Add-ons")),
        InlinePanel("requirements", heading=_("Requirements")),
        InlinePanel("faqs", heading=_("Questions")),
    ]

    def get_queryset(self, request):
        return Gig.objects.select_related("seller__profile", "category", "stats", "latest_revision")


register_permission_policy(Gig, GigPolicy(Gig))
register_snippet(GigViewSet)
register_snippet(GigCategoryViewSet)
register_snippet(AdvertisingWordViewSet)
for moment in ("after_create_snippet", "after_edit_snippet", "after_delete_snippet"):
    hooks.register(moment, forget_changed_words)
