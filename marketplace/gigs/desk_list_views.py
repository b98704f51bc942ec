"""The seller's list of their own gigs, and the buttons in it. Each works as a plain form; htmx swaps the list in place."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.gigs import desk_selectors, selectors, services
from marketplace.gigs.desk_selectors import DeskSort
from marketplace.gigs.models import Gig
from marketplace.gigs.steps import Step


@login_required
@require_safe
def desk_list(request: HttpRequest) -> HttpResponse:
    """The seller's gigs with their figures, and what each of them waits for."""
    if not request.user.is_seller:
        return redirect("accounts:become_seller")
    asked = request.GET
    desk = desk_selectors.desk_list(
        request.user,
        status=asked.get("status", ""),
        query=asked.get("q", ""),
        sort=asked.get("sort", ""),
        page_number=asked.get("page", "1"),
    )
    return render(request, "gigs/desk_list.html", {"desk": desk, "sorts": DeskSort.choices})


def _back(request: HttpRequest) -> HttpResponse:
    """To the list as it was when the button was pressed."""
    origin = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure()):
        return redirect(origin)
    return redirect("gigs:desk_list")


def _action(request: HttpRequest, pk: int, service: Callable[..., Gig], done: str) -> HttpResponse:
    gig = selectors.get_own_gig(pk, request.user)
    service(gig_id=gig.pk, seller=request.user)
    messages.success(request, done)
    return _back(request)


@login_required
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a gig off the lists for a while."""
    return _action(request, pk, services.pause_gig, _("Paused. Buyers do not find it now; running orders go on."))


@login_required
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a paused gig back."""
    return _action(request, pk, services.resume_gig, _("It can be found and booked again."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a gig away for good, after a page that says what stays."""
    if request.method != "POST":
        return _confirm_archiving(request, [selectors.get_own_gig(pk, request.user)])
    return _action(request, pk, services.archive_gig, _("Put away. Its orders and reviews stay."))


@login_required
@require_POST
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft that says the same, opened at the first step: what makes it another service is changed first."""
    gig = selectors.get_own_gig(pk, request.user)
    copy = services.duplicate_gig(gig_id=gig.pk, seller=request.user)
    messages.success(request, _("This is the copy, a draft. Nobody but you sees it."))
    return redirect("gigs:step", copy.pk, Step.OVERVIEW)


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Pause, resume or put away all ticked gigs; putting away asks once more."""
    deed = request.POST.get("deed", "")
    if deed not in services.DEEDS:
        return HttpResponseBadRequest()
    gigs = desk_selectors.own_gigs(request.user, request.POST.getlist("gig"))
    if not gigs:
        messages.warning(request, _("Tick at least one service first."))
        return _back(request)
    if deed == "archive" and "confirmed" not in request.POST:
        return _confirm_archiving(request, gigs)
    outcome = services.do_to_gigs(deed=deed, gig_ids=[gig.pk for gig in gigs], seller=request.user)
    _tell(request, deed, outcome)
    return _back(request)


def _confirm_archiving(request: HttpRequest, gigs: list[Gig]) -> HttpResponse:
    origin = request.POST.get("next", "") or request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
    context = {"gigs": gigs, "origin": origin if is_ours else reverse("gigs:desk_list")}
    return render(request, "gigs/archive_confirm.html", context)


def _tell(request: HttpRequest, deed: str, outcome: services.Outcome) -> None:
    done = {
        "pause": ngettext("%(count)s service paused.", "%(count)s services paused.", outcome.done),
        "resume": ngettext("%(count)s service resumed.", "%(count)s services resumed.", outcome.done),
        "archive": ngettext("%(count)s service put away.", "%(count)s services put away.", outcome.done),
    }
    if outcome.done:
        messages.success(request, done[deed] % {"count": outcome.done})
    for title, reason in outcome.refused:
        messages.warning(request, _("“%(title)s”: %(reason)s") % {"title": title, "reason": reason})
