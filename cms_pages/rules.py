"""A platform rule in words. Pages show the value in force, so that a text never differs from what the system does."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.core.config import DEFINITIONS, get_config
from marketplace.core.money import display_yuan

_BASIS_POINTS_PER_PERCENT = 100
_figures: ContextVar[Mapping[str, int] | None] = ContextVar("rule_figures", default=None)


@contextmanager
def figures_as_of(values: Mapping[str, int]) -> Iterator[None]:
    """Within the block, figures are those of `values`, by key: an old text, or what an order was made under."""
    token = _figures.set(values)
    try:
        yield
    finally:
        _figures.reset(token)


def _value(key: str) -> int:
    return int(figures[key]) if (figures := _figures.get()) and key in figures else get_config(key)


def rule_choices() -> list[tuple[str, str]]:
    """Every constant of the platform that a page may quote: (key, description)."""
    return [(key, f"{definition.description} ({key})") for key, definition in DEFINITIONS.items()]


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, _BASIS_POINTS_PER_PERCENT)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%" if rest else f"{whole}%"


def _minutes(value: int) -> str:
    return ngettext("%(count)d minute", "%(count)d minutes", value) % {"count": value}


def _hours(value: int) -> str:
    return ngettext("%(count)d hour", "%(count)d hours", value) % {"count": value}


def _days(value: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", value) % {"count": value}


# By how the key ends: the unit itself is a translated word, and no thing to compare with.
_WORDS: dict[str, Callable[[int], str]] = {
    "_minutes": _minutes,
    "_hours": _hours,
    "_days": _days,
    "_days_top": _days,
    "_basis_points": _percent,
    "_fen": lambda fen: _("¥%(amount)s") % {"amount": display_yuan(fen)},
}


def rule_number(key: str) -> str:
    """The value in force as a number alone; basis points are shown in percent, with the sign, and fen in yuan."""
    if key not in DEFINITIONS:
        return ""
    value = _value(key)
    if key.endswith("_basis_points"):
        return _percent(value)
    return display_yuan(value) if key.endswith("_fen") else str(value)


def rule_in_words(key: str) -> str:
    """The value in force of the constant `key` with its unit: "3 days", "10%", "¥10". Empty for a key that is gone."""
    if key not in DEFINITIONS:
        return ""
    value = _value(key)
    for ending, in_words in _WORDS.items():
        if key.endswith(ending):
            return in_words(value)
    return f"{value} {DEFINITIONS[key].unit}"
