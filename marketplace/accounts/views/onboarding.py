"""The way to selling, step by step. It can be left at any step and gone on with later: every step saves what it asks."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.accounts import selectors, services
from marketplace.accounts.forms import PortraitForm, ProfileForm
from marketplace.accounts.selectors.onboarding import StepKey
from marketplace.accounts.views.skills import skills_context

# Who goes to settings from a step finds the way back there (templates/account/_onboarding_return.html).
SESSION_KEY = "onboarding_step"


@login_required
def become_seller(request: HttpRequest) -> HttpResponse:
    """What selling needs, told before; the steps; and on to the first that is open."""
    if request.user.is_seller and not selectors.publishing_is_missing(request.user):
        return redirect("insights:desk")
    request.session.pop(SESSION_KEY, None)
    return render(request, "accounts/become_seller.html", _context(request, ""))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def onboarding(request: HttpRequest, step: str) -> HttpResponse:
    """One step. Only the first has a form of its own; the others lead to where their matter is done, and back."""
    if step not in {key.value for key in StepKey}:
        raise Http404
    request.session.pop(SESSION_KEY, None)
    if step in (StepKey.PHONE, StepKey.IDENTITY):
        request.session[SESSION_KEY] = step
    context = _context(request, step)
    if step == StepKey.PROFILE:
        profile = selectors.own_profile(request.user)
        form = ProfileForm(request.POST or None, instance=profile)
        for name in ("headline", "about", "province"):
            form.fields[name].required = True
        if request.method == "POST" and form.is_valid():
            services.update_profile(profile=profile, **form.values())
            return redirect("accounts:onboarding", StepKey.SKILLS)
        context |= {"form": form, "portrait_form": PortraitForm(), "profile": profile}
    elif step == StepKey.SKILLS:
        context |= skills_context(request)
    elif step == StepKey.IDENTITY:
        context |= {"identity": selectors.identity_state(request.user), "url": selectors.verification_url()}
    return render(request, f"accounts/onboarding_{step}.html", context)


@login_required
@require_POST
def open_desk(request: HttpRequest) -> HttpResponse:
    """Open the seller desk; what is left before the first service is published comes next."""
    services.become_seller(user=request.user)
    messages.success(request, _("Your seller desk is open. Publish your first service next."))
    if selectors.publishing_is_missing(request.user):
        return redirect("accounts:onboarding", StepKey.IDENTITY)
    return redirect("accounts:onboarding", StepKey.SERVICE)


def _context(request: HttpRequest, current: str) -> dict[str, object]:
    steps = selectors.onboarding_steps(request.user)
    keys = [step.key for step in steps]
    here = keys.index(StepKey(current)) if current else -1
    first_open = next((step for step in steps if not step.is_done), steps[-1])
    return {
        "steps": steps,
        "shown_steps": [
            {"title": step.title, "state": "current" if step.key == current else "done" if step.is_done else ""}
            for step in steps
        ],
        "step": current,
        "number": here + 1,
        "before": keys[here - 1] if here > 0 else "",
        "after": keys[here + 1] if 0 <= here < len(keys) - 1 else "",
        "first_open": first_open,
        "done": sum(step.is_done for step in steps),
        "desk_missing": selectors.desk_is_missing(request.user),
        "publishing_missing": selectors.publishing_is_missing(request.user),
    }
