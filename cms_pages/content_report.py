"""Report of all pages for those who look after them: what is live, what is planned, what is to be mended. With CSV and XLSX."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.filters import ContentTypeFilter, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.reports import PageReportView
from wagtail.coreutils import get_content_type_label
from wagtail.models import Locale, Page, get_page_content_types
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms_pages.publishing_checks import check_page

_POLICY = PagePermissionPolicy()
_NEEDED = ("add", "change", "publish")


class ContentReportFilterSet(WagtailFilterSet):
    """By kind, language, being live, a change not published yet, and a missing description."""

    content_type = ContentTypeFilter(
        label=_("Type"), queryset=lambda request: get_page_content_types(include_base_page_type=False)
    )
    locale = django_filters.ModelChoiceFilter(label=_("Language"), queryset=Locale.objects.all())
    no_description = django_filters.BooleanFilter(
        field_name="search_description",
        lookup_expr="exact",
        method="filter_description",
        label=_("Without a description"),
    )

    class Meta:
        model = Page
        fields = ["content_type", "locale", "live", "has_unpublished_changes", "no_description"]

    def filter_description(self, queryset: QuerySet[Page], _name: str, value: bool) -> QuerySet[Page]:
        return queryset.filter(search_description="") if value else queryset.exclude(search_description="")


class ContentReportView(PageReportView):
    """Every page that the reader may work on."""

    page_title = _("Pages and what to mend")
    header_icon = "list-ul"
    results_template_name = "cms_pages/admin/content_report_results.html"
    filterset_class = ContentReportFilterSet
    index_url_name = "content_report"
    index_results_url_name = "content_report_results"
    any_permission_required = _NEEDED
    permission_policy = _POLICY
    list_export = [
        "title",
        "content_type",
        "locale.language_code",
        "status_string",
        "full_url",
        "first_published_at",
        "last_published_at",
        "go_live_at",
        "expire_at",
        "search_description",
        "blocking",
        "advice",
    ]
    export_headings = {
        "title": _("Title"),
        "content_type": _("Type"),
        "locale.language_code": _("Language"),
        "status_string": _("Status"),
        "full_url": _("Address"),
        "first_published_at": _("First published"),
        "last_published_at": _("Last published"),
        "go_live_at": _("Goes live"),
        "expire_at": _("Taken down"),
        "search_description": _("Description"),
        "blocking": _("To be mended"),
        "advice": _("Advice"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.custom_field_preprocess = {
            **self.custom_field_preprocess,
            "content_type": {self.FORMAT_CSV: get_content_type_label, self.FORMAT_XLSX: get_content_type_label},
        }

    def get_filename(self) -> str:
        return "jiangji-pages"

    def get_base_queryset(self) -> QuerySet[Page]:
        may_work_on = _POLICY.instances_user_has_any_permission_for(self.request.user, _NEEDED)
        pages = Page.objects.filter(pk__in=may_work_on, depth__gt=1)
        return pages.select_related("content_type", "locale").annotate_approved_schedule().order_by("path")

    def decorate_paginated_queryset(self, object_list: Any) -> list[Page]:
        """Each page with what its checks say; the ones shown, or all of them for a sheet."""
        pages = list(object_list)
        specific = {page.pk: page for page in Page.objects.filter(pk__in=[page.pk for page in pages]).specific()}
        for page in pages:
            page.findings = check_page(specific[page.pk])
            page.blocking = "\n".join(finding.words for finding in page.findings if finding.is_blocking)
            page.advice = "\n".join(finding.words for finding in page.findings if not finding.is_blocking)
        return pages


def _may_read(request: HttpRequest) -> bool:
    return _POLICY.user_has_any_permission(request.user, _NEEDED)


class ContentReportMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return _may_read(request)


@hooks.register("register_reports_menu_item")
def content_report_menu_item() -> MenuItem:
    return ContentReportMenuItem(
        _("Pages and what to mend"), reverse("content_report"), icon_name="list-ul", name="content-report", order=100
    )


@hooks.register("register_admin_urls")
def content_report_urls() -> list[URLPattern]:
    return [
        path("reports/content/", ContentReportView.as_view(), name="content_report"),
        path("reports/content/results/", ContentReportView.as_view(results_only=True), name="content_report_results"),
    ]
