"""Profile pages. Sign-up and log-in are allauth's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts import selectors, services
from marketplace.accounts.forms import ProfileForm


@require_safe
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    """A person's public page."""
    return render(request, "accounts/profile_detail.html", {"profile": selectors.public_profile(handle)})


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Edit one's own profile."""
    profile = selectors.own_profile(request.user)
    form = ProfileForm(request.POST or None, instance=profile)
    if request.method == "POST" and form.is_valid():
        services.update_profile(profile=profile, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:settings")
    return render(request, "accounts/profile_form.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def become_seller(request: HttpRequest) -> HttpResponse:
    """Open the seller desk: a headline and a few words, then off to the first service."""
    if request.user.is_seller:
        return redirect("insights:desk")
    profile = selectors.own_profile(request.user)
    form = ProfileForm(request.POST or None, instance=profile)
    form.fields["headline"].required = form.fields["about"].required = True
    if request.method == "POST" and form.is_valid():
        services.update_profile(profile=profile, **form.cleaned_data)
        services.become_seller(user=request.user)
        messages.success(request, _("Your seller desk is open. Publish your first service next."))
        return redirect("gigs:create")
    return render(request, "accounts/become_seller.html", {"form": form})
