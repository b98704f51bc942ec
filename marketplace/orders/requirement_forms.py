"""The questions of a gig as a form: sent as a whole, or kept as far as they are answered."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from marketplace.gigs.models import RequirementKind
from marketplace.orders.forms import MAX_FILE_BYTES
from marketplace.orders.models import Order, OrderRequirement

# More than a phone shows at once is a list to open.
_MOST_RADIOS = 6


class RequirementsForm(forms.Form):
    """The gig's questions, as they stood at purchase, with the draft in them. `is_draft`: nothing is required."""

    def __init__(self, *args: Any, order: Order, is_draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.requirements: list[OrderRequirement] = list(order.requirements.all())
        for requirement in self.requirements:
            field = self._field(requirement)
            field.required = field.required and not is_draft
            self.fields[f"requirement-{requirement.pk}"] = field
            if requirement.file:
                self.fields[f"drop-{requirement.pk}"] = forms.BooleanField(
                    label=_("Remove “%(name)s”") % {"name": requirement.file_name}, required=False
                )

    @staticmethod
    def _field(requirement: OrderRequirement) -> forms.Field:
        common: dict[str, Any] = {"label": requirement.prompt, "required": requirement.required}
        if requirement.kind == RequirementKind.FILE:
            help_text: Any = _("Up to 50 MB; several files fit into a ZIP.")
            if requirement.file:
                common["required"] = False  # unless it is dropped: clean looks
                help_text = _("“%(name)s” is here already. Another file takes its place.") % {
                    "name": requirement.file_name
                }
            return forms.FileField(help_text=help_text, **common)
        common["initial"] = requirement.answer
        if requirement.kind == RequirementKind.CHOICE:
            choices = [(choice, choice) for choice in requirement.choices]
            if len(choices) > _MOST_RADIOS:
                return forms.ChoiceField(choices=[("", _("Please choose")), *choices], **common)
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=5000, **common)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for requirement in self.requirements:
            name = f"requirement-{requirement.pk}"
            file = data.get(name)
            if isinstance(file, UploadedFile) and (file.size or 0) > MAX_FILE_BYTES:
                self.add_error(name, _("%(name)s is larger than 50 MB.") % {"name": file.name})
        return data

    def answers(self) -> dict[int, str]:
        """Texts and choices, by id of the requirement."""
        return {pk: value for pk, value in self._values() if isinstance(value, str)}

    def uploads(self) -> dict[int, UploadedFile]:
        """Files, by id of the requirement."""
        return {pk: value for pk, value in self._values() if isinstance(value, UploadedFile)}

    def dropped(self) -> list[int]:
        """The requirements whose stored file is to go."""
        return [row.pk for row in self.requirements if self.cleaned_data.get(f"drop-{row.pk}")]

    def _values(self) -> list[tuple[int, Any]]:
        return [(row.pk, self.cleaned_data.get(f"requirement-{row.pk}")) for row in self.requirements]


class SkipForm(forms.Form):
    message = forms.CharField(
        label=_("What you assume"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text=_("The buyer reads it: what you begin with, and what you still would like to know."),
    )


class NoteForm(forms.Form):
    message = forms.CharField(
        label=_("What you would like to add"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=_("It stands with the requirements. Files go into the conversation."),
    )
