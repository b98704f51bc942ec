from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import MultipleFileInput
from marketplace.core.money import display_yuan, parse_yuan, yuan_text
from marketplace.orders.models import Order

MAX_FILES, MAX_FILE_BYTES = 10, 50 * 1024 * 1024


class MultipleFileField(forms.FileField):
    """Several files at once, each within the size limit."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("widget", MultipleFileInput())
        super().__init__(*args, **kwargs)

    def clean(self, data, initial=None):
        uploads = data if isinstance(data, list | tuple) else [data]
        files = [super(MultipleFileField, self).clean(upload, initial) for upload in uploads if upload]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > MAX_FILES:
            raise forms.ValidationError(
                _("At most %(limit)s files at once, please. Several small ones fit into a ZIP."),
                params={"limit": MAX_FILES},
            )
        for file in files:
            if file.size > MAX_FILE_BYTES:
                raise forms.ValidationError(_("%(name)s is larger than 50 MB."), params={"name": file.name})
        return files


class DeliveryForm(forms.Form):
    message = forms.CharField(
        label=_("What do you deliver"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=3000,
        help_text=_("What is in it, what changed since the last time, how to open it."),
    )
    files = MultipleFileField(
        label=_("Files"), required=False, help_text=_("Up to 10 files of 50 MB. Both sides see their checksums.")
    )
    without_files = forms.BooleanField(label=_("This delivery has no files"), required=False)

    def clean(self):
        data = super().clean()
        if not self.errors and not data.get("files") and not data.get("without_files"):
            self.add_error("files", _("No file is attached. Attach the work, or tick that this delivery has none."))
        return data


class RevisionForm(forms.Form):
    message = forms.CharField(
        label=_("What should change"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=_("The more exactly you say it, the fewer rounds it takes."),
    )


class DisputeForm(forms.Form):
    reason = forms.CharField(
        label=_("What went wrong"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=3000,
        help_text=_("The mediator sees the order, the files, the time line and your words. The money stays in escrow."),
    )


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


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
