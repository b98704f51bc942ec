from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.money import display_yuan, parse_yuan, yuan_text
from marketplace.orders.models import Order

MAX_FILE_BYTES = 50 * 1024 * 1024


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


class HoldForm(forms.Form):
    """Which order is kept, and for whom."""

    number = forms.CharField(label=_("Order number"), max_length=16)
    reason = forms.CharField(
        label=pgettext_lazy("a hold on an order", "For what"),
        max_length=300,
        help_text=_("The number of the lawsuit, or the letter of the authority. It stands in the staff log."),
    )


class ReleaseForm(forms.Form):
    """Why nobody needs the order any more."""

    reason = forms.CharField(label=pgettext_lazy("the release of a hold", "Why it is no longer needed"), max_length=300)
