"""How long is kept what the editors' pages take in (core/retention.py)."""

from datetime import timedelta
from typing import Any

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Value
from wagtail.contrib.forms.models import FormSubmission

from cms_pages.models import FormPage
from marketplace.core.retention import Bound, Rule, at_once


def entries_with_their_end() -> QuerySet[Any]:
    """Every entry with the moment (`gone_at`) to which its form keeps it."""
    days = FormPage.objects.filter(pk=OuterRef("page_id")).values("keep_days")
    kept = ExpressionWrapper(Subquery(days) * Value(timedelta(days=1)), output_field=DurationField())
    end = ExpressionWrapper(F("submit_time") + kept, output_field=DateTimeField())
    return FormSubmission.objects.annotate(gone_at=end)


RULES: tuple[Rule, ...] = (
    Rule(
        "cms_pages.form_entries",
        ("wagtailforms.FormSubmission",),
        "what people send with a form of the editors",
        "as many days as the form says, above its button",
        "个人信息保护法 §17, §19",
        "cms_pages.tasks.forget_form_entries",
        (Bound(entries_with_their_end, "gone_at", at_once),),
    ),
    Rule(
        "cms_pages.editors",
        (
            "cms_pages.CategoryPage", "cms_pages.FormPage", "cms_pages.HelpIndexPage", "cms_pages.HelpPage",
            "cms_pages.HelpSectionPage", "cms_pages.HomePage", "cms_pages.LandingIndexPage", "cms_pages.LandingPage",
            "cms_pages.StandardPage", "cms_pages.SiteImage",
        ),
        "which of the editors made or locked a page or a picture",
        "as long as the page or picture",
        "our decision",
    ),
    Rule(
        "cms_pages.house",
        ("cms_pages.SiteSettings", "cms_pages.AddressNews"),
        "the house's own number and address; addresses of pages that search engines are told of",
        "of nobody",
        "our decision",
    ),
)  # fmt: skip
