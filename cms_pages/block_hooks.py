"""The admin of blocks and campaign pages: films, starting templates, and what a page with blocks needs besides."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from cms_pages.landing_templates import TEMPLATES, begin_landing_page
from cms_pages.models import LandingPage
from cms_pages.videos import SiteVideoViewSet

register_snippet(SiteVideoViewSet)

_EMPTY = "empty"


@hooks.register("before_create_page")
def choose_landing_template(request: HttpRequest, parent_page: Page, page_class: type[Page]) -> HttpResponse | None:
    """Before the empty form of a campaign page: a choice of filled ones. The page is made as a draft and opened."""
    if page_class is not LandingPage or request.GET.get("template") == _EMPTY:
        return None
    key, title = request.POST.get("landing_template", ""), request.POST.get("landing_title", "").strip()
    if request.method == "POST" and not key:
        return None  # the form of the empty page, sent
    problem = ""
    if key in TEMPLATES:
        if not parent_page.permissions_for_user(request.user).can_add_subpage():
            raise PermissionDenied
        if title:
            page = begin_landing_page(parent=parent_page, template=key, title=title, owner=request.user)
            return redirect("wagtailadmin_pages:edit", page.pk)
        problem = _("Give the page a title first.")
    context = {
        "templates": TEMPLATES.values(),
        "parent_page": parent_page,
        "problem": problem,
        "chosen": key,
        "empty_url": f"{request.path}?template={_EMPTY}",
        "breadcrumbs_items": [],
    }
    return TemplateResponse(request, "cms_pages/admin/landing_templates.html", context)
