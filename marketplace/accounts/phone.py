"""Mainland mobile numbers, in E.164 inside and as people type them outside."""

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def normalize_phone(text: str) -> str | None:
    """E.164 form of a mainland mobile number typed in any usual way, or None when it is none."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if number.country_code != 86 or phonenumbers.number_type(number) not in mobile:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked_phone(number: str) -> str:
    """138****8000: its owner knows it again, nobody learns it."""
    local = number.removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}"


class PhoneField(forms.CharField):
    """Takes 138 0013 8000 or +86…, gives E.164."""

    def __init__(self, **kwargs: object) -> None:
        attributes = {"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
        super().__init__(widget=forms.TextInput(attrs=attributes), max_length=20, **kwargs)  # type: ignore[arg-type]

    def clean(self, value: str | None) -> str:
        text = super().clean(value)
        if not text:
            return ""
        number = normalize_phone(text)
        if number is None:
            raise ValidationError(
                _("This is not a mainland mobile number: it has 11 digits and starts with 1."), code="invalid"
            )
        return number
