"""The page of ways to log in by other houses."""

from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marketplace.accounts import selectors, services
from marketplace.accounts.decorators import recent_login_required
from marketplace.accounts.forms.social import UnlinkForm


@recent_login_required()
@require_http_methods(["GET", "HEAD", "POST"])
def ways_in(request: HttpRequest) -> HttpResponse:
    """What is linked; linking begins here and unlinking happens here, both with a recent log-in only.

    One address for all of it, so that who has to log in once more comes back to a page.
    """
    if request.method == "POST" and (provider_id := request.POST.get("link")):
        provider = selectors.offered_provider(request, provider_id)
        return provider.redirect(request, process=AuthProcess.CONNECT)
    if request.method == "POST":
        form = UnlinkForm(request.POST)
        if form.is_valid():
            services.unlink_social_account(user=request.user, account_id=form.cleaned_data["unlink"])
            messages.success(request, _("It is unlinked and no longer opens your account."))
        return redirect("accounts:ways_in")
    return render(request, "accounts/ways_in.html", {"ways": selectors.social_ways(request.user, request)})
