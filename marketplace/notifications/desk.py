"""In Wagtail's admin: what did not reach people, with a button to try again."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.core.errors import DomainError
from marketplace.notifications import dispatching, undelivered

VIEW, CHANGE = "notifications.view_dispatch", "notifications.change_dispatch"
PAGE_LENGTH = 40


@permission_required(VIEW)
@require_safe
def undelivered_list(request: HttpRequest) -> HttpResponse:
    """What was refused, or has failed too often, the newest first."""
    page = Paginator(dispatching.dead_dispatches(), PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {"page_obj": page, "rows": [(row, undelivered.may_have_arrived(row)) for row in page]}
    return render(request, "notifications/admin/undelivered_list.html", context)


@permission_required(CHANGE)
@require_POST
def undelivered_act(request: HttpRequest, dispatch_id: int) -> HttpResponse:
    """Try again, or take it off the list."""
    staff = cast(AbstractBaseUser, request.user)
    try:
        if request.POST.get("act") == "again":
            is_sure = request.POST.get("sure") == "1"
            is_done = undelivered.send_again(dispatch_id=dispatch_id, staff=staff, is_sure=is_sure)
            done = _("It is being sent again.")
        else:
            is_done = undelivered.take_off(dispatch_id=dispatch_id, staff=staff)
            done = _("Taken off the list.")
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("notifications_undelivered")
    if is_done:
        messages.success(request, done)
    else:
        messages.warning(request, _("It is no longer on the list."))
    return redirect("notifications_undelivered")
