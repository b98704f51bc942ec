"""How facts about people are written on pages."""

import phonenumbers
from django import template

register = template.Library()


@register.filter
def phone_number(stored: str) -> str:
    """138 0013 8000 for a mainland number in E.164; anything else as it is."""
    try:
        number = phonenumbers.parse(stored)
    except phonenumbers.NumberParseException:
        return stored
    if number.country_code != 86:
        return stored
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
