"""The boards in Wagtail's admin, their exports, and one's own reports by e-mail."""

from collections.abc import Iterator

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.core import staff_log
from marketplace.core.sheets import Cell, Column, Sheet, format_of, sheet_response
from marketplace.insights import figures
from marketplace.insights.boards import formats, reports
from marketplace.insights.boards.catalogue import boards
from marketplace.insights.boards.definition import PERMISSION, Board
from marketplace.insights.boards.drawing import Drawn, draw, draw_one
from marketplace.insights.boards.forms import ReportForm
from marketplace.insights.boards.periods import choices, period_of
from marketplace.insights.boards.selectors import boards_for, may_see
from marketplace.insights.metrics import registry

_FIRST = "overview"


@permission_required(PERMISSION)
@require_safe
def board(request: HttpRequest, key: str = _FIRST) -> HttpResponse:
    """One board for a period, beside the period before."""
    shown = _board(request, key)
    period = period_of(request.GET.dict())
    tiles, charts = draw(shown, period)
    context = {
        "board": shown,
        "boards": boards_for(request.user),
        "period": period,
        "before": period.span.before(),
        "periods": choices(),
        "grains": _grains(),
        "tiles": tiles,
        "charts": charts,
        "data": {drawn.chart.key: drawn.data for drawn in charts if drawn.data and not drawn.is_empty},
        "open_days": figures.open_days(period.span),
    }
    return render(request, "insights/admin/board.html", context)


@permission_required(PERMISSION)
@require_safe
@cache_control(private=True, no_store=True)
def export(request: HttpRequest, key: str, chart: str, ending: str) -> StreamingHttpResponse:
    """The table of one chart as CSV or XLSX. Who took it stands in the staff log."""
    wanted, shown = format_of(ending), _board(request, key)
    found = next((one for one in shown.charts if one.key == chart), None)
    if found is None:
        raise Http404
    period = period_of(request.GET.dict())
    staff_log.note(
        actor=request.user,
        action="analytics.export",
        data={
            "board": key, "chart": chart, "first": period.span.first.isoformat(), "last": period.span.last.isoformat(),
            "format": wanted.value,
        },
    )  # fmt: skip
    drawn = draw_one(shown, found, period)
    name = f"{found.title} {period.span.first:%Y-%m-%d} {period.span.last:%Y-%m-%d}"
    columns = [Column(drawn.head, 18), *(Column(column.label, 16) for column in drawn.columns)]
    return sheet_response(request, Sheet(name, str(found.title), columns, _rows(drawn)), wanted)


@permission_required(PERMISSION)
@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """What each figure counts, in words."""
    return render(
        request,
        "insights/admin/definitions.html",
        {"sources": registry.sources(), "boards": boards_for(request.user), "board": None},
    )


@permission_required(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def report_list(request: HttpRequest) -> HttpResponse:
    """One's own reports: see them, order one, stop one."""
    form = ReportForm(request.POST or None, boards=boards_for(request.user))
    if request.method == "POST" and form.is_valid():
        reports.subscribe(user=request.user, boards=form.cleaned_data["boards"], rhythm=form.cleaned_data["rhythm"])
        messages.success(request, _("The report is ordered. It comes to the address of your account."))
        return redirect("insights_reports")
    context = {
        "form": form, "boards": boards_for(request.user), "board": None, "subscriptions": reports.own(request.user),
    }  # fmt: skip
    return render(request, "insights/admin/reports.html", context)


@permission_required(PERMISSION)
@require_POST
def report_stop(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Stop one of one's own reports."""
    reports.unsubscribe(user=request.user, subscription_id=subscription_id)
    messages.success(request, _("The report does not come any more."))
    return redirect(reverse("insights_reports"))


def _board(request: HttpRequest, key: str) -> Board:
    found = boards().get(key)
    if found is None:
        raise Http404
    if not may_see(request.user, found):
        raise PermissionDenied
    return found


def _rows(drawn: Drawn) -> Iterator[tuple[Cell, ...]]:
    for label, values in drawn.rows:
        yield label, *(formats.cell(one.value, one.unit) for one in values)


def _grains() -> list[tuple[str, str]]:
    return [("day", _("By day")), ("week", _("By week")), ("month", _("By month"))]
