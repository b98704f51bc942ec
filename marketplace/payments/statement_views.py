"""The statement as a file. Here and not in the ledger, which does not know what a number in the books belongs to."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from marketplace.core.sheets import format_of, sheet_response
from marketplace.payments.statement_export import statement_sheet


@login_required
@require_safe
@cache_control(private=True, no_store=True)
def statement_export(request: HttpRequest, ending: str) -> StreamingHttpResponse:
    """The chosen period and kind of the person's own statement, as CSV or XLSX."""
    wanted = format_of(ending)
    sheet = statement_sheet(
        request.user, period_key=request.GET.get("period", ""), movement=request.GET.get("movement", "")
    )
    return sheet_response(request, sheet, wanted)
