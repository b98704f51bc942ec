"""The review in Wagtail's admin: addresses, the line of the menu, the reasons, and the ways from Wagtail's own pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.action_menu import ActionMenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, WorkflowPreviewView

from marketplace.accounts.models import User
from marketplace.core.admin_menu import PermittedMenuItem
from marketplace.gigs import review_desk, review_selectors
from marketplace.gigs.models import Gig, ReviewReason


@hooks.register("register_admin_urls")
def review_urls() -> list[URLPattern]:
    case = "gigs/reviews/<int:case_id>/"
    return [
        path("gigs/reviews/", review_desk.case_list, name="gigs_reviews"),
        path(case, review_desk.case_detail, name="gigs_review"),
        path(f"{case}approve/", review_desk.case_approve, name="gigs_review_approve"),
        path(f"{case}send-back/", review_desk.case_send_back, name="gigs_review_send_back"),
        path(f"{case}take-over/", review_desk.case_take_over, name="gigs_review_take_over"),
    ]


class QueueMenuItem(PermittedMenuItem):
    """The queue with how many wait for this very person."""

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        """Wagtail's own line, counted."""
        line: LinkMenuItem = super().render_component(request)
        number = review_selectors.cases_to_decide(request.user).count() if isinstance(request.user, User) else 0
        line.label = f"{self.label} {number}" if number else str(self.label)
        return line


@hooks.register("register_admin_menu_item")
def queue_menu_item() -> QueueMenuItem:
    return QueueMenuItem(
        _("Services to review"),
        reverse("gigs_reviews"),
        name="gig-reviews",
        icon_name="tasks",
        order=190,
        permission=review_desk.PERMISSION,
    )


class ReviewMenuItem(ActionMenuItem):
    """From the edit page of a gig to where it is compared and judged."""

    name = "action-review"
    label = _("Compare and decide")
    icon_name = "tasks"
    order = 10

    def is_shown(self, context: dict[str, Any]) -> bool:
        gig = context.get("instance")
        return (
            gig is not None
            and context["request"].user.has_perm(review_desk.PERMISSION)
            and review_selectors.open_case_of(gig) is not None
        )

    def get_url(self, parent_context: dict[str, Any]) -> str | None:
        case = review_selectors.open_case_of(parent_context["instance"])
        return reverse("gigs_review", args=[case.pk]) if case else None


@hooks.register("register_snippet_action_menu_item")
def review_menu_item(model: type) -> ActionMenuItem | None:
    """Add the way to gigs."""
    return ReviewMenuItem() if model is Gig else None


class ReviewInsteadOfPreview(WorkflowPreviewView):
    """Wagtail's first page links here from what waits: to the comparison, which shows more than a preview."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        case = review_selectors.open_case_of(self.object)
        if case is None:
            response: HttpResponse = super().get(request, *args, **kwargs)
            return response
        return redirect("gigs_review", case.pk)


class ReviewReasonViewSet(SnippetViewSet):
    model = ReviewReason
    icon = "warning"
    menu_label = _("Reasons to send back")
    menu_name = "gig-review-reasons"
    menu_order = 215
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["code", "label", "label_en", "part", BooleanColumn("is_active", label=_("Offered"))]
    list_filter = ["part", "is_active"]
    search_fields = ["code", "label", "label_en"]
    panels = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("part"), FieldPanel("position"), FieldPanel("is_active")]),
        FieldPanel("label"),
        FieldPanel("label_en"),
        FieldPanel("advice"),
        FieldPanel("advice_en"),
    ]


register_snippet(ReviewReasonViewSet)
