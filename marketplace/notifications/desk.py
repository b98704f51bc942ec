"""In Wagtail's admin: what did not reach people, with a button to try again."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.notifications import dispatching

VIEW, CHANGE = "notifications.view_dispatch", "notifications.change_dispatch"
PAGE_LENGTH = 40


@permission_required(VIEW)
@require_safe
def undelivered_list(request: HttpRequest) -> HttpResponse:
    """What was refused, or has failed too often, the newest first."""
    page = Paginator(dispatching.dead_dispatches(), PAGE_LENGTH).get_page(request.GET.get("page"))
    return render(request, "notifications/admin/undelivered_list.html", {"page_obj": page})


@permission_required(CHANGE)
@require_POST
def undelivered_act(request: HttpRequest, dispatch_id: int) -> HttpResponse:
    """Try again, or take it off the list."""
    act = dispatching.try_again if request.POST.get("act") == "again" else dispatching.set_aside
    if act(dispatch_id=dispatch_id):
        done = _("It is being sent again.") if act is dispatching.try_again else _("Taken off the list.")
        messages.success(request, done)
    else:
        messages.warning(request, _("It is no longer on the list."))
    return redirect("notifications_undelivered")
