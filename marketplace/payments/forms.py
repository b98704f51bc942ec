from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.orders.quotes import MOST_AT_ONCE
from marketplace.payments.models import GatewayCode


class IdsField(forms.TypedMultipleChoiceField):
    """Numbers of rows. Which of them there are, the service that uses them says: a page asks once, not twice."""

    def __init__(self, **kwargs):
        super().__init__(coerce=int, **kwargs)

    def valid_value(self, value):
        return str(value).isdecimal() and len(str(value)) < 18


class ChoiceForm(forms.Form):
    """What is chosen on the checkout page. No add-on is ticked beforehand (电子商务法 §19)."""

    checkout_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    package = forms.IntegerField(required=False, min_value=1)
    quantity = forms.TypedChoiceField(
        label=_("Quantity"),
        required=False,
        coerce=int,
        empty_value=1,
        choices=[(number, str(number)) for number in range(1, MOST_AT_ONCE + 1)],
    )
    extras = IdsField(label=_("Add-ons"), required=False)
    coupon = forms.CharField(
        label=_("Coupon"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )


class CheckoutForm(ChoiceForm):
    """The choice, and how to pay for it."""

    checkout_key = forms.UUIDField(widget=forms.HiddenInput)
    seen_offer = forms.CharField(widget=forms.HiddenInput, max_length=32)
    gateway = forms.ChoiceField(label=_("Way of paying"), widget=forms.RadioSelect)

    def __init__(self, *args, gateways: list[GatewayCode], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["gateway"].choices = [(code.value, code.label) for code in gateways]
        self.fields["gateway"].initial = gateways[0].value if gateways else None
        self.fields["checkout_key"].initial = uuid4()
