"""The page of the demo's clock, in Wagtail's admin."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.core import clock as business_clock
from portal.demo import clock
from portal.demo.errors import DemoError

PERMISSION = "demo.move_clock"
View = Callable[[HttpRequest], HttpResponse]


def where_it_is_on(view: View) -> View:
    """A demonstration whose clock is not for moving has no such page."""

    @wraps(view)
    def page(request: HttpRequest) -> HttpResponse:
        if not settings.DEMO_CLOCK:
            raise Http404
        return view(request)

    return page


@permission_required(PERMISSION)
@where_it_is_on
@require_safe
def clock_page(request: HttpRequest) -> HttpResponse:
    """What time it is in the demo, what happens next, and the buttons that move it."""
    context = {
        "now": business_clock.now(),
        "ahead": business_clock.ahead(),
        "jumps": clock.JUMPS.items(),
        "coming": clock.coming(),
        "can_go_back": not clock.is_booked_ahead(),
    }
    return render(request, "demo/admin/clock.html", context)


@permission_required(PERMISSION)
@where_it_is_on
@require_POST
def clock_move(request: HttpRequest) -> HttpResponse:
    """Jump, or go back to the real time."""
    hours = request.POST.get("hours", "")
    try:
        if hours == "back":
            clock.back_to_now()
            messages.success(request, _("The clock shows the real time again."))
        else:
            clock.jump(hours=int(hours) if hours.isdecimal() and len(hours) < 5 else 0)
            messages.success(request, _("The clock was moved. The jobs that are due run now."))
    except DemoError as refusal:
        messages.error(request, refusal.message)
    return redirect("demo_clock")
