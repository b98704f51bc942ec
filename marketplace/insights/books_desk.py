"""The books in Wagtail's admin: every transaction with its legs, for finance. Nothing can be changed here."""

from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from marketplace.core import clock
from marketplace.core.paging import key_of
from marketplace.core.sheets import format_of, sheet_response
from marketplace.insights.books_export import books_sheet
from marketplace.insights.forms import MOST_PEOPLE, BooksForm
from marketplace.ledger.books import books_page, books_totals
from marketplace.ledger.periods import Period
from marketplace.moderation.services import record_staff_action
from marketplace.payments import subjects

PERMISSION = "ledger.view_transaction"


@permission_required(PERMISSION)
@require_safe
def book_list(request: HttpRequest) -> HttpResponse:
    """A page of transactions, newest first, with the sums of all that were chosen on the first page."""
    form = _form(request)
    context = {"form": form, "query": _query(form), "is_first": not {"older", "newer"} & request.GET.keys()}
    if form.is_valid():
        wanted = form.wanted()
        today = timezone.localdate(clock.now())
        month = Period.month(form.cleaned_data["first"] or today)
        context |= {
            "page": books_page(
                wanted, older_than=key_of(request.GET, "older"), newer_than=key_of(request.GET, "newer")
            ),
            # A sum reads every leg of the range: once, not again on each page.
            "totals": books_totals(wanted) if context["is_first"] else [],
            "account_ids": set(wanted.account_ids or ()),
            "people": form.people[:MOST_PEOPLE],
            "has_more_people": len(form.people) > MOST_PEOPLE,
            "order": subjects.order_by_reference(wanted.reference) if wanted.reference else None,
            "payout": subjects.payout_by_reference(wanted.reference) if wanted.reference else None,
            "months": [each for each in (month.before(), month.following()) if each and each.first <= today],
        }
    return render(request, "insights/admin/book_list.html", context)


@permission_required(PERMISSION)
@require_safe
@cache_control(private=True, no_store=True)
def book_export(request: HttpRequest, ending: str) -> StreamingHttpResponse:
    """Every leg of what was chosen, as CSV or XLSX. Who took it stands in the staff log."""
    wanted, form = format_of(ending), _form(request)
    if not form.is_valid():
        raise Http404
    chosen = {name: str(value) for name, value in form.cleaned_data.items() if value}
    record_staff_action(actor=request.user, action="books.export", data=chosen | {"format": wanted.value})
    name = _("Books %(day)s") % {"day": timezone.localdate(clock.now()).isoformat()}
    return sheet_response(request, books_sheet(form.wanted(), name=name), wanted)


def _form(request: HttpRequest) -> BooksForm:
    """The form as it was sent; without anything chosen, the present month."""
    chosen = {name: request.GET[name] for name in BooksForm.base_fields if name in request.GET}
    if not chosen:
        today = timezone.localdate(clock.now())
        chosen = {"first": today.replace(day=1).isoformat(), "last": today.isoformat()}
    return BooksForm(chosen)


def _query(form: BooksForm) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in form.data.items() if value})
    return query
