"""What other apps' pages show of reviews."""

from datetime import datetime
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.template.context import Context
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.accounts.models import User
from marketplace.gigs.models import Gig
from marketplace.orders.models import Order
from marketplace.reviews import selectors
from marketplace.reviews.forms import ReplyForm
from marketplace.reviews.models import Review
from marketplace.reviews.selectors import SellerReputation

register = template.Library()


@register.inclusion_tag("reviews/_gig_reviews.html", takes_context=True)
def gig_reviews(context: Context, gig: Gig) -> dict[str, Any]:
    """The review section of a gig: score, sub-scores and the page of reviews that `?reviews_page=` asks for."""
    return {"section": selectors.reviews_of_gig(gig, page=_asked_page(context)), **_address(context)}


@register.inclusion_tag("reviews/_gig_reviews.html", takes_context=True)
def seller_reviews(context: Context, seller: User) -> dict[str, Any]:
    """The same for everything that somebody sells; each review names its service."""
    section = selectors.reviews_of_seller(seller, page=_asked_page(context))
    return {"section": section, "names_gig": True, **_address(context)}


def _asked_page(context: Context) -> int:
    request = context.get("request")
    asked = request.GET.get("reviews_page", "1") if request else "1"
    return int(asked) if asked.isdecimal() and len(asked) < 6 else 1


def _address(context: Context) -> dict[str, Any]:
    request = context.get("request")
    return {"query": request.GET if request else QueryDict()}


@register.simple_tag
def latest_reviews(limit: int) -> list[Review]:
    """The newest reviews with words, with author, service and seller: `{% latest_reviews 6 as items %}`."""
    return selectors.latest_reviews(limit)


@register.simple_tag
def seller_reputation(user: User) -> SellerReputation:
    """A seller's figures: `{% seller_reputation user as reputation %}`."""
    return selectors.seller_reputation(user)


@register.inclusion_tag("reviews/_order_reviews.html", takes_context=True)
def order_reviews(context: Context, order: Order, user: User | AnonymousUser) -> dict[str, Any]:
    """Both reviews of a finished order, or the invitation to write one; nothing before that, nothing for strangers."""
    state = selectors.order_reviews(order, user)
    return {
        "state": state,
        "order": order,
        "reply_form": ReplyForm(auto_id="reply_%s") if state and state.may_reply else None,
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def punctuality(order: Order, delivered_at: datetime | None) -> str:
    """How the first delivery stood to the agreed time: 提前1天交付, 按时交付, 晚了2天."""
    days = selectors.punctuality_days(order.due_at, delivered_at)
    if days is None:
        return ""
    if days > 0:
        return ngettext("delivered %(days)s day early", "delivered %(days)s days early", days) % {"days": days}
    if days < 0:
        return ngettext("delivered %(days)s day late", "delivered %(days)s days late", -days) % {"days": -days}
    return _("delivered on time")
