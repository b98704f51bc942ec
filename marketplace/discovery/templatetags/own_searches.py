from typing import Any

from django import template
from django.template.context import RequestContext

from marketplace.core import flags
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.params import address_parameters, query_string
from marketplace.discovery.saved_searches import default_name, saved_as
from marketplace.discovery.suggestion_models import SearchAlert

register = template.Library()


@register.inclusion_tag("discovery/_save_search.html", takes_context=True)
def save_search(context: RequestContext, search: SearchRequest) -> dict[str, Any]:
    """The button that keeps a search, below the heading of its results. Nothing where nothing was asked for."""
    user = context["user"]
    is_worth_it = bool(search.query or search.has_filters) and flags.is_on("discovery.saved_searches", user=user)
    if not user.is_authenticated:
        return {"user": user, "is_worth_it": is_worth_it, "address": query_string(search)}
    kept = saved_as(user, search)
    return {
        "user": user,
        "csrf_token": context.get("csrf_token"),
        "is_worth_it": is_worth_it,
        "kept": kept,
        "name": kept.name if kept else default_name(search),
        "chosen": kept.alerts if kept else SearchAlert.DAILY,
        "alerts": SearchAlert.choices,
        "fields": address_parameters(search),
    }
