"""Numbers as people read them: short beside a chart, whole in a table."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from marketplace.core.money import display_yuan
from marketplace.core.sheets import Cell, Fen
from marketplace.insights.figures import Grain
from marketplace.insights.metrics.definition import Unit

_TEN_THOUSAND, _HUNDRED_MILLION, _THOUSAND, _MILLION = 10_000, 100_000_000, 1_000, 1_000_000
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_NOTHING = "—"


def short(value: int | None, unit: Unit) -> str:
    """For a tile or a sentence: 12.3万, ¥1.2亿, 12.3%, 3.2 hours."""
    match unit:
        case _ if value is None:
            return _NOTHING
        case Unit.FEN:
            sign = "-" if value < 0 else ""
            return f"{sign}¥{_short_number(round_half(abs(value), 100))}"
        case Unit.BASIS_POINTS:
            return f"{_decimal(round_half(value, 10), 1)}%"
        case Unit.STARS | Unit.HUNDREDTHS:
            return _decimal(value, 2)
        case Unit.SECONDS:
            return _duration(value)
        case Unit.MILLISECONDS:
            return _("%(number)s ms") % {"number": _whole(value)}
    return _short_number(value)


def exact(value: int | None, unit: Unit) -> str:
    """For a table: every digit."""
    match unit:
        case _ if value is None:
            return _NOTHING
        case Unit.FEN:
            sign = "-" if value < 0 else ""
            return f"{sign}¥{display_yuan(abs(value), exact=True)}"
        case Unit.BASIS_POINTS:
            return f"{_decimal(value, 2)}%"
        case Unit.COUNT | Unit.PEOPLE:
            return _whole(value)
    return short(value, unit)


def cell(value: int | None, unit: Unit) -> Cell:
    """For a spreadsheet: a number where that can be, seconds and milliseconds as they are."""
    if value is None:
        return None
    if unit == Unit.FEN:
        return Fen(value)
    return exact(value, unit) if unit in (Unit.BASIS_POINTS, Unit.STARS, Unit.HUNDREDTHS) else value


def change(now: int | None, before: int | None, unit: Unit) -> tuple[str, int]:
    """How `now` stands to `before` in words, and its direction: 1, 0 or -1. Shares are compared in points."""
    if now is None or before is None or (not before and unit != Unit.BASIS_POINTS):
        return "", 0
    if now == before:
        return _("unchanged"), 0
    direction = 1 if now > before else -1
    if unit == Unit.BASIS_POINTS:
        points = _decimal(round_half(abs(now - before), 10), 1)
        if points == "0":  # less than one in two thousand
            return _("unchanged"), 0
        more, less = _("%(number)s points more"), _("%(number)s points less")
        return (more if direction > 0 else less) % {"number": points}, direction
    tenths = round_half(abs(now - before) * 1000, abs(before))
    more, less = _("%(number)s%% more"), _("%(number)s%% less")
    return (more if direction > 0 else less) % {"number": _decimal(tenths, 1)}, direction


def point_label(point: date, grain: Grain) -> str:
    """What a point of time is called in a table."""
    if grain == Grain.MONTH:
        return f"{point:%Y-%m}"
    if grain == Grain.WEEK:
        return _("Week of %(day)s") % {"day": f"{point:%Y-%m-%d}"}
    return f"{point:%Y-%m-%d}"


def span_label(first: date, last: date) -> str:
    """A span of days in words."""
    return f"{date_format(first, 'Y-m-d')} – {date_format(last, 'Y-m-d')}"


def round_half(numerator: int, denominator: int) -> int:
    """The nearest whole number."""
    return (2 * numerator + denominator) // (2 * denominator)


def _short_number(value: int) -> str:
    chinese = not (get_language() or "zh").startswith("en")
    steps = ((_HUNDRED_MILLION, "亿"), (_TEN_THOUSAND, "万")) if chinese else ((_MILLION, "M"), (10 * _THOUSAND, "k"))
    for least, word in steps:
        if abs(value) >= least:
            size = _THOUSAND if word == "k" else least
            return f"{_decimal(round_half(value * 10, size), 1)}{word}"
    return _whole(value)


def _decimal(value: int, places: int) -> str:
    """A whole number of tenths or hundredths with its point; what is nothing behind it is left out for tenths."""
    scale = 10**places
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), scale)
    if places == 1 and not rest:
        return f"{sign}{_whole(whole)}"
    return f"{sign}{_whole(whole)}.{rest:0{places}d}"


def _whole(value: int) -> str:
    return f"{value:,}"


def _duration(seconds: int) -> str:
    if seconds < _HOUR:
        minutes = round_half(seconds, _MINUTE)
        return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
    if seconds < 2 * _DAY:
        return _("%(number)s hours") % {"number": _decimal(round_half(seconds * 10, _HOUR), 1)}
    return _("%(number)s days") % {"number": _decimal(round_half(seconds * 10, _DAY), 1)}
