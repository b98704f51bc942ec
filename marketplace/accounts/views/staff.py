"""The way in for staff."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts import viewing


@require_safe
def staff_login(request: HttpRequest) -> HttpResponse:
    """Wagtail's own log-in page would bypass allauth's throttles and second factor; this one leads there instead.

    Somebody who is logged in already and lands here has no right to the admin: say so, rather than send them in circles.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    target = request.GET.get("next", reverse("wagtailadmin_home"))
    return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")


@login_required
@require_POST
def stop_viewing(request: HttpRequest) -> HttpResponse:
    """Stop seeing the site as somebody else; back to that person's page in the admin."""
    person_id = viewing.end(session=request.session, staff=request.user)
    return redirect(reverse("people_person", args=[person_id]) if person_id else "/")
