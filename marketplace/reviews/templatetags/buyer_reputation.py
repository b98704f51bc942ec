"""What other apps' pages show sellers about a buyer. The selector decides who sees it; who may not sees nothing."""

from collections.abc import Collection
from typing import Any

from django import template
from django.template.context import Context

from marketplace.accounts.models import User
from marketplace.offers.models import Brief
from marketplace.reviews.selectors.buyers import BuyerReputation, buyer_reputations

register = template.Library()


@register.inclusion_tag("reviews/_buyer_reputation.html", takes_context=True)
def buyer_reputation(context: Context, buyer: User, heading_level: int = 2) -> dict[str, Any]:
    """The quiet card about a buyer, for the seller who reads the page: `{% buyer_reputation brief.buyer %}`."""
    return {"reputation": figures_of_buyer(context, buyer), "buyer": buyer, "heading_level": heading_level}


@register.simple_tag(takes_context=True)
def figures_of_buyer(context: Context, buyer: User) -> BuyerReputation | None:
    """What that card shows, for a page that has it in two places; None for whom it does not concern."""
    viewer = context["user"]
    # Who looks at themselves does so on their own page.
    found = {} if viewer.pk == buyer.pk else buyer_reputations(viewer, [buyer.pk])
    return found.get(buyer.pk)


@register.simple_tag(takes_context=True)
def with_buyers(context: Context, briefs: Collection[Brief]) -> list[tuple[Brief, BuyerReputation | None]]:
    """Briefs with the figures of their buyers, in a constant number of queries: `{% with_buyers page_obj as rows %}`."""
    briefs = list(briefs)
    found = buyer_reputations(context["user"], {brief.buyer_id for brief in briefs})
    return [(brief, found.get(brief.buyer_id)) for brief in briefs]
