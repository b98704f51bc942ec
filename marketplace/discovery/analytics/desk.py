"""How the search is doing, in Wagtail's admin: for those who look after words and categories."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from marketplace.core import staff_log
from marketplace.core.sheets import Cell, Column, Sheet, format_of, sheet_response
from marketplace.discovery.analytics import selectors
from marketplace.discovery.analytics.models import JudgedScore
from marketplace.discovery.analytics.selectors import PERIODS, PERMISSION, QueryFigures, Span, span_of

# The charts: bars one unit apart in a box of this size, as the style sheet expects.
CHART_WIDTH, CHART_HEIGHT = 600, 120


@dataclass(frozen=True)
class Bar:
    """A bar of a chart, as SVG paths: the whole of it, and the part of it that is marked."""

    path: str
    marked: str
    title: str


@permission_required(PERMISSION)
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Everything about the last days on one page."""
    span = _span(request)
    context = {
        "span": span,
        "periods": PERIODS,
        "totals": selectors.totals(request.user, span),
        "before": selectors.totals(request.user, span.before()),
        "days": _day_bars(selectors.searches_by_day(request.user, span)),
        "places": _place_bars(selectors.click_curve(request.user, span)),
        "place_rows": selectors.click_curve(request.user, span),
        "lists": [
            (name, title, help_text, ask(request.user, span)) for name, (title, help_text, ask) in _lists().items()
        ],
        "rephrasings": selectors.rephrasings(request.user, span),
        "scores": [(name, _score_bars(rows), rows[-1]) for name, rows in selectors.judged_scores(request.user, span)],
    }
    return render(request, "discovery/admin/search_figures.html", context)


@permission_required(PERMISSION)
@require_safe
@cache_control(private=True, no_store=True)
def export(request: HttpRequest, name: str, ending: str) -> StreamingHttpResponse:
    """One of the lists, longer, as CSV or XLSX. Who took it stands in the staff log."""
    wanted = format_of(ending)
    if name not in _lists():
        raise Http404
    span = _span(request)
    title, _help, ask = _lists()[name]
    staff_log.note(
        actor=request.user,
        action="search_figures.export",
        data={"list": name, "days": span.days, "format": wanted.value},
    )
    rows = ask(request.user, span, limit=selectors.ROWS_EXPORTED)
    sheet = Sheet(name=f"{title} {span.last.isoformat()}", title=title, columns=_columns(), rows=_rows(rows))
    return sheet_response(request, sheet, wanted)


def _lists() -> dict[str, tuple[str, str, Callable[..., list[QueryFigures]]]]:
    return {
        "top": (_("Most searched"), _("What people look for most."), selectors.top_queries),
        "rising": (
            _("Rising"),
            _("Searched more than in as many days before, the steepest first."),
            selectors.rising_queries,
        ),
        "zero": (
            _("Nothing found"),
            _("Missing words for the thesaurus, or missing services."),
            selectors.queries_without_result,
        ),
        "unopened": (
            _("Found, but not opened"),
            _("Something was found, and little of it was opened: the wrong services come first, or none fits."),
            selectors.queries_without_click,
        ),
    }


def _columns() -> list[Column]:
    headings = (
        _("Query"),
        _("Searches"),
        _("As many days before"),
        _("Nothing found"),
        _("With a click"),
        _("With an order"),
    )
    return [Column(heading, 24 if not place else 12) for place, heading in enumerate(headings)]


def _rows(rows: list[QueryFigures]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        yield row.query, row.searches, row.before, row.without_result, row.clicked, row.ordered


def _span(request: HttpRequest) -> Span:
    days = request.GET.get("days", "")
    return span_of(int(days) if days in {str(one) for one in PERIODS} else PERIODS[1])


def _day_bars(days: list[tuple[Any, int, int]]) -> list[Bar]:
    most = max((searches for _day, searches, _without in days), default=0)
    return [
        _bar(
            place, len(days), searches, without, most, f"{day.isoformat()}: {searches} · {_('Nothing found')} {without}"
        )
        for place, (day, searches, without) in enumerate(days)
    ]


def _place_bars(places: list[selectors.Place]) -> list[Bar]:
    most = max((one.permille for one in places), default=0)
    return [
        _bar(number, len(places), one.permille, 0, most, f"{one.number}: {one.permille / 10:.1f} %")
        for number, one in enumerate(places)
    ]


def _score_bars(scores: list[JudgedScore]) -> list[Bar]:
    return [
        _bar(place, len(scores), round(1000 * one.ndcg), 0, 1000, f"{one.day.isoformat()}: {one.ndcg:.3f}")
        for place, one in enumerate(scores)
    ]


def _bar(place: int, count: int, value: int, marked: int, most: int, title: str) -> Bar:
    step = CHART_WIDTH / max(count, 1)
    return Bar(
        *(_path(place * step, step * 0.8, CHART_HEIGHT * one / most if most else 0) for one in (value, marked)), title
    )


def _path(left: float, width: float, height: float) -> str:
    return f"M{left:.1f} {CHART_HEIGHT - height:.1f}h{width:.1f}v{height:.1f}h-{width:.1f}z" if height else ""
