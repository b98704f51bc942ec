"""A seller's gigs as files: out, and in by way of a preview."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.core.sheets import SheetFormat
from marketplace.gigs import services
from marketplace.gigs.errors import GigError
from marketplace.gigs.exchange import files, selectors, workbook
from marketplace.gigs.exchange.base import Categories
from marketplace.gigs.exchange.forms import ImportForm

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exchange(request: HttpRequest) -> HttpResponse:
    """Files to take away, and the form for one that comes in."""
    if not request.user.is_seller:
        return redirect("accounts:become_seller")
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            read = services.read_import(seller=request.user, upload=form.cleaned_data["file"])
        except GigError as error:
            form.add_error("file", error.message)
        else:
            return redirect("gigs:import_preview", read.pk)
    context = {"form": form, "gig_limit": files.GIG_LIMIT, "megabytes": files.MEGABYTES}
    status = 422 if request.method == "POST" else 200
    return render(request, "gigs/exchange.html", context, status=status)


@login_required
@require_safe
def export(request: HttpRequest, ending: str) -> HttpResponse:
    """All of the seller's own gigs as a file."""
    if not request.user.is_seller:
        return redirect("accounts:become_seller")
    if ending == SheetFormat.XLSX:
        return _download(files.export_xlsx(request.user), _XLSX, "匠集-我的服务.xlsx")
    if ending == "json":
        return _download(files.export_json(request.user), "application/json", "匠集-我的服务.json")
    raise Http404


@login_required
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """A file to fill in, with an example and an explanation."""
    return _download(workbook.template(Categories()), _XLSX, "匠集-服务导入模板.xlsx")


@login_required
@require_safe
def import_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What would change; once it was applied, what came of it."""
    found = selectors.own_import(pk, request.user)
    return render(request, "gigs/import_preview.html", {"preview": selectors.preview(found)})


@login_required
@require_POST
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Write it: drafts and new revisions."""
    found = selectors.own_import(pk, request.user)
    pairs = (value.partition(":") for value in request.POST.getlist("seen"))
    seen = {int(gig_id): mark for gig_id, _colon, mark in pairs if gig_id.isdecimal() and len(gig_id) < 19}
    services.apply_import(import_id=found.pk, seller=request.user, seen=seen)
    messages.success(request, _("The import is done. Nothing of it is live before you submit it and it was reviewed."))
    return redirect("gigs:import_preview", found.pk)


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    disposition = content_disposition_header(True, name) or ""
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
