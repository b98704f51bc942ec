"""The four facts about a person, and handing in papers for two of them."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts import selectors, services, verification_words
from marketplace.accounts.decorators import recent_login_required
from marketplace.accounts.forms import CompanyForm, RealNameForm
from marketplace.accounts.models import VerificationKind
from marketplace.core.config import get_config


@login_required
@require_safe
@cache_control(private=True, no_store=True)
def verification(request: HttpRequest) -> HttpResponse:
    """What is verified, what waits, what was refused and why; what each is for and the next step."""
    overview = selectors.verification_overview(request.user)
    context = {"facts": [verification_words.fact_row(fact) for fact in overview]}
    return render(request, "accounts/verification_overview.html", context)


@recent_login_required("GET", "POST", keep_typed=False)
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def verify_real_name(request: HttpRequest) -> HttpResponse:
    """Hand in one's identity card."""
    if not _can_submit(request, VerificationKind.REAL_NAME):
        return redirect("accounts:verification")
    form = RealNameForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        _count(request)
        services.submit_real_name(
            user=request.user,
            name=form.cleaned_data["name"],
            number=form.cleaned_data["number"],
            valid_until=form.cleaned_data["valid_until"],
            papers=form.papers,
        )
        messages.success(
            request, _("Handed in. We look at it within one working day and tell you here and by mail or text message.")
        )
        return redirect("accounts:verification")
    context = {"form": form, "kept_days": get_config("verification.rejected_papers_days")}
    return render(request, "accounts/verify_real_name.html", context)


@recent_login_required("GET", "POST", keep_typed=False)
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def verify_company(request: HttpRequest) -> HttpResponse:
    """Hand in a company's licence."""
    if not _can_submit(request, VerificationKind.COMPANY):
        return redirect("accounts:verification")
    form = CompanyForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        _count(request)
        services.submit_company(
            user=request.user,
            company_name=form.cleaned_data["company_name"],
            code=form.cleaned_data["code"],
            representative=form.cleaned_data["representative"],
            valid_until=form.cleaned_data["valid_until"],
            papers=form.papers,
        )
        messages.success(
            request, _("Handed in. We look at it within one working day and tell you here and by mail or text message.")
        )
        return redirect("accounts:verification")
    context = {"form": form, "kept_days": get_config("verification.rejected_papers_days")}
    return render(request, "accounts/verify_company.html", context)


@login_required
@require_POST
def withdraw_verification(request: HttpRequest, kind: str) -> HttpResponse:
    """Take back papers that wait. No log-in is asked for once more: nothing is shown or gained, and it may be hurried."""
    if kind not in (VerificationKind.REAL_NAME, VerificationKind.COMPANY):
        raise Http404
    services.withdraw_verification(user=request.user, kind=VerificationKind(kind))
    messages.success(request, _("Taken back. Your papers are deleted."))
    return redirect("accounts:verification")


def _can_submit(request: HttpRequest, kind: VerificationKind) -> bool:
    """A page that was open in another tab, or an old link, leads back to where things stand."""
    return next(fact.can_submit for fact in selectors.verification_overview(request.user) if fact.kind == kind)


def _count(request: HttpRequest) -> None:
    """Raises RateLimited: nobody tries out numbers until one is said to be in use."""
    ratelimit.consume(request, action="verification", user=request.user, raise_exception=True)
