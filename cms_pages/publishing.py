"""What has to be right before a page goes live, and what follows when it does (what is forgotten then: forgetting.py)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.pages.bulk_actions.publish import PublishBulkAction
from wagtail.models import Page
from wagtail.signals import page_published

from cms_pages.checklist import checklist_of, stops_publishing
from cms_pages.permissions import begins_a_section, grant_sections
from cms_pages.translating import follow_source


def connect_signals() -> None:
    """Wagtail's hooks see what people do in the admin only; the clock publishes too, and so does a translation."""
    page_published.connect(_on_published, dispatch_uid="cms_published")


def _on_published(instance: Page, **_kwargs: Any) -> None:
    if begins_a_section(instance):
        grant_sections()
    follow_source(instance)


def refuse_unready(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Hook before publishing: back to the editor, where the draft is kept, while something stops the page."""
    if not stops_publishing(page):
        return None
    messages.error(request, _("Saved as a draft, not published: the checklist names what must be mended first."))
    return redirect("wagtailadmin_pages:edit", page.pk)


def refuse_unready_together(
    request: HttpRequest, action_type: str, pages: list[Page], action: Any
) -> HttpResponse | None:
    """Hook before pages are published together, from a list: none is while something stops one of them."""
    if action_type != "publish" or not isinstance(action, PublishBulkAction):
        return None
    with_those_below = action.get_execution_context()["include_descendants"]
    below = [below for page in pages for below in page.get_descendants().not_live()] if with_those_below else []
    unready = [page.title for page in [*pages, *below] if stops_publishing(page.get_latest_revision_as_object())]
    if not unready:
        return None
    refusal = _("Nothing was published: mend what the checklist of these pages names first: %(titles)s")
    messages.error(request, refusal % {"titles": ", ".join(unready)})
    return redirect(get_valid_next_url_from_request(request) or reverse("wagtailadmin_explore_root"))


def tell_of_refused_approval(request: HttpRequest, page: Page) -> None:
    """Hook after editing: the form that approved a page also put something into it that stops it."""
    approves = request.POST.get("workflow-action-name") == "approve" and "action-workflow-action" in request.POST
    if approves and page.workflow_in_progress and stops_publishing(page):
        messages.error(request, _("Saved, not approved: the checklist names what must be mended first."))


def warn_at_submission(request: HttpRequest, page: Page) -> None:
    """Hook after a page is submitted: the writer hears what the editor will see."""
    if "action-submit" in request.POST and (open_points := checklist_of(page)):
        messages.warning(
            request, _("Submitted with %(count)d open points on the checklist.") % {"count": len(open_points)}
        )
