"""Where somebody is logged in, and signing out elsewhere."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts import selectors, services
from marketplace.accounts.decorators import recent_login_required


@login_required
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """The browsers that one is logged in with."""
    found = selectors.devices_of(request.user, session_key=request.session.session_key)
    return render(request, "usersessions/usersession_list.html", {"devices": found})


@recent_login_required("POST")
@require_POST
def end_device(request: HttpRequest, device_id: int) -> HttpResponse:
    """Sign one device out; of this one it is logging out."""
    is_this = selectors.device_of(request.user, device_id).session_key == request.session.session_key
    services.end_device(user=request.user, device_id=device_id)
    if is_this:
        logout(request)
        return redirect("account_login")
    messages.success(request, _("The device is signed out."))
    return redirect("usersessions_list")


@recent_login_required("POST")
@require_POST
def end_other_devices(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    count = services.end_other_devices(user=request.user, session_key=request.session.session_key)
    text = ngettext("%(count)s device is signed out.", "%(count)s devices are signed out.", count)
    messages.success(request, text % {"count": count})
    return redirect("usersessions_list")
