"""Announcing a draft in Wagtail's admin: its whole text and what it changes are read before, and the figures it changes typed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.log_actions import registry

from cms_pages.errors import RulesTextError, RulesTextErrorCode
from cms_pages.models import RulesText
from cms_pages.rules import figures_as_of, rule_in_words
from cms_pages.rules_diff import Line, changed_lines
from cms_pages.rules_figures import coming_figures, digest_of_draft, figures_of, settings_in
from cms_pages.rules_texts import announce_rules_text, numbers_in_force, text_of
from cms_pages.rules_wording import body_html
from marketplace.accounts.models import User
from marketplace.core.config import DEFINITIONS, get_config

PERMISSION = "cms_pages.announce_rulestext"
_FIGURE = "figure-"
_LANGUAGES = (("zh-hans", "zh", gettext_lazy("Chinese")), ("en", "en", gettext_lazy("English")))
_WRITING = ("wagtail.create", "wagtail.edit")


class AnnounceForm(forms.Form):
    """When a draft takes effect, until when people can say what they think of it, and which of its figures change."""

    comments_until = forms.DateTimeField(label=gettext_lazy("Comments until"), widget=AdminDateTimeInput)
    effective_at = forms.DateTimeField(
        label=pgettext_lazy("a version of the rules", "In force from"),
        widget=AdminDateTimeInput,
        help_text=gettext_lazy("At least seven days from now. Members are told at once."),
    )

    def __init__(self, *args: Any, text: RulesText, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in settings_in(text):
            definition = DEFINITIONS[key]
            self.fields[_FIGURE + key] = forms.IntegerField(
                label=f"{definition.description} ({key})",
                required=False,
                min_value=definition.minimum,
                max_value=definition.maximum,
                help_text=_figure_help(key),
            )

    @property
    def new_figures(self) -> dict[str, int]:
        """The values that were typed, by key of the setting."""
        return {
            name.removeprefix(_FIGURE): value
            for name, value in self.cleaned_data.items()
            if name.startswith(_FIGURE) and value is not None
        }


def _figure_help(key: str) -> str:
    definition, value = DEFINITIONS[key], get_config(key)
    words = {
        "value": value,
        "unit": definition.unit,
        "words": rule_in_words(key),
        "minimum": definition.minimum,
        "maximum": definition.maximum,
    }
    said = _("Now %(words)s (%(value)s %(unit)s). From %(minimum)s to %(maximum)s. Empty: it stays as it is.") % words
    coming = coming_figures()
    if coming.get(key, value) == value:
        return said
    with figures_as_of(coming):
        return said + " " + _("Announced already: %(words)s.") % {"words": rule_in_words(key)}


@dataclass(frozen=True)
class Reading:
    """A draft in one language, for whoever announces it."""

    language: str
    name: str
    changes: str
    html: SafeString
    lines: list[Line]


@dataclass(frozen=True)
class Writing:
    """Who wrote a draft last, and when."""

    name: str
    at: datetime


@permission_required(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: HttpRequest, text_id: int) -> HttpResponse:
    """Announce a draft as it was read: its days, its new figures, and what was refused about them."""
    text = get_object_or_404(RulesText, pk=text_id)
    form = AnnounceForm(request.POST or None, text=text)
    list_url = reverse("wagtailsnippets_cms_pages_rulestext:list")
    digest = digest_of_draft(text)
    if request.method == "POST":
        posted = request.POST.get("digest", "")
        if form.is_valid():
            days = {name: form.cleaned_data[name] for name in ("comments_until", "effective_at")}
            try:
                announce_rules_text(text_id=text.pk, **days, new_figures=form.new_figures, digest=posted)
            except RulesTextError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, _("The version is announced. Members are being told."))
                return redirect(list_url)
        elif posted != digest:
            form.add_error(None, str(RulesTextError.messages[RulesTextErrorCode.DRAFT_CHANGED]))
        text.refresh_from_db()
        digest = digest_of_draft(text)
    context = {
        "text": text,
        "form": form,
        "list_url": list_url,
        "digest": digest,
        "before": text_of(text.document, numbers_in_force().get(text.document)),
        "readings": readings(text, request=request) if text.announced_at is None else [],
        "written": last_writing(text),
    }
    return render(request, "cms_pages/admin/announce_rules.html", context, status=422 if form.errors else 200)


def readings(text: RulesText, *, request: HttpRequest) -> list[Reading]:
    """A draft in both languages, each with what it changes of the version in force."""
    before = text_of(text.document, numbers_in_force().get(text.document))
    found = []
    for code, suffix, name in _LANGUAGES:
        with override(code):
            html = body_html(getattr(text, f"body_{suffix}"), figures=figures_of(text), request=request)
            old = (
                body_html(getattr(before, f"body_{suffix}"), figures=figures_of(before), request=request)
                if before
                else ""
            )
        changes = cast(str, getattr(text, f"changes_{suffix}"))
        found.append(Reading(code, str(name), changes, html, changed_lines(old, html) if before else []))
    return found


def last_writing(text: RulesText) -> Writing | None:
    """Who wrote a version last in the admin; None where a program did."""
    entry = registry.get_logs_for_instance(text).filter(action__in=_WRITING).order_by("-timestamp").first()
    if entry is None:
        return None
    user = User.objects.filter(pk=entry.user_id).first()
    return Writing(user.display_name if user is not None else str(entry.user_display_name), entry.timestamp)
