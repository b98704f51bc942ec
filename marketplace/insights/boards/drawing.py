"""From figures to what a page shows: tiles, charts as tables and as data for the script, sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.core import clock
from marketplace.insights import figures as reading
from marketplace.insights.boards import formats
from marketplace.insights.boards.definition import Board, Chart, Figure, Kind
from marketplace.insights.boards.periods import Period
from marketplace.insights.figures import Figures, Grain, Span
from marketplace.insights.metrics.definition import Adding, Unit
from marketplace.insights.metrics.labels import labels_of

_MONTHS_OF_A_COHORT = 12
_TINTS = 6


@dataclass(frozen=True)
class Tile:
    """One figure of the whole span beside the span before."""

    figure: Figure
    value: int | None
    before: int | None

    @property
    def as_list(self) -> list[Figure]:
        """For the definition, which may be of several."""
        return [self.figure]

    @property
    def text(self) -> str:
        return formats.short(self.value, self.figure.shown_unit)

    @property
    def exact(self) -> str:
        return formats.exact(self.value, self.figure.shown_unit)

    @property
    def before_text(self) -> str:
        return formats.short(self.before, self.figure.shown_unit)

    @property
    def change(self) -> str:
        return formats.change(self.value, self.before, self.figure.shown_unit)[0]

    @property
    def mood(self) -> str:
        """better, worse, or nothing."""
        direction = formats.change(self.value, self.before, self.figure.shown_unit)[1]
        return {0: "", 1: "better", -1: "worse"}[-direction if self.figure.more_is_worse else direction]


@dataclass(frozen=True)
class Column:
    """A heading of a table, and what its values count."""

    label: str
    unit: Unit


@dataclass(frozen=True)
class Value:
    """One value of a table. `tint` of a cohort: 0 to 6."""

    value: int | None
    unit: Unit
    tint: int = -1
    note: str = ""

    @property
    def text(self) -> str:
        return formats.exact(self.value, self.unit) if self.tint < 0 else formats.short(self.value, self.unit)


@dataclass(frozen=True)
class Drawn:
    """A chart, as table and as data."""

    chart: Chart
    head: str
    columns: list[Column]
    rows: list[tuple[str, list[Value]]]
    sentence: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not any(one.value for _label, values in self.rows for one in values)


def draw(board: Board, period: Period) -> tuple[list[Tile], list[Drawn]]:
    """Everything a board shows. Reads `insights_analytics` in at most four statements."""
    standing = [chart.figures[0].key for chart in board.charts if chart.kind == Kind.STANDING]
    now = reading.load(board.keys, period.span, period.grain, standing=standing)
    before = reading.load(board.keys, period.span.before(), period.grain)
    tiles = [Tile(figure, _whole(now, figure), _whole(before, figure)) for figure in board.tiles]
    cohorts = _load_cohorts(board, period)
    return tiles, [_drawn(chart, period, now, before, cohorts) for chart in board.charts]


def draw_one(board: Board, chart: Chart, period: Period) -> Drawn:
    """One chart alone, for its export."""
    return next(drawn for drawn in draw(board, period)[1] if drawn.chart.key == chart.key)


def _drawn(chart: Chart, period: Period, now: Figures, before: Figures, cohorts: Figures | None) -> Drawn:
    match chart.kind:
        case Kind.LINES:
            return _lines(chart, period, now, before)
        case Kind.STACK | Kind.STANDING:
            return _divided(chart, period, now)
        case Kind.PARTS:
            return _parts(chart, period, now)
        case Kind.STEPS:
            return _steps(chart, now)
    return _cohorts(chart, cohorts or now)


def _whole(figures: Figures, figure: Figure, dimension: str | None = None) -> int | None:
    numerator = figures.at(figure.key, dimension=dimension)
    return figure.value(numerator, figures.at(figure.by, dimension=dimension) if figure.by else 0)


def _at(figures: Figures, figure: Figure, point: date) -> int | None:
    return figure.value(figures.at(figure.key, point), figures.at(figure.by, point) if figure.by else 0)


def _lines(chart: Chart, period: Period, now: Figures, before: Figures) -> Drawn:
    columns = [Column(str(figure.label), figure.shown_unit) for figure in chart.figures]
    rows = [
        (
            formats.point_label(point, period.grain),
            [Value(_at(now, one, point), one.shown_unit) for one in chart.figures],
        )
        for point in now.points
    ]
    series = [
        _series(column.label, [values[place].value for _label, values in rows]) for place, column in enumerate(columns)
    ]
    first = chart.figures[0]
    if len(chart.figures) == 1:
        # The span before lies behind it, its first point under the first.
        columns.append(Column(_("Period before"), first.shown_unit))
        earlier = [_at(before, first, point) for point in before.points]
        for place, (_label, values) in enumerate(rows):
            values.append(Value(earlier[place] if place < len(earlier) else None, first.shown_unit))
        series.append(_series(_("Period before"), [values[1].value for _label, values in rows], is_before=True))
    return Drawn(
        chart,
        _time_head(period),
        columns,
        rows,
        _compared(first, _whole(now, first), _whole(before, first)),
        _data("lines", first.shown_unit, rows, series, _axis(period, now.points)),
    )


def _divided(chart: Chart, period: Period, now: Figures) -> Drawn:
    figure = chart.figures[0]
    names = _named(chart, now)
    stands = chart.kind == Kind.STANDING

    def value(dimension: str, point: date) -> int:
        return now.stands(figure.key, dimension, point) if stands else now.at(figure.key, point, dimension)

    rows = [
        (
            formats.point_label(point, period.grain),
            [Value(sum(value(one, point) for one in parts), figure.shown_unit) for parts, _name in names],
        )
        for point in now.points
    ]
    columns = [Column(name, figure.shown_unit) for _parts, name in names]
    series = [_series(name, [values[place].value for _label, values in rows]) for place, (_p, name) in enumerate(names)]
    sentence = ""
    if names and rows:
        totals = [
            rows[-1][1][place].value or 0 if stands else sum(v[place].value or 0 for _l, v in rows)
            for place in range(len(names))
        ]
        sentence = _largest(names, totals, figure, stands=stands)
    # Balances have both signs: lines, not one upon another.
    picture = "lines" if figure.metric.unit == Unit.FEN and stands else "stack"
    return Drawn(
        chart,
        _time_head(period),
        columns,
        rows,
        sentence,
        _data(picture, figure.shown_unit, rows, series, _axis(period, now.points)),
    )


def _parts(chart: Chart, period: Period, now: Figures) -> Drawn:
    first = chart.figures[0]
    keyed = next((one for one in chart.figures if not one.by), first)
    columns = [Column(str(figure.label), figure.shown_unit) for figure in chart.figures]
    rows = [
        (name, [Value(_whole_of(now, one, parts), one.shown_unit) for one in chart.figures])
        for parts, name in _named(chart, now, keyed)
    ]
    series = [_series(columns[0].label, [values[0].value for _label, values in rows])]
    sentence = ""
    if rows:
        # What is too small to show stands together at the end, and is no part that leads.
        best = max(rows[: chart.most], key=lambda row: row[1][0].value or 0)
        words = (
            _("%(figure)s: highest in %(part)s, with %(value)s.")
            if first.by
            else _("%(figure)s: most of it %(part)s, with %(value)s.")
        )
        sentence = words % {
            "figure": columns[0].label, "part": best[0], "value": formats.short(best[1][0].value, first.shown_unit),
        }  # fmt: skip
    return Drawn(
        chart, _dimension_head(chart.dimension), columns, rows, sentence, _data("bars", first.shown_unit, rows, series)
    )


def _whole_of(now: Figures, figure: Figure, parts: Iterable[str]) -> int | None:
    parts = list(parts)
    numerator = sum(now.at(figure.key, dimension=one) for one in parts)
    return figure.value(numerator, sum(now.at(figure.by, dimension=one) for one in parts) if figure.by else 0)


def _steps(chart: Chart, now: Figures) -> Drawn:
    totals = [now.at(figure.key) for figure in chart.figures]
    share = Figure("visits", "visits")
    rows = []
    for place, (figure, total) in enumerate(zip(chart.figures, totals, strict=True)):
        of_first = share.value(total, totals[0])
        # Not everybody searches: a step that more people take than the one before it is no part of that one.
        of_last = share.value(total, totals[place - 1]) if place and total <= totals[place - 1] else None
        rows.append(
            (
                str(figure.label),
                [
                    Value(total, figure.shown_unit),
                    Value(of_first, Unit.BASIS_POINTS),
                    Value(of_last, Unit.BASIS_POINTS),
                ],
            )
        )
    columns = [
        Column(pgettext("of a funnel", "Number"), Unit.COUNT),
        Column(_("Of all visitors"), Unit.BASIS_POINTS),
        Column(_("Of the step before"), Unit.BASIS_POINTS),
    ]
    paid = next((place for place, figure in enumerate(chart.figures) if figure.key == "visits.paid"), len(totals) - 1)
    sentence = _("Of %(visitors)s visitors %(paid)s paid: %(share)s.") % {
        "visitors": formats.short(totals[0], Unit.COUNT),
        "paid": formats.short(totals[paid], Unit.COUNT),
        "share": formats.short(share.value(totals[paid], totals[0]), Unit.BASIS_POINTS),
    }
    series = [_series(columns[0].label, totals)]
    return Drawn(
        chart,
        pgettext("of a funnel", "Step"),
        columns,
        rows,
        sentence if totals[0] else "",
        _data("bars", Unit.COUNT, rows, series),
    )


def _load_cohorts(board: Board, period: Period) -> Figures | None:
    keys = [chart.figures[0].key for chart in board.charts if chart.kind == Kind.COHORTS]
    if not keys:
        return None
    # Always whole months: the twelve up to the one that the span ends in.
    last = period.span.last
    first = reading.add_months(last, 1 - _MONTHS_OF_A_COHORT)
    return reading.load(keys, Span(first, reading.add_months(last, 1) - timedelta(days=1)), reading.Grain.MONTH)


def _cohorts(chart: Chart, figures: Figures) -> Drawn:
    key, share = chart.figures[0].key, Figure("visits", "visits")
    months, today = figures.points, timezone.localdate(clock.now())
    columns = [Column(pgettext("of a cohort", "People"), Unit.PEOPLE)]
    columns += [
        Column(_("+%(number)s months") % {"number": number}, Unit.BASIS_POINTS) for number in range(1, len(months))
    ]
    rows: list[tuple[str, list[Value]]] = []
    again = people = 0
    for place, month in enumerate(months):
        name = f"{month:%Y-%m}"
        size = figures.at(key, month, name)
        values = [Value(size, Unit.PEOPLE)]
        for later in months[place + 1 :]:
            came = figures.at(key, later, name)
            basis_points = share.value(came, size)
            values.append(Value(basis_points, Unit.BASIS_POINTS, tint=_tint(basis_points), note=str(came)))
        # The month after has to be over: what is counted of it so far would say that people stay away.
        if size and place + 1 < len(months) and reading.add_months(months[place + 1], 1) <= today:
            people += size
            again += figures.at(key, months[place + 1], name)
        values += [Value(None, Unit.BASIS_POINTS)] * (len(months) - len(values))
        rows.append((name, values))
    sentence = ""
    if people:
        sentence = _("In the month after the first %(share)s came again, all cohorts together.") % {
            "share": formats.short(share.value(again, people), Unit.BASIS_POINTS)
        }
    return Drawn(chart, _("First in"), columns, rows, sentence)


def _tint(basis_points: int | None) -> int:
    """Darker by each sixth."""
    return -1 if basis_points is None else min(_TINTS, -(-basis_points * _TINTS // 10_000))


def _named(chart: Chart, now: Figures, keyed: Figure | None = None) -> list[tuple[list[str], str]]:
    """The dimensions to show with their names, the largest first; what is too small to show stands together at the end."""
    figure = keyed or chart.figures[0]
    labels: Mapping[str, str] = labels_of(chart.dimension)
    found = now.dimensions(figure.key)
    if figure.metric.adding == Adding.MOVEMENT:
        found = [one for one in labels if one in found] + [one for one in found if one not in labels]
    shown, rest = found[: chart.most], found[chart.most :]
    names = [([one], str(labels.get(one, one))) for one in shown]
    return [*names, *([(rest, pgettext("of parts", "All others"))] if rest else [])]


def _series(name: str, values: Iterable[int | None], *, is_before: bool = False) -> dict[str, Any]:
    return {"name": name, "values": list(values), "before": is_before}


def _axis(period: Period, points: Iterable[date]) -> list[str]:
    """Short words for the foot of a chart: the year stands above it."""
    return [f"{point:%Y-%m}" if period.grain == Grain.MONTH else f"{point:%m-%d}" for point in points]


def _data(
    picture: str,
    unit: Unit,
    rows: list[tuple[str, list[Value]]],
    series: list[dict[str, Any]],
    axis: list[str] | None = None,
) -> dict[str, Any]:
    labels = [label for label, _values in rows]
    return {"picture": picture, "unit": unit.value, "labels": labels, "axis": axis or labels, "series": series}


def _time_head(period: Period) -> str:
    return {
        "day": pgettext("of a table", "Day"), "week": pgettext("of a table", "Week"), "month": pgettext("of a table", "Month"),
    }[period.grain.value]  # fmt: skip


def _dimension_head(dimension: str) -> str:
    return {
        "category": _("Category"),
        "channel": pgettext("of visits", "Channel"),
        "level": _("Level"),
        "outcome": pgettext("of a dispute", "Outcome"),
        "account": _("Kind of account"),
        "topic": pgettext("of a question", "Topic"),
        "case": pgettext("of a case", "About"),
        "way": pgettext("of a message", "Way"),
        "address": _("Address"),
        "answer": pgettext("about an article", "Answer"),
    }.get(dimension, pgettext("of a table", "Part"))


def _compared(figure: Figure, value: int | None, before: int | None) -> str:
    words = {"figure": figure.label, "value": formats.short(value, figure.shown_unit)}
    change, direction = formats.change(value, before, figure.shown_unit)
    if not change:
        return _("%(figure)s: %(value)s.") % words
    if not direction:
        return _("%(figure)s: %(value)s, as in the period before.") % words
    return _("%(figure)s: %(value)s, %(change)s than in the period before.") % {**words, "change": change}


def _largest(names: list[tuple[list[str], str]], totals: list[int], figure: Figure, *, stands: bool) -> str:
    place = max(range(len(totals)), key=lambda number: totals[number])
    words = {"part": names[place][1], "value": formats.short(totals[place], figure.shown_unit)}
    if stands:
        return _("At the end the largest part is %(part)s, with %(value)s.") % words
    return _("The largest part is %(part)s, with %(value)s.") % words
