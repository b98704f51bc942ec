"""The skills of a person: chosen from the list, found while typing, missed and suggested."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts import selectors, services
from marketplace.accounts.forms import SkillForm, SuggestionForm
from marketplace.accounts.models import SkillLevel
from marketplace.accounts.services.skills import SKILL_LIMIT
from marketplace.accounts.views.profiles import back_to


def skills_context(request: HttpRequest) -> dict[str, object]:
    """What `accounts/_skills.html` reads; the onboarding shows the same part."""
    profile = selectors.own_profile(request.user)
    return {
        "rows": profile.user_skills.select_related("skill").order_by("pk"),
        "limit": SKILL_LIMIT,
        "levels": SkillLevel.choices,
        "form": SkillForm(),
        "suggestion_form": SuggestionForm(),
        "suggestions": selectors.own_suggestions(request.user),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def skills(request: HttpRequest) -> HttpResponse:
    """One's skills; POST adds one by its name, or says what the list has instead."""
    if request.method != "POST":
        return render(request, "accounts/skill_list.html", skills_context(request))
    profile = selectors.own_profile(request.user)
    form = SkillForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        skill = selectors.skill_called(name)
        if skill is not None:
            services.add_skill(profile=profile, skill=skill, level=SkillLevel(form.cleaned_data["level"]))
            messages.success(request, _("“%(name)s” is on your page.") % {"name": skill.localized_name})
            return redirect(*back_to(request, "accounts:skills"))
        form.add_error("name", _("The list has no such skill. Choose one below, or suggest it."))
        found = selectors.skills_matching(name, without=profile)
    else:
        found = []
    context = skills_context(request) | {"form": form, "found": found, "step": request.POST.get("step", "")}
    context["suggestion_form"] = SuggestionForm(initial={"name": request.POST.get("name", "")})
    return render(request, "accounts/skill_list.html", context, status=422)


@login_required
@require_safe
def skills_find(request: HttpRequest) -> HttpResponse:
    """What of the list fits what was typed: a part for htmx."""
    text = request.GET.get("name", "")
    found = selectors.skills_matching(text, without=selectors.own_profile(request.user))
    return render(request, "accounts/_skill_matches.html", {"found": found, "text": text.strip()})


@login_required
@require_POST
def skill_remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a skill no longer."""
    profile = selectors.own_profile(request.user)
    services.remove_skill(profile=profile, skill=selectors.own_skill(profile, slug))
    return redirect(*back_to(request, "accounts:skills"))


@login_required
@require_POST
def skill_suggest(request: HttpRequest) -> HttpResponse:
    """Ask the moderators for a skill that is missing."""
    form = SuggestionForm(request.POST)
    if form.is_valid():
        services.suggest_skill(user=request.user, name=form.cleaned_data["name"])
        messages.success(request, _("Thank you. A moderator looks at it, and you will be told."))
    else:
        messages.error(request, _("A skill has between 2 and 40 characters."))
    return redirect(*back_to(request, "accounts:skills"))
