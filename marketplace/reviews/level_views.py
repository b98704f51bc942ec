from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from marketplace.accounts.models import Hat
from marketplace.accounts.services import wear_hat
from marketplace.core.config import get_config
from marketplace.reviews.levels.presenters import level_page

EVENTS_A_PAGE = 20


@login_required
@require_safe
def level(request: HttpRequest) -> HttpResponse:
    """The seller's own level and score."""
    if not request.user.is_seller:
        return redirect("accounts:become_seller")
    wear_hat(user=request.user, hat=Hat.SELLER)
    page = level_page(request.user)
    context = {
        "level": page,
        "page_obj": Paginator(page.score.events, EVENTS_A_PAGE).get_page(request.GET.get("page")),
        "score_days": get_config("reputation.orders_days"),
        "grace_days": get_config("levels.grace_days"),
    }
    return render(request, "reviews/level.html", context)
