"""How moderators decide, for everybody: the page and its table."""

from collections.abc import Iterator
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_page
from django.views.decorators.http import require_safe

from marketplace.core.config import get_config
from marketplace.core.sheets import Cell, Column, Sheet, SheetFormat, sheet_response
from marketplace.moderation.quality import statistics

PUBLISHED_SECONDS = 300


@require_safe
def statistics_page(request: HttpRequest) -> HttpResponse:
    """One month, `?month=2026-10`, or the newest. Guests share one copy for some minutes."""
    if request.user.is_authenticated:
        return _page(request)
    return cache_page(PUBLISHED_SECONDS, cache="forgiving", key_prefix="moderation-statistics")(_page)(request)


@require_safe
def statistics_csv(request: HttpRequest) -> HttpResponseBase:
    """All months that are published, a line a figure. What is too small stands as <5."""
    columns = [Column(name, 24) for name in ("month", "figure", "item", "number")]
    name = "jiangji-moderation"
    return sheet_response(request, Sheet(name=name, title=name, columns=columns, rows=_rows()), SheetFormat.CSV)


def _rows() -> Iterator[tuple[Cell, ...]]:
    chosen = [statistics.figures_of(month) for month in statistics.months()]
    for month, figure, item, number in statistics.lines(chosen):
        yield month, figure, item, f"<{statistics.FEWEST}" if number is None else number


def _page(request: HttpRequest) -> HttpResponse:
    months = statistics.months()
    wanted = _month(request.GET.get("month", ""), months)
    figures = statistics.figures_of(wanted) if wanted else None
    labels = statistics.labels_of([figures]) if figures else {}
    tables = (
        [
            (_("By kind"), _named(figures.kinds, labels)),
            (_("By effect"), _named(figures.effects, labels)),
            (_("By reason"), _named(figures.reasons, labels)),
        ]
        if figures
        else []
    )
    sanctions = figures.sanctions if figures else []
    context = {
        "months": months,
        "figures": figures,
        "tables": tables,
        "sanctions": [
            (one, labels.get(one.kind, ""), labels.get(one.effect, ""), labels.get(one.reason, "")) for one in sanctions
        ],
        "sanctions_shown": statistics.SANCTIONS_SHOWN,
        "fewest": statistics.FEWEST,
        "appeal_days": get_config("moderation.appeal_days"),
        "sample_percent": get_config("moderation.sample_percent"),
    }
    return render(request, "moderation/statistics.html", context)


def _named(shares: list[statistics.Share], labels: dict[str, str]) -> list[tuple[str, statistics.Share]]:
    return [(labels.get(share.code, share.code), share) for share in shares]


def _month(asked: str, months: list[date]) -> date | None:
    """The month that was asked for. Raises Http404 for one that is not published."""
    if not asked:
        return months[0] if months else None
    for month in months:
        if f"{month:%Y-%m}" == asked:
            return month
    raise Http404
