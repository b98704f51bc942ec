"""Forms of the privacy centre."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ClosingForm(forms.Form):
    """One box to tick, so that an account is never closed by a slip."""

    sure = forms.BooleanField(label=_("I have read what goes and what stays, and want to close my account."))


class AcceptForm(forms.Form):
    """Consent to a new edition. Never ticked beforehand."""

    consent = forms.BooleanField(label=_("I agree to the new edition"))
