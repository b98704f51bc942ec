"""Forms that editors put together. Their entries are personal data: kept for a stated time, seen by who may edit the form."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.forms.models import AbstractFormField, FormMixin, FormSubmission
from wagtail.contrib.forms.panels import FormSubmissionsPanel
from wagtail.fields import RichTextField
from wagtail.models import TranslatableMixin

from cms_pages.form_guard import GUARD_FIELDS, guarded, may_send
from cms_pages.models.base import BasePage, Crumb

_SENT = "sent"


class FormField(TranslatableMixin, AbstractFormField):
    """One question of a form, translated with its page."""

    page = ParentalKey("cms_pages.FormPage", on_delete=models.CASCADE, related_name="form_fields")

    class Meta(TranslatableMixin.Meta, AbstractFormField.Meta):
        pass


class FormPage(FormMixin, BasePage):
    """A form, on a page of its own and within any page that has a form block for it."""

    intro = RichTextField(_("introduction"), features=["bold", "link"], blank=True)
    button = models.CharField(_("words of the button"), max_length=20)
    consent = RichTextField(
        _("consent"),
        features=["link"],
        help_text=_("What the data is for, who sees it and how long it is kept. Nobody can send the form without it."),
    )
    thanks = RichTextField(_("after it was sent"), features=["bold", "link"])
    keep_days = models.PositiveSmallIntegerField(
        _("entries are kept for, in days"),
        default=180,
        validators=[MinValueValidator(7), MaxValueValidator(730)],
        help_text=_("Then they are deleted, without a trace."),
    )

    template = "cms_pages/form_page.html"
    parent_page_types = ["cms_pages.LandingIndexPage"]
    subpage_types: list[str] = []

    content_panels = [
        FormSubmissionsPanel(),
        *BasePage.content_panels,
        FieldPanel("intro"),
        InlinePanel("form_fields", label=_("question"), heading=_("Questions"), min_num=1, max_num=12),
        MultiFieldPanel(
            [FieldPanel("button"), FieldPanel("consent"), FieldPanel("keep_days"), FieldPanel("thanks")],
            heading=_("Consent and answer"),
        ),
    ]

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")

    def get_submissions_list_view_class(self) -> type:
        """Wagtail's list of entries, whose words are strangers'."""
        from wagtail.contrib.forms.views import SubmissionsListView

        from marketplace.core.exports import InertExport

        return type("FormEntries", (InertExport, SubmissionsListView), {})

    def get_form_class(self) -> type[BaseForm]:
        """The editors' questions, then the consent and what stops programs."""
        return guarded(super().get_form_class(), consent=self.consent)

    def process_form_submission(self, form: Any) -> FormSubmission:
        """Keep the answers, with the very words that were consented to."""
        answers = {name: value for name, value in form.cleaned_data.items() if name not in GUARD_FIELDS}
        return self.get_submission_class().objects.create(
            form_data={**answers, "consented_to": self.consent}, page=self
        )

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; as a part when htmx asks from within another page. Never kept by a cache: it holds a token."""
        is_part = bool(getattr(request, "htmx", False))
        form = self.get_form(request.POST or None, page=self, user=request.user)
        if request.method == "POST" and form.is_valid():
            if not form.is_from_program and may_send(request):
                self.process_form_submission(form)
            # A program is told the same: it shall not learn what gave it away.
            if not is_part:
                return HttpResponseRedirect(f"{self.url}?{_SENT}=1")
            return self._answer(request, "cms_pages/_form_thanks.html", {"page": self})
        if not is_part and request.GET.get(_SENT) == "1":
            return self._answer(request, self.template, {**self.get_context(request), "is_sent": True})
        context = {**self.get_context(request), "form": form}
        return self._answer(request, "cms_pages/_form.html" if is_part else self.template, context)

    def _answer(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        response = TemplateResponse(request, template, context)
        add_never_cache_headers(response)
        return response

    @cached_property
    def crumbs(self) -> list[Crumb]:
        parent = self.parent_page
        home = parent.get_parent() if parent else None
        steps = [Crumb(str(_("Home")), home.url if home else "/")]
        return [*steps, *([Crumb(parent.title, parent.url)] if parent else []), Crumb(self.title, "")]
