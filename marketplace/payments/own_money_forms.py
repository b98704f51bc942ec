from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.payments import own_money_selectors
from marketplace.payments.models import WAYS_OUT, Difference, GatewayCode
from marketplace.payments.payout_forms import YuanField


class TransferForm(forms.Form):
    """From which institution, under which number of the bank."""

    gateway = forms.ChoiceField(label=_("Payment institution"), choices=GatewayCode.choices)
    bank_reference = forms.CharField(
        label=_("Number at the bank"),
        max_length=64,
        help_text=_("Of the transfer prepared at the institution or the bank, or of the tax payment."),
    )


class FeesForm(TransferForm):
    """How much of our fees."""

    amount = YuanField(label=_("Amount in yuan"), min_value=0, max_digits=11, decimal_places=2)


class TaxForm(TransferForm):
    """The tax of which month or year: those of this year and the last one."""

    period = forms.ChoiceField(label=_("Tax period"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        months = [
            f"{year}-{month:02d}"
            for year in (today.year, today.year - 1)
            for month in range(12, 0, -1)
            if date(year, month, 1) <= today
        ]
        years = [str(today.year), str(today.year - 1)]
        self.fields["period"].choices = [(period, period) for period in (*months, *years)]


class SellerField(forms.ModelChoiceField):
    """A seller by name and number."""

    def label_from_instance(self, seller: User) -> str:
        return f"{seller.display_name} · {seller.pk}"


class ResolveForm(forms.Form):
    """Where what is unexplained belongs."""

    way = forms.ChoiceField(label=_("Way out"), choices=[(way.value, way.label) for way in WAYS_OUT])
    seller = SellerField(label=_("Seller"), queryset=None, required=False, empty_label=_("No seller"))
    note = forms.CharField(label=_("Why"), max_length=200)

    def __init__(self, *args, difference: Difference, **kwargs):
        super().__init__(*args, auto_id=f"id_{difference.pk}_%s", **kwargs)
        self.fields["seller"].queryset = own_money_selectors.sellers_of_debt(difference)
