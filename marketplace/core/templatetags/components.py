"""`{% component %}`: a part of a page that knows nothing but what it is given, drawn once a process for equal values."""

import pickle
from dataclasses import is_dataclass
from datetime import date, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from io import BytesIO
from types import BuiltinFunctionType, FunctionType
from typing import Any
from uuid import UUID

from django import template
from django.conf import settings
from django.core.signals import setting_changed
from django.template import engines
from django.template.context import Context
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

# Some 6 KB each, the largest twenty.
_MOST_DRAWN = 2_000
# Some 90 KB each.
_MOST_LARGE = 100
# Further ones are drawn from what they are made of; types and functions are how pickle says what that is.
_KNOWN_BY_CONTENT = (
    *(str, tuple, Decimal, date, timedelta, tzinfo, UUID, Enum, Promise),
    *(type, FunctionType, BuiltinFunctionType),
)


@register.simple_tag
def component(template_name: str, **values: Any) -> SafeString:
    """Draw a template with these values and nothing else: `{% component "components/rating.html" value=4.9 count=12 %}`.

    It sees neither request nor person, so that what it draws depends on its values and the language alone: for equal
    values the process draws it once and keeps the latest two thousand. Nothing has to be called off when something changes,
    since other values are another drawing. Not for what goes by the clock or by settings of operators
    (tests/contracts/test_components.py). Raises TypeError for a value that is not known by its content, such as a row of a model.
    """
    if settings.DEBUG:  # a template may have been edited
        return _drawn(template_name, values)
    return _small(_drawing_of(template_name, values))


def component_of_many(template_name: str, **values: Any) -> SafeString:
    """As `component`, for a list of dozens: so large that a process keeps a hundred of them."""
    if settings.DEBUG:
        return _drawn(template_name, values)
    return _large(_drawing_of(template_name, values))


def _drawing_of(template_name: str, values: dict[str, Any]) -> "_Drawing":
    content = _bytes_of((template_name, get_language(), values))
    return _Drawing(blake2b(content, digest_size=16).digest(), template_name, values)


class _Drawing:
    """What is to be drawn: the same as any other with this key."""

    __slots__ = ("key", "template_name", "values")

    def __init__(self, key: bytes, template_name: str, values: dict[str, Any]) -> None:
        self.key, self.template_name, self.values = key, template_name, values

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Drawing) and self.key == other.key


def _draw(drawing: _Drawing) -> SafeString:
    drawn = _drawn(drawing.template_name, drawing.values)
    drawing.values = {}  # what was drawn is kept, and what it was drawn of is not
    return drawn


def _drawn(template_name: str, values: dict[str, Any]) -> SafeString:
    return engines["django"].get_template(template_name).template.render(Context(values))  # type: ignore[attr-defined]


_small = lru_cache(maxsize=_MOST_DRAWN)(_draw)
_large = lru_cache(maxsize=_MOST_LARGE)(_draw)


class _ByContent(pickle.Pickler):
    """Bytes that differ for values which could be drawn differently: `4` and `"4"`, text and markup, 4 and 4.0."""

    def reducer_override(self, value: Any) -> Any:
        """Asked for all but plain words, numbers, lists and dictionaries."""
        is_frozen = is_dataclass(value) and getattr(value, "__dataclass_params__").frozen  # noqa: B009 - mypy knows it not
        if is_frozen or isinstance(value, _KNOWN_BY_CONTENT):
            return NotImplemented
        raise TypeError(f"A component takes values known by their content, not {type(value).__name__}")


def _bytes_of(values: object) -> bytes:
    written = BytesIO()
    _ByContent(written, protocol=5).dump(values)
    return written.getvalue()


def _forget(**_kwargs: object) -> None:
    """Settings change within a process in tests alone."""
    _small.cache_clear()
    _large.cache_clear()


setting_changed.connect(_forget, dispatch_uid="components")
