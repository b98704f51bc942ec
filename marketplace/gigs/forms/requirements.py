"""Step 4: what the buyer answers before the clock starts."""

from dataclasses import replace
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from marketplace.gigs.content import NEED_LIMIT, GigContent, RequirementContent
from marketplace.gigs.forms.fields import split_words
from marketplace.gigs.forms.step import Row, StepForm, kept
from marketplace.gigs.models import RequirementKind


class NeedForm(Row):
    telling = ("prompt", "choices")

    prompt = forms.CharField(label=_("What you need to know"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=_("Answered with"), choices=RequirementKind.choices, initial=RequirementKind.TEXT, required=False
    )
    choices = forms.CharField(
        label=_("Choices"), max_length=200, required=False, help_text=_("For a choice only, with commas between.")
    )
    optional = forms.BooleanField(label=_("May stay empty"), required=False)

    def need(self) -> RequirementContent:
        """The question as content."""
        kind = self.value("kind", RequirementKind.TEXT)
        choices = split_words(self.value("choices", "")) if kind == RequirementKind.CHOICE else ()
        return RequirementContent(self.value("prompt", ""), kind, choices, not self.cleaned_data.get("optional"))


NeedFormSet = formset_factory(NeedForm, extra=2, max_num=NEED_LIMIT, validate_max=True, can_delete=True)


class RequirementsStep(StepForm):
    template = "gigs/wizard/_requirements.html"

    def build(self, content: GigContent, bound: dict[str, Any]) -> None:
        rows = {} if bound else {"initial": [_initial(need) for need in content.requirements]}
        self.needs = NeedFormSet(**bound, **rows, prefix="needs")

    def parts(self) -> list[Any]:
        return [self.needs]

    def next_row(self) -> str:
        return f"needs-{len(kept(self.needs))}-prompt"

    def content(self) -> GigContent:
        return replace(self.before, requirements=tuple(form.need() for form in kept(self.needs)))


def _initial(need: RequirementContent) -> dict[str, Any]:
    return {"prompt": need.prompt, "kind": need.kind, "choices": "，".join(need.choices), "optional": not need.required}
