"""Somebody's own searches: what is kept of them, and those they follow."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.models import ConsentDocument
from marketplace.accounts.selectors import has_consent
from marketplace.core import flags
from marketplace.discovery import history as own_history
from marketplace.discovery import personal
from marketplace.discovery import saved_searches as saved
from marketplace.discovery.params import query_string, read_request
from marketplace.discovery.suggestion_models import SearchAlert

HISTORY_LENGTH = 50


@login_required
@never_cache
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """What is kept of somebody's searches: delete one, delete all, pause."""
    context = {
        "searches": own_history.own_searches(request.user, limit=HISTORY_LENGTH),
        "is_kept": has_consent(request.user, ConsentDocument.SEARCHES),
        "is_paused": own_history.is_paused(request.user),
        "is_personal": personal.personalises(request.user),
    }
    return render(request, "discovery/search_history.html", context)


@login_required
@require_POST
def forget_searches(request: HttpRequest) -> HttpResponse:
    """Delete the searches for one query, or all of them."""
    if request.POST.get("all") == "1":
        own_history.forget_searches(user=request.user)
        messages.success(request, _("Your searches were deleted."))
    else:
        own_history.forget_search(user=request.user, query=request.POST.get("query", ""))
    if request.htmx:
        return HttpResponse(status=204)
    return redirect("discovery:history")


@login_required
@require_POST
def pause_history(request: HttpRequest) -> HttpResponse:
    """Keep no more searches for now, or keep them again."""
    if request.POST.get("paused") == "1":
        own_history.pause_history(user=request.user)
        messages.success(request, _("Paused. What you search for from now on is not kept under your account."))
    else:
        own_history.resume_history(user=request.user)
        messages.success(request, _("Your searches are kept again."))
    return redirect("discovery:history")


@login_required
@require_POST
def personalise(request: HttpRequest) -> HttpResponse:
    """Let one's own categories move results, or not."""
    is_on = request.POST.get("on") == "1"
    personal.set_personalised_search(user=request.user, is_on=is_on)
    if is_on:
        messages.success(request, _("On. Your own categories move results up a little."))
    else:
        messages.success(request, _("Off. Results now stand for you as for everybody."))
    return redirect("discovery:history")


@login_required
@never_cache
@require_safe
def saved_searches(request: HttpRequest) -> HttpResponse:
    """The searches somebody follows, with what is new."""
    context = {"searches": saved.saved_searches(request.user), "alerts": SearchAlert.choices}
    return render(request, "discovery/saved_searches.html", context)


@login_required
@never_cache
def save_search(request: HttpRequest) -> HttpResponse:
    """Keep the search of this address. Who had to log in first comes by GET, and is asked once more on the search page."""
    if request.method != "POST":
        return redirect(reverse("discovery:search") + query_string(read_request(request.GET)))
    if not flags.is_on("discovery.saved_searches", user=request.user):
        raise Http404
    wanted = read_request(request.POST)
    kept = saved.save_search(
        user=request.user,
        request=wanted,
        name=request.POST.get("name", ""),
        alerts=_alert(request.POST.get("alerts", "")),
    )
    messages.success(request, _("Saved: “%(name)s”. You find it under My saved searches.") % {"name": kept.name})
    return redirect(reverse("discovery:search") + query_string(wanted))


@login_required
@require_POST
def change_search(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name, or another way to be told."""
    saved.change_search(
        user=request.user,
        search_id=pk,
        name=request.POST.get("name", ""),
        alerts=_alert(request.POST.get("alerts", "")),
    )
    messages.success(request, _("Changed."))
    return redirect("discovery:saved_searches")


@login_required
@require_POST
def delete_search(request: HttpRequest, pk: int) -> HttpResponse:
    """Follow it no longer."""
    saved.delete_search(user=request.user, search_id=pk)
    messages.success(request, _("Deleted."))
    return redirect("discovery:saved_searches")


@login_required
@never_cache
@require_safe
def open_search(request: HttpRequest, pk: int) -> HttpResponse:
    """Its results, newest first; what is new counts as seen."""
    return redirect(saved.open_search(user=request.user, search_id=pk))


def _alert(value: str) -> SearchAlert:
    return SearchAlert(value) if value in SearchAlert.values else SearchAlert.NONE
