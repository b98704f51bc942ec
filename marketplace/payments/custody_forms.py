from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.payments.models import GatewayCode
from marketplace.payments.services.sub_merchants import number_is_plausible


class SearchForm(forms.Form):
    """Which seller: nobody chooses from a list of everybody."""

    q = forms.CharField(
        label=_("Find a seller"),
        required=False,
        max_length=80,
        help_text=_("E-mail address, mobile number, name, or a number at an institution"),
    )


class SubMerchantForm(forms.Form):
    """The number an institution gave a seller."""

    gateway = forms.ChoiceField(label=_("Payment institution"), choices=GatewayCode.choices)
    number = forms.CharField(
        label=_("Number at the institution"),
        max_length=32,
        help_text=_(
            "As it stands in the institution's approval: the sub-merchant number (WeChat Pay) or SMID (Alipay)."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        gateway, number = cleaned.get("gateway"), cleaned.get("number")
        if gateway and number and not number_is_plausible(gateway_code=gateway, number=number):
            self.add_error(
                "number",
                _("Alipay gives 16 digits that begin with 2088.")
                if gateway == GatewayCode.ALIPAY
                else _("WeChat Pay gives 8 to 10 digits."),
            )
        return cleaned


class ReasonForm(forms.Form):
    """Why a number is refused or closed, or a settlement cancelled; it stands in the staff log."""

    reason = forms.CharField(label=pgettext_lazy("of a refusal", "Why"), max_length=200)
