"""The way in for staff."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe


@require_safe
def staff_login(request: HttpRequest) -> HttpResponse:
    """Wagtail's own log-in page would bypass allauth's throttles and second factor; this one leads there instead.

    Somebody who is logged in already and lands here has no right to the admin: say so, rather than send them in circles.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    target = request.GET.get("next", reverse("wagtailadmin_home"))
    return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
