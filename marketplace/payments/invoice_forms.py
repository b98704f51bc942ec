"""Whom an invoice is for; and what finance says about one."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.payments import invoice_selectors
from marketplace.payments.errors import InvoiceError
from marketplace.payments.invoice_titles import NAME_LENGTH, clean_name, clean_tax_number
from marketplace.payments.models import InvoiceTitleKind
from marketplace.payments.services import invoices


class InvoiceForm(forms.Form):
    """Title, tax number and address; filled in with what the person used last."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)
    title_kind = forms.ChoiceField(
        label=_("Invoice title of"), choices=InvoiceTitleKind.choices, widget=forms.RadioSelect
    )
    title = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("For a company the whole name as its licence has it."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    tax_number = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,  # blanks and hyphens may stand in it
        required=False,
        help_text=_("18 characters, on the business licence."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("The PDF is sent there too. Without one, you download it here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args, user: User, **kwargs):
        last = invoice_selectors.last_title(user)
        initial = {
            "request_key": uuid4(),
            "title_kind": last.title_kind if last else InvoiceTitleKind.PERSON,
            "title": last.title if last else "",
            "tax_number": last.tax_number if last else "",
            "email": last.email if last else user.email,
        }
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self):
        data = super().clean()
        try:
            if "title" in data:
                data["title"] = clean_name(data["title"])
        except InvoiceError as refusal:
            self.add_error("title", refusal.message)
        if data.get("title_kind") != InvoiceTitleKind.COMPANY:
            data["tax_number"] = ""  # the field is hidden then, whatever is left in it
        elif "tax_number" in data:
            try:
                data["tax_number"] = clean_tax_number(data["tax_number"])
            except InvoiceError as refusal:
                self.add_error("tax_number", refusal.message)
        return data

    def invoice_title(self) -> invoices.InvoiceTitle:
        """The cleaned data, for the service."""
        return invoices.InvoiceTitle(
            kind=InvoiceTitleKind(self.cleaned_data["title_kind"]),
            name=self.cleaned_data["title"],
            tax_number=self.cleaned_data["tax_number"],
            email=self.cleaned_data["email"],
        )


class ReverseForm(forms.Form):
    """Why finance takes an invoice back; it stands on the red-letter invoice and in the recipient's mail."""

    reason = forms.CharField(label=_("Reason of the reversal"), max_length=200)
