"""What is recommended to somebody, and what they decide about it. Every address is their own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.models import ConsentDocument
from marketplace.accounts.selectors import has_consent
from marketplace.discovery.history import is_paused
from marketplace.discovery.recommending import choices, selectors, viewing
from marketplace.discovery.recommending.for_you import PAGE, for_you

VIEWS_LISTED = 50


@login_required
@never_cache
@require_safe
def for_you_page(request: HttpRequest) -> HttpResponse:
    """All that is recommended to this person."""
    context = {
        "row": for_you(request.user, limit=PAGE),
        "hidden": selectors.hidden_of(request.user, request.GET.get("hidden", "")),
    }
    return render(request, "discovery/for_you.html", context)


@login_required
@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Not interested; back to where the card stood, where it can be taken back."""
    gig_id = _gig_id(request)
    back = _back(request)
    if gig_id is None or not choices.dismiss(user=request.user, gig_id=gig_id):
        messages.error(request, _("This service is not there any more."))
        return redirect(back)
    return redirect(f"{back}?hidden={gig_id}#for-you")


@login_required
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Interested after all."""
    gig_id = _gig_id(request)
    if gig_id is not None:
        choices.take_back(user=request.user, gig_id=gig_id)
        messages.success(request, _("It may be recommended again."))
    return redirect(_back(request))


@login_required
@never_cache
@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    """The switch, what is kept of what they looked at, what they are not interested in."""
    context = {
        "is_off": choices.is_off(request.user),
        "is_kept": has_consent(request.user, ConsentDocument.VIEWS),
        "is_paused": is_paused(request.user),
        "views": selectors.own_views(request.user, limit=VIEWS_LISTED),
        "dismissed": choices.dismissed(request.user),
    }
    return render(request, "discovery/recommendation_settings.html", context)


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Personal recommendations off, or on again."""
    if request.POST.get("off") == "1":
        choices.switch_off(user=request.user)
        messages.success(request, _("Switched off. You are recommended what everybody is recommended."))
    else:
        choices.switch_on(user=request.user)
        messages.success(request, _("Switched on."))
    return redirect("discovery:recommendations")


@login_required
@require_POST
def forget_views(request: HttpRequest) -> HttpResponse:
    """Delete one service of what they looked at, or all of them."""
    gig_id = _gig_id(request)
    if request.POST.get("all") == "1":
        viewing.forget_views(user=request.user)
        messages.success(request, _("What you looked at was deleted."))
    elif gig_id is not None:
        viewing.forget_views(user=request.user, gig_id=gig_id)
    choices.forget_row(request.user.pk)
    return redirect("discovery:recommendations")


def _gig_id(request: HttpRequest) -> int | None:
    value = request.POST.get("gig", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else None


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "")
    if "?" not in back and url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        return back
    return reverse("discovery:for_you")
