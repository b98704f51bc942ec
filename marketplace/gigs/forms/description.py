"""Step 3: what buyers read, and the questions they would ask."""

from dataclasses import replace
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from marketplace.gigs.content import FAQ_LIMIT, FaqContent, GigContent
from marketplace.gigs.forms.step import Row, StepForm, kept


class DescriptionForm(forms.Form):
    description = forms.CharField(
        label=_("Description"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("What is delivered, how you work, what you need, what is not included."),
    )


class FaqForm(Row):
    telling = ("question", "answer")

    question = forms.CharField(label=_("Question"), max_length=120, required=False)
    answer = forms.CharField(
        label=_("Answer"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def faq(self) -> FaqContent:
        """The question as content."""
        return FaqContent(self.value("question", ""), self.value("answer", ""))


FaqFormSet = formset_factory(FaqForm, extra=2, max_num=FAQ_LIMIT, validate_max=True, can_delete=True)


class DescriptionStep(StepForm):
    template = "gigs/wizard/_description.html"

    def build(self, content: GigContent, bound: dict[str, Any]) -> None:
        self.text = DescriptionForm(**bound, initial={"description": content.description})
        rows = {} if bound else {"initial": [vars(faq) for faq in content.faqs]}
        self.faqs = FaqFormSet(**bound, **rows, prefix="faqs")

    def parts(self) -> list[Any]:
        return [self.text, self.faqs]

    def next_row(self) -> str:
        return f"faqs-{len(kept(self.faqs))}-question"

    def content(self) -> GigContent:
        return replace(
            self.before,
            description=self.text.cleaned_data.get("description", self.before.description).strip(),
            faqs=tuple(form.faq() for form in kept(self.faqs)),
        )
