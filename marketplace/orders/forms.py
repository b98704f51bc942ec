from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.money import display_yuan, parse_yuan, yuan_text
from marketplace.gigs.models import RequirementKind
from marketplace.orders.models import Order

MAX_FILE_BYTES = 50 * 1024 * 1024


class RequirementsForm(forms.Form):
    """The gig's questions, as they stood at purchase."""

    def __init__(self, *args, order: Order, **kwargs):
        super().__init__(*args, **kwargs)
        for requirement in order.requirements.all():
            self.fields[f"requirement-{requirement.pk}"] = self._field(requirement)

    @staticmethod
    def _field(requirement):
        common = {"label": requirement.prompt, "required": requirement.required}
        if requirement.kind == RequirementKind.CHOICE:
            choices = [(choice, choice) for choice in requirement.choices]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
        if requirement.kind == RequirementKind.FILE:
            return forms.FileField(help_text=_("Up to 50 MB; several files fit into a ZIP."), **common)
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=5000, **common)

    def clean(self):
        data = super().clean()
        for name, value in data.items():
            if hasattr(value, "size") and value.size > MAX_FILE_BYTES:
                self.add_error(name, _("%(name)s is larger than 50 MB.") % {"name": value.name})
        return data

    def answers(self) -> dict[int, str]:
        """Texts and choices, by id of the requirement."""
        return {pk: value for pk, value in self._values() if isinstance(value, str)}

    def uploads(self) -> dict:
        """Files, by id of the requirement."""
        return {pk: value for pk, value in self._values() if value and not isinstance(value, str)}

    def _values(self):
        return [(int(name.removeprefix("requirement-")), value) for name, value in self.cleaned_data.items()]


class RefundForm(forms.Form):
    """A part of the price, given back."""

    amount = forms.DecimalField(label=_("Amount in yuan"), min_value=Decimal("0.01"), max_digits=10, decimal_places=2)
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("Both sides see it on the time line."))

    def __init__(self, *args, order: Order, **kwargs):
        super().__init__(*args, **kwargs)
        self._most_fen = order.refundable_fen
        self.fields["amount"].help_text = _("At most ¥%(most)s.") % {"most": display_yuan(self._most_fen)}
        self.fields["amount"].widget.attrs["max"] = yuan_text(self._most_fen)

    def clean_amount(self) -> int:
        amount_fen = parse_yuan(self.cleaned_data["amount"])
        if amount_fen > self._most_fen:
            raise forms.ValidationError(
                _("At most ¥%(most)s can be given back."), params={"most": display_yuan(self._most_fen)}
            )
        return amount_fen

    @property
    def typed_fen(self) -> int:
        """The typed amount in fen; 0 while it is none that can be given back."""
        self.is_valid()
        return self.cleaned_data.get("amount", 0)

    @property
    def amount_problem(self) -> str:
        """Why the typed amount cannot be given back; "" while the box is empty."""
        typed = str(self.data.get("amount") or "").strip()
        return self.errors["amount"][0] if typed and "amount" in self.errors else ""


class StopPlanForm(forms.Form):
    words = forms.CharField(
        label=_("To the other side"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why it ends here. The other side reads it."),
    )
