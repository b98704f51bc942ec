"""Recommendations on the pages of other apps."""

from typing import Any

from django import template
from django.template.context import Context

from marketplace.discovery.recommending import selectors
from marketplace.gigs.models import Gig

register = template.Library()


@register.inclusion_tag("discovery/_shelves.html", takes_context=True)
def gigs_beside(context: Context, gig: Gig) -> dict[str, Any]:
    """What the people of this gig bought or keep besides."""
    request = context["request"]
    return {"request": request, "user": request.user, "shelves": selectors.beside(gig, user=request.user)}
