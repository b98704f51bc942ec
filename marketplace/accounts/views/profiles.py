"""Profile pages. Sign-up and log-in are allauth's."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts import selectors, services
from marketplace.accounts.errors import ProfileError, ProfileErrorCode
from marketplace.accounts.forms import AwayForm, CertificateForm, HandleForm, HoursForm, PortraitForm, ProfileForm
from marketplace.accounts.models import Hat, UserProfile
from marketplace.accounts.page import profile_page
from marketplace.core import page_cache


@require_safe
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    """A person's public page; from an address of before, the way to the new one."""
    try:
        found = selectors.public_profile(handle)
    except Http404:
        moved = selectors.moved_profile(handle)
        if moved is None:
            raise
        return redirect(moved, permanent=True)
    page_cache.shows(f"seller:{found.user_id}")
    return render(request, "accounts/profile_detail.html", {"page": profile_page(found, user=request.user)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Edit one's own profile."""
    profile = selectors.own_profile(request.user)
    form = ProfileForm(request.POST or None, instance=profile)
    if request.method == "POST" and form.is_valid():
        services.update_profile(profile=profile, **form.values())
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:settings")
    return render(request, "accounts/profile_form.html", {"form": form, "profile": profile})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def portrait(request: HttpRequest) -> HttpResponse:
    """A new portrait, cut to a square; or none any more."""
    profile = selectors.own_profile(request.user)
    back = back_to(request, "accounts:portrait")
    if "remove" in request.POST:
        services.remove_portrait(profile=profile)
        messages.success(request, _("The portrait is removed."))
        return redirect(*back)
    form = PortraitForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        services.set_portrait(profile=profile, upload=form.cleaned_data["portrait"], square=form.square())
        messages.success(request, _("The portrait is saved."))
        return redirect(*back)
    return render(request, "accounts/portrait_form.html", {"form": form, "profile": profile})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def handle(request: HttpRequest) -> HttpResponse:
    """Move one's page to another address."""
    profile = selectors.own_profile(request.user)
    form = HandleForm(request.POST or None, initial={"handle": profile.handle})
    if request.method == "POST" and form.is_valid():
        services.change_handle(profile=profile, handle=form.cleaned_data["handle"])
        messages.success(request, _("Your page has a new address. The old one leads there."))
        return redirect("accounts:handle")
    return render(request, "accounts/handle_form.html", {"form": form, "profile": profile})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def certificates(request: HttpRequest) -> HttpResponse:
    """One's certificates, and a form for one more."""
    profile = selectors.own_profile(request.user)
    form = CertificateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        services.add_certificate(profile=profile, **form.cleaned_data)
        messages.success(request, _("The certificate is on your page."))
        return redirect("accounts:certificates")
    context = {"form": form, "certificates": profile.certificates.all()}
    return render(request, "accounts/certificate_list.html", context)


@login_required
@require_POST
def certificate_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a certificate no longer."""
    profile = selectors.own_profile(request.user)
    services.remove_certificate(certificate=selectors.own_certificate(profile, pk))
    messages.success(request, _("The certificate is off your page."))
    return redirect("accounts:certificates")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def availability(request: HttpRequest) -> HttpResponse:
    """Working hours, and the form to go away."""
    profile = selectors.own_profile(request.user)
    form = HoursForm(request.POST or None, initial=_hours(profile))
    if request.method == "POST" and form.is_valid():
        services.set_working_hours(profile=profile, **form.cleaned_data)
        messages.success(request, _("Your working hours are saved."))
        return redirect("accounts:availability")
    context = {"form": form, "away_form": AwayForm(), "profile": profile}
    return render(request, "accounts/availability_form.html", context)


def _hours(profile: UserProfile) -> dict[str, Any]:
    return {"days": profile.work_days, "work_from": profile.work_from, "work_until": profile.work_until}


@login_required
@require_POST
def away(request: HttpRequest) -> HttpResponse:
    """Note an absence; or, with the button of that name, be back, on the page where it was pressed."""
    profile = selectors.own_profile(request.user)
    if "back" in request.POST:
        services.come_back(profile=profile)
        messages.success(request, _("You are back. Buyers can order again."))
        origin = request.POST.get("next", "")
        inside = url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
        return redirect(origin if inside else "accounts:availability")
    form = AwayForm(request.POST)
    if form.is_valid():
        try:
            services.go_away(profile=profile, **form.cleaned_data)
        except ProfileError as error:
            # At its field and with what was typed, instead of the middleware's way back to an empty form.
            form.add_error(
                "begins" if error.code == ProfileErrorCode.BEGINNING_OUT_OF_RANGE else "until", error.message
            )
    if form.errors:
        context = {"form": HoursForm(initial=_hours(profile)), "away_form": form, "profile": profile}
        return render(request, "accounts/availability_form.html", context, status=422)
    messages.success(request, _("Your absence is noted. Running orders and messages go on."))
    return redirect("accounts:availability")


@login_required
@require_POST
def hat(request: HttpRequest) -> HttpResponse:
    """Be here as a buyer or as a seller."""
    wanted = Hat.SELLER if request.POST.get("hat") == Hat.SELLER else Hat.BUYER
    services.wear_hat(user=request.user, hat=wanted)
    return redirect("accounts:home")


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where the account leads: to the desk of who is here as a seller, else to what they bought."""
    profile = selectors.own_profile(request.user)
    return redirect("insights:desk" if profile.wears_seller_hat else "orders:list")


def back_to(request: HttpRequest, default: str) -> tuple[str, ...]:
    """Arguments of `redirect`: the onboarding step that a form says it stands on, else `default`."""
    step = request.POST.get("step", "")
    return ("accounts:onboarding", step) if step in ("profile", "skills") else (default,)
