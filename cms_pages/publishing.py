"""What has to be right before a page goes live, and what follows when it does (what is forgotten then: forgetting.py)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.models import Page
from wagtail.signals import page_published

from cms_pages.checklist import checklist_of, stops_publishing
from cms_pages.permissions import begins_a_section, grant_sections


def connect_signals() -> None:
    """Wagtail's hooks see what people do in the admin only; the clock publishes too, and so does a translation."""
    page_published.connect(_on_published, dispatch_uid="cms_published")


def _on_published(instance: Page, **_kwargs: Any) -> None:
    if begins_a_section(instance):
        grant_sections()


def refuse_unready(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Hook before publishing: back to the editor, where the draft is kept, while something stops the page."""
    if not stops_publishing(page):
        return None
    messages.error(request, _("Saved as a draft, not published: the checklist names what must be mended first."))
    return redirect("wagtailadmin_pages:edit", page.pk)


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
