"""Business constants as people read and type them: yuan for fen, percent for basis points, words for choices."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.core.config_definition import ConfigDefinition, Kind
from marketplace.core.money import display_yuan
from marketplace.core.rules import PINNED_PREFIXES

# How many places a typed value has after its point, by kind: fen of a yuan, basis points of a percent, parts of a point.
_PLACES = {Kind.MONEY: 2, Kind.SHARE: 2, Kind.TENTHS: 1, Kind.HUNDREDTHS: 2}
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)


def in_words(definition: ConfigDefinition, value: int) -> str:
    """A value with its unit, in the reader's language."""
    kind = definition.kind
    if kind == Kind.MONEY:
        return f"¥{display_yuan(value)}"
    if kind == Kind.SHARE:
        return f"{typed(definition, value)}%"
    if kind == Kind.SWITCH:
        return pgettext("a setting", "On") if value else pgettext("a setting", "Off")
    if kind == Kind.CHOICE:
        return str(dict(definition.choices).get(value, value))
    said = typed(definition, value) if kind in _PLACES else f"{value:,}"
    return _("%(value)s %(unit)s") % {"value": said, "unit": definition.unit}


def typed(definition: ConfigDefinition, value: int) -> str:
    """A value as it is typed into the form, without its unit."""
    places = _PLACES.get(definition.kind, 0)
    if not places:
        return str(value)
    text = f"{Decimal(value).scaleb(-places):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def typed_unit(definition: ConfigDefinition) -> str:
    """What stands behind the field; empty where the value is chosen."""
    if definition.kind in (Kind.SWITCH, Kind.CHOICE):
        return ""
    return {Kind.MONEY: _("yuan"), Kind.SHARE: "%"}.get(definition.kind) or str(definition.unit)


def read_typed(definition: ConfigDefinition, text: str) -> int:
    """The whole number that somebody typed in people's units. Raises ValueError for what is none, or is too fine."""
    said = text.strip().replace(",", "").replace("，", "").removesuffix("%").removeprefix("¥")
    if not _NUMBER.fullmatch(said):  # neither 1e999999999 nor NaN: both are numbers to Decimal
        raise ValueError(text)
    exact = Decimal(said).scaleb(_PLACES.get(definition.kind, 0))
    whole = int(exact)
    if exact != whole:
        raise ValueError(text)
    return whole


def what_it_means(definition: ConfigDefinition) -> str:
    """Whom a change reaches, in a dry sentence; empty where nothing is to be said."""
    if definition.key.startswith(PINNED_PREFIXES):
        return _("Orders that are under way keep the rules they were placed under. Only new orders get the new value.")
    if definition.key.startswith("payments.commission_basis_points"):
        return _("The fee of an order is fixed when it is placed. Only new orders get the new rate.")
    if definition.key.startswith("ledger.clearing_days"):
        return _("Earnings that are clearing already keep their day. Only later ones get the new one.")
    if definition.is_money:
        return _("It counts for whatever is worked out from that moment on.")
    return ""
