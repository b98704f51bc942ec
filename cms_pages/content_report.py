"""The content report: every page that somebody may edit, with what its checklist says; CSV and XLSX."""

from typing import Any

import django_filters
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.filters import ContentTypeFilter, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.reports import PageReportView
from wagtail.models import Locale, Page, get_page_content_types
from wagtail.permissions import page_permission_policy

from cms_pages.checklist import Finding, Point, checklist_of
from marketplace.core.exports import InertExport

# Whoever may do one of these to some page sees the reports.
ANY_OF = ["add", "change", "publish"]


class ContentReportFilterSet(WagtailFilterSet):
    """By kind of page, language, and whether it is live."""

    content_type = ContentTypeFilter(
        label=pgettext_lazy("of a page", "Type"),
        queryset=lambda request: get_page_content_types(include_base_page_type=False),
    )
    locale = django_filters.ModelChoiceFilter(label=_("Language"), queryset=Locale.objects.all())

    class Meta:
        model = Page
        fields = ["content_type", "locale", "live", "has_unpublished_changes"]


def _named(point: Point) -> str:
    return f"findings_{point}"


class ContentReportView(InertExport, PageReportView):
    """What is on the site, and what is wrong with it. The draft is judged, as the editor shows it."""

    page_title = _("Content report")
    header_icon = "list-ul"
    results_template_name = "cms_pages/admin/content_report_results.html"
    index_url_name = "cms_content_report"
    index_results_url_name = "cms_content_report_results"
    filterset_class = ContentReportFilterSet
    any_permission_required = ANY_OF
    export_filename = "jiangji-pages"
    list_export = [
        "title",
        "page_type_display_name",
        "locale.language_code",
        "url",
        "status_string",
        "begun_by",
        "first_published_at",
        "latest_revision_created_at",
        "planned_for",
        "expire_at",
        "seo_title",
        "search_description",
        "findings_stopping",
        *(_named(point) for point in Point),
    ]
    export_headings = {
        "title": _("Title"),
        "page_type_display_name": pgettext_lazy("of a page", "Type"),
        "locale.language_code": _("Language"),
        "url": _("Address"),
        "status_string": _("Status"),
        "begun_by": pgettext_lazy("of a page", "Begun by"),
        "first_published_at": pgettext_lazy("of a page", "First published"),
        "latest_revision_created_at": pgettext_lazy("of a page", "Last edited"),
        "planned_for": pgettext_lazy("of a page", "Goes live"),
        "expire_at": pgettext_lazy("of a page", "Taken down"),
        "seo_title": _("Title for search engines"),
        "search_description": _("Description for search engines"),
        "findings_stopping": _("Stops publishing"),
        _named(Point.SEO_TITLE): _("Findings: title for search engines"),
        _named(Point.DESCRIPTION): _("Findings: description for search engines"),
        _named(Point.ALT_TEXT): _("Findings: descriptions of pictures"),
        _named(Point.LINKS): _("Findings: links"),
        _named(Point.WORDS): _("Findings: forbidden words"),
        _named(Point.BLOCKS): _("Findings: empty blocks"),
    }

    def get_queryset(self) -> QuerySet[Page]:
        self.queryset = (
            page_permission_policy.instances_user_has_any_permission_for(self.request.user, ANY_OF)
            .filter(depth__gt=1)
            .select_related("content_type", "locale", "owner__profile", "latest_revision")
            .annotate_approved_schedule()
            .prefetch_workflow_states()
            .order_by("path")
        )
        return super().get_queryset()

    def decorate_paginated_queryset(self, object_list: Any) -> list[Page]:
        return [_judged(page) for page in object_list]


def _judged(page: Page) -> Page:
    draft = page.get_latest_revision_as_object().specific
    findings: list[Finding] = checklist_of(draft)
    page.findings_stopping = sum(finding.stops for finding in findings)
    page.findings_advice = len(findings) - page.findings_stopping
    page.begun_by = page.owner.display_name if page.owner else ""
    page.planned_for = draft.go_live_at if page.approved_schedule else None
    page.seo_title, page.search_description = draft.seo_title, draft.search_description
    for point in Point:
        setattr(page, _named(point), sum(finding.point == point for finding in findings))
    return page


class ContentReportMenuItem(MenuItem):
    """For those who may edit some page."""

    def is_shown(self, request: HttpRequest) -> bool:
        if isinstance(request.user, AnonymousUser):
            return False
        return page_permission_policy.user_has_any_permission(request.user, ANY_OF)


def report_menu_item() -> ContentReportMenuItem:
    """Its entry under Reports."""
    return ContentReportMenuItem(
        _("Content report"), reverse("cms_content_report"), name="content-report", icon_name="list-ul", order=100
    )


def report_urls() -> list[Any]:
    """The page, and its rows alone for the filters."""
    return [
        path("reports/content/", ContentReportView.as_view(), name="cms_content_report"),
        path(
            "reports/content/results/",
            ContentReportView.as_view(results_only=True),
            name="cms_content_report_results",
        ),
    ]
