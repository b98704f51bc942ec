"""The buyer's own page about what sellers see of them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace.core.config import get_config
from marketplace.reviews.selectors.buyers import buyer_reputation


@login_required
@require_safe
def as_buyer(request: HttpRequest) -> HttpResponse:
    """服务商眼中的你: one's own figures as a buyer, with how they are made."""
    viewer = request.user
    assert viewer.pk is not None  # noqa: S101 logged in
    context = {
        "reputation": buyer_reputation(viewer, viewer.pk),
        "years": get_config("reviews.rating_years"),
        "orders_days": get_config("reputation.orders_days"),
    }
    return render(request, "reviews/as_buyer.html", context)
