"""Fields of several steps."""

from decimal import Decimal
from typing import Any

from django import forms

from marketplace.core.money import FEN_PER_YUAN, parse_yuan


class YuanField(forms.DecimalField):
    """An amount typed in yuan, a thousands comma allowed; cleans to whole fen."""

    unit = "yuan"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=10, decimal_places=2, min_value=Decimal("0.01"), **kwargs)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"})

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(value.replace(",", "").replace("，", "") if isinstance(value, str) else value)

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
