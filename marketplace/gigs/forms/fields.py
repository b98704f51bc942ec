"""Fields of several steps."""

from decimal import Decimal
from typing import Any

from django import forms

from marketplace.core.money import FEN_PER_YUAN, parse_yuan

# What stands around the digits of a price: on another site, in a table.
_BESIDE_DIGITS = str.maketrans("", "", ",，¥￥元 ")


class YuanField(forms.DecimalField):
    """An amount typed or pasted in yuan, with a thousands comma, ¥ or 元 if one likes; cleans to whole fen.

    What it must be at least is the rule of what is sold (content.py), with its own words.
    """

    unit = "yuan"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=10, decimal_places=2, **kwargs)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"})

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(value.translate(_BESIDE_DIGITS) if isinstance(value, str) else value)

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        return None if amount is None else parse_yuan(amount)


def yuan_initial(amount_fen: int) -> str:
    """Fen as the form shows them: without decimals when whole, empty when nothing was typed yet."""
    if not amount_fen:
        return ""
    yuan = Decimal(amount_fen) / FEN_PER_YUAN
    return f"{yuan:.0f}" if amount_fen % FEN_PER_YUAN == 0 else f"{yuan:.2f}"


def split_words(text: str) -> tuple[str, ...]:
    """Words with commas of any kind between."""
    return tuple(part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip())
