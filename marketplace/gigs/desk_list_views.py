"""The seller's list of their own gigs, and the buttons in it."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.gigs import selectors, services
from marketplace.gigs.models import Gig
from marketplace.gigs.states import GigStatus


@login_required
def desk_list(request: HttpRequest) -> HttpResponse:
    """The seller's gigs with what each of them waits for."""
    if not request.user.is_seller:
        return redirect("accounts:become_seller")
    status = request.GET.get("status", "")
    status = status if status in GigStatus.values else ""
    context = {
        "rows": selectors.seller_gigs(request.user, status=status),
        "status": status,
        "statuses": GigStatus.choices,
    }
    return render(request, "gigs/desk_list.html", context)


def _action(request: HttpRequest, pk: int, service: Callable[..., Gig], done: str) -> HttpResponse:
    gig = selectors.get_own_gig(pk, request.user)
    service(gig_id=gig.pk, seller=request.user)
    messages.success(request, done)
    return redirect("gigs:desk_list")


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
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a gig away for good."""
    return _action(request, pk, services.archive_gig, _("Put away. Its orders and reviews stay."))
