"""Words kept ready: quick replies, and the automatic reply."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.core.config import get_config
from marketplace.core.errors import DomainError
from marketplace.messaging import selectors, services
from marketplace.messaging.forms import AwayForm, TemplateForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def replies(request: HttpRequest) -> HttpResponse:
    """Quick replies of one's own, a new one, and what is answered while one is away."""
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_template(owner=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Kept. Type / in a conversation to use it."))
            return redirect("messaging:replies")
    kept = selectors.away_reply_of(request.user)
    # Nothing answers for somebody who has kept nothing, so the box is not ticked.
    away = AwayForm(instance=kept, initial=services.AWAY_HOURS | ({} if kept else {"is_on": False}))
    return _page(request, form=form, away=away)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """One quick reply, to be changed."""
    template = selectors.own_template(request.user, pk)
    form = TemplateForm(request.POST or None, instance=template)
    if request.method == "POST" and form.is_valid():
        services.save_template(owner=request.user, template_id=pk, **form.cleaned_data)
        return redirect("messaging:replies")
    return render(request, "messaging/reply_edit.html", {"form": form, "template": template})


@login_required
@require_POST
def delete_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Let go of a quick reply."""
    services.delete_template(owner=request.user, template_id=selectors.own_template(request.user, pk).pk)
    return redirect("messaging:replies")


@login_required
@require_POST
def away(request: HttpRequest) -> HttpResponse:
    """What is answered while one is away."""
    form = AwayForm(request.POST, instance=selectors.away_reply_of(request.user))
    if not form.is_valid():
        return _page(request, form=TemplateForm(), away=form)
    try:
        services.set_away_reply(owner=request.user, **form.cleaned_data)
    except DomainError as refusal:
        form.add_error("body", refusal.message)
        return _page(request, form=TemplateForm(), away=form)
    messages.success(request, _("Saved."))
    return redirect("messaging:replies")


def _page(request: HttpRequest, *, form: TemplateForm, away: AwayForm) -> HttpResponse:
    context = {
        "form": form,
        "away": away,
        "away_hours": get_config("messaging.away_hours"),
        "templates": selectors.own_templates(request.user),
    }
    return render(request, "messaging/reply_list.html", context, status=422 if form.errors or away.errors else 200)
