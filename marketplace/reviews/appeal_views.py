"""Asking a person to look again, on the public site."""

from datetime import datetime
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.reviews import appeals
from marketplace.reviews.appeal_forms import AppealForm
from marketplace.reviews.levels.selectors import level_at
from marketplace.reviews.models import AppealKind, ReputationAppeal
from marketplace.reviews.score import one_agreement_with
from marketplace.reviews.selectors import appeals as selectors
from marketplace.reviews.selectors.appeals import Matter


@login_required
@require_safe
def appeal_list(request: HttpRequest) -> HttpResponse:
    """What one has asked to be looked at again, and what came of it."""
    context = {"appeals": selectors.appeals_of(request.user), "matters": selectors.matters_to_appeal(request.user)}
    return render(request, "reviews/appeal_list.html", context)


@login_required
@require_safe
def appeal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them."""
    appeal = selectors.own_appeal(request.user, pk)
    context = {"appeal": appeal, "matter": appeal, **_about(appeal, request.user, appeal.opened_at)}
    return render(request, "reviews/appeal_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal_new(request: HttpRequest) -> HttpResponse:
    """Ask; the address says what about. A few a day: a hundred of them help nobody."""
    matter = selectors.matter_asked_for(request.user, request.GET)
    waiting = selectors.open_appeal_about(request.user, matter)
    if waiting is not None:
        return redirect("reviews:appeal", waiting.pk)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ratelimit.consume(request, action="report", user=request.user, raise_exception=True)
        try:
            appeal = appeals.open_appeal(
                user=request.user,
                kind=matter.kind,
                order=matter.order,
                case=matter.case,
                mask=matter.mask,
                words=form.cleaned_data["words"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("A person looks at it, and answers you here."))
            return redirect("reviews:appeal", appeal.pk)
    context = {
        "matter": matter,
        "form": form,
        "due_at": appeals.due_at(clock.now()),
        **_about(matter, request.user, clock.now()),
    }
    return render(request, "reviews/appeal_form.html", context, status=422 if form.errors else 200)


def _about(matter: Matter | ReputationAppeal, user: User, moment: datetime) -> dict[str, Any]:
    """Where one comes from, and of an appeal about the level which it was then and since when."""
    if matter.kind == AppealKind.LEVEL:
        level, since = level_at(user, moment)
        return {"back": reverse("reviews:level"), "level": level, "since": since}
    if matter.kind == AppealKind.EVENT and matter.order is not None:
        return {"back": reverse("reviews:level"), "stages": one_agreement_with(matter.order).count()}
    if matter.kind == AppealKind.MASK and matter.mask is not None:
        return {"back": f"{matter.mask.review.order.get_absolute_url()}#reviews"}
    return {"back": reverse("reviews:appeals")}
