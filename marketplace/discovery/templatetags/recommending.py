"""Recommendations on the pages of other apps."""

from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from marketplace.accounts.models import User
from marketplace.discovery.recommending import selectors
from marketplace.discovery.recommending.for_you import ROW, for_you
from marketplace.gigs.drawn import with_cards_made_once
from marketplace.gigs.models import Gig

register = template.Library()


@register.simple_tag(takes_context=True)
def gigs_beside(context: Context, gig: Gig) -> SafeString:
    """What the people of this gig bought, keep or looked at besides."""
    user = context["request"].user
    if not user.is_authenticated:
        return with_cards_made_once(f"discovery:beside:{gig.pk}", lambda: _shelves(gig, None))
    return _shelves(gig, user)


def _shelves(gig: Gig, user: User | None) -> SafeString:
    return render_to_string("discovery/_shelves.html", {"shelves": selectors.beside(gig, user=user), "user": user})


@register.inclusion_tag("discovery/_for_you.html", takes_context=True)
def for_you_row(context: Context) -> dict[str, Any]:
    """A row of what is recommended to whoever is logged in; nothing for strangers."""
    request = context["request"]
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"row": None}
    return {
        "request": request,
        "user": user,
        "row": for_you(user, limit=ROW),
        "hidden": selectors.hidden_of(user, request.GET.get("hidden", "")),
        "csrf_token": context.get("csrf_token"),
    }
