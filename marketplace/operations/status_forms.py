"""Forms of the desk of the status page: everything that people read is written in both languages."""

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from marketplace.operations.incidents import STAGES
from marketplace.operations.models import Incident, IncidentKind, IncidentUpdate, Stage
from marketplace.operations.public_parts import PARTS


def _length(model: Any, name: str) -> int:
    return int(model._meta.get_field(name).max_length)


class _Words(forms.Form):
    """What is said, in both languages."""

    text = forms.CharField(
        label=_("What people should know"),
        max_length=_length(IncidentUpdate, "text"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What happened, what it means for their money and time, when you write again."),
    )
    text_en = forms.CharField(
        label=_("The same in English"),
        max_length=_length(IncidentUpdate, "text_en"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class IncidentForm(_Words):
    """A disturbance, or maintenance that is announced."""

    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=IncidentKind,
        initial=IncidentKind.INCIDENT,
        widget=forms.RadioSelect,
    )
    title = forms.CharField(label=pgettext_lazy("of an incident", "Title"), max_length=_length(Incident, "title"))
    title_en = forms.CharField(
        label=pgettext_lazy("of an incident", "Title in English"), max_length=_length(Incident, "title_en")
    )
    parts = forms.MultipleChoiceField(
        label=_("Parts of the site it is about"),
        choices=[(key, part.name) for key, part in PARTS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    starts_at = forms.DateTimeField(
        label=pgettext_lazy("of an incident", "From"),
        required=False,
        widget=AdminDateTimeInput,
        help_text=_("China's time. Empty: now."),
    )
    ends_at = forms.DateTimeField(
        label=pgettext_lazy("of an incident", "Until"),
        required=False,
        widget=AdminDateTimeInput,
        help_text=_("Maintenance only."),
    )
    field_order = ("kind", "title", "title_en", "parts", "starts_at", "ends_at", "text", "text_en")

    def clean_kind(self) -> IncidentKind:
        """As the service takes it."""
        return IncidentKind(self.cleaned_data["kind"])


class UpdateForm(_Words):
    """How it goes on."""

    stage = forms.ChoiceField(label=_("How far you are"), widget=forms.RadioSelect)
    field_order = ("stage", "text", "text_en")

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = STAGES[IncidentKind(incident.kind)]
        words = [(stage.value, self._label(incident, stage)) for stage in choices]
        self.fields["stage"].choices = words  # type: ignore[attr-defined]

    @staticmethod
    def _label(incident: Incident, stage: Stage) -> str:
        if incident.kind == IncidentKind.MAINTENANCE:
            return gettext("Done, or called off") if stage == Stage.OVER else gettext("It goes on as announced")
        return str(stage.label)

    def clean_stage(self) -> Stage:
        """As the service takes it."""
        return Stage(self.cleaned_data["stage"])
