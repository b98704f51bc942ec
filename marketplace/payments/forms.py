from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.gigs.models import GigPackage
from marketplace.orders.services import offer_of
from marketplace.payments.models import GatewayCode


class CheckoutForm(forms.Form):
    """How to pay, and which add-ons come along. None of them is ticked beforehand (电子商务法 §19)."""

    checkout_key = forms.UUIDField(widget=forms.HiddenInput)
    seen_offer = forms.CharField(widget=forms.HiddenInput, max_length=32)
    gateway = forms.ChoiceField(label=_("Way of paying"), widget=forms.RadioSelect)
    extras = forms.MultipleChoiceField(label=_("Add-ons"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, package: GigPackage, gateways: list[GatewayCode], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["gateway"].choices = [(code.value, code.label) for code in gateways]
        self.fields["gateway"].initial = gateways[0].value if gateways else None
        self.fields["checkout_key"].initial = uuid4()
        self.fields["seen_offer"].initial = offer_of(package)
        self.fields["extras"].choices = [(str(extra.pk), extra.title) for extra in package.gig.extras.all()]
