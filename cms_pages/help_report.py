"""The report of help articles that helped least: what readers answered lately, the worst on top; CSV and XLSX."""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Count, F, FloatField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.views.reports import ReportView
from wagtail.models import Locale
from wagtail.permissions import page_permission_policy

from cms_pages.content_report import ANY_OF, ContentReportMenuItem
from cms_pages.models import HelpFeedback, HelpPage

WINDOW = timedelta(days=90)
# As if everybody had four answers more, one of them a no: one angry reader of one is not the worst article of all.
_WEIGHT_ANSWERS, _WEIGHT_NOS = 4, 1
_PERCENT = 100


class HelpReportFilterSet(WagtailFilterSet):
    """By language."""

    locale = django_filters.ModelChoiceFilter(label=_("Language"), queryset=Locale.objects.all())

    class Meta:
        model = HelpPage
        fields = ["locale"]


def judged_articles() -> QuerySet[HelpPage]:
    """Help articles with answers of the last 90 days, those that helped least first.

    Each has `answers`, `unhelpful` (counts), `unhelpful_percent`, `newest_words` (of somebody whom it did not help, else of
    anybody; empty when nobody wrote) and `answered_at`. The clock is the real one: the database dates the answers.
    """
    since = timezone.now() - WINDOW
    lately = Q(feedback__created_at__gte=since)
    words = HelpFeedback.objects.filter(page=OuterRef("pk"), created_at__gte=since).exclude(comment="")
    return (
        HelpPage.objects.defer("body")
        .annotate(
            answers=Count("feedback", filter=lately),
            unhelpful=Count("feedback", filter=lately & Q(feedback__helpful=False)),
            answered_at=Max("feedback__created_at", filter=lately),
            newest_words=Subquery(words.order_by("helpful", "-created_at").values("comment")[:1]),
        )
        .filter(answers__gt=0)
        .annotate(
            unhelpful_percent=F("unhelpful") * _PERCENT / F("answers"),
            badness=Cast(F("unhelpful") + _WEIGHT_NOS, FloatField()) / (F("answers") + _WEIGHT_ANSWERS),
        )
        .order_by("-badness", "-answers", "pk")
    )


class HelpReportView(ReportView):
    """Where to begin with mending the help centre."""

    page_title = _("Help articles that help least")
    header_icon = "help"
    results_template_name = "cms_pages/admin/help_report_results.html"
    index_url_name = "cms_help_report"
    index_results_url_name = "cms_help_report_results"
    filterset_class = HelpReportFilterSet
    any_permission_required = ANY_OF
    permission_policy = page_permission_policy
    context_object_name = "articles"
    model = HelpPage
    list_export = [
        "title",
        "locale.language_code",
        "url",
        "answers",
        "unhelpful",
        "unhelpful_percent",
        "newest_words",
        "answered_at",
    ]
    export_headings = {
        "title": _("Title"),
        "locale.language_code": _("Language"),
        "url": _("Address"),
        "answers": pgettext_lazy("of readers", "Answers"),
        "unhelpful": _("Not helpful"),
        "unhelpful_percent": _("Not helpful, in percent"),
        "newest_words": _("Newest words"),
        "answered_at": _("Newest answer"),
    }

    def get_queryset(self) -> QuerySet[HelpPage]:
        own = page_permission_policy.instances_user_has_any_permission_for(self.request.user, ANY_OF)
        self.queryset = judged_articles().filter(pk__in=own.values("pk")).select_related("locale")
        return super().get_queryset()


def help_report_menu_item() -> ContentReportMenuItem:
    """Its entry under Reports."""
    return ContentReportMenuItem(
        _("Help articles that help least"), reverse("cms_help_report"), name="help-report", icon_name="help", order=110
    )


def help_report_urls() -> list[Any]:
    """The page, and its rows alone for the filters."""
    return [
        path("reports/help/", HelpReportView.as_view(), name="cms_help_report"),
        path("reports/help/results/", HelpReportView.as_view(results_only=True), name="cms_help_report_results"),
    ]
