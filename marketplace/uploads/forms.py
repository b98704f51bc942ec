"""What a browser says of a file before it sends it."""

from typing import Any

from django import forms

from marketplace.uploads.purposes import Purpose, get_purpose


class FormForm(forms.Form):
    """Which form of the site the files are for."""

    purpose = forms.CharField(max_length=40)
    subject = forms.CharField(max_length=60, required=False)

    def clean_purpose(self) -> Purpose:
        purpose = get_purpose(self.cleaned_data["purpose"])
        if purpose is None:
            raise forms.ValidationError("purpose")
        return purpose


class DeclareForm(FormForm):
    """An announcement. The size is believed by nobody; it may be any number a browser can write."""

    name = forms.CharField(max_length=1000, strip=False)
    size = forms.IntegerField(min_value=0, max_value=2**53)
    content_type = forms.CharField(max_length=200, required=False)
    modified_ms = forms.IntegerField(min_value=0, max_value=2**53, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["modified_ms"] = data.get("modified_ms") or 0
        return data
