"""What other apps' pages show of reviews."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.accounts.models import User
from marketplace.gigs.models import Gig
from marketplace.offers.presenters import OfferCard
from marketplace.orders.models import Order
from marketplace.reviews import selectors
from marketplace.reviews.forms import ReplyForm
from marketplace.reviews.models import Review
from marketplace.reviews.selectors import ReviewSection, SellerReputation
from marketplace.reviews.selectors.masks import mask_of

register = template.Library()


@dataclass(frozen=True)
class Choice:
    """A filter above the reviews: a link that puts it on, or takes it off again."""

    words: str
    count: int
    query: str
    is_on: bool


@register.inclusion_tag("reviews/_gig_reviews.html", takes_context=True)
def gig_reviews(context: Context, gig: Gig) -> dict[str, Any]:
    """The review section of a gig: score, sub-scores and the reviews that the page's address asks for."""
    query = _query(context)
    section = selectors.reviews_of_gig(gig, wanted=selectors.review_filter(query))
    part_path = reverse("reviews:of_gig", args=[gig.pk])
    return {"page_path": gig.get_absolute_url(), "part_path": part_path, **_section(section, query)}


@register.inclusion_tag("reviews/_gig_reviews.html", takes_context=True)
def seller_reviews(context: Context, seller: User) -> dict[str, Any]:
    """The same for everything that somebody sells; each review names its service."""
    query = _query(context)
    section = selectors.reviews_of_seller(seller, wanted=selectors.review_filter(query))
    path = context["request"].path if context.get("request") else ""
    return {"names_gig": True, "page_path": path, "part_path": path, **_section(section, query)}


def _query(context: Context) -> QueryDict:
    request = context.get("request")
    return request.GET if request else QueryDict()


def _section(section: ReviewSection, query: QueryDict) -> dict[str, Any]:
    return {
        "section": section,
        "choices": _choices(section, query),
        "first_query": _changed(query, reviews_after=""),
        "next_query": _changed(query, reviews_after=section.next_key),
    }


def _choices(section: ReviewSection, query: QueryDict) -> list[Choice]:
    """All, each number of stars that was given, each package that was reviewed (one alone needs no choice)."""
    wanted = section.wanted
    everything = _changed(query, reviews_after="", review_stars="", review_package="")
    choices = [Choice(_("All"), section.count, everything, not wanted.is_on)]
    for share in section.shares:
        if share.count:
            is_on = share.stars == wanted.stars
            words = ngettext("%(stars)s star", "%(stars)s stars", share.stars) % {"stars": share.stars}
            target = _changed(query, reviews_after="", review_stars="" if is_on else str(share.stars))
            choices.append(Choice(words, share.count, target, is_on))
    for tier in section.tiers if len(section.tiers) > 1 else []:
        is_on = tier.tier == wanted.tier
        target = _changed(query, reviews_after="", review_package="" if is_on else tier.tier)
        choices.append(Choice(tier.label, tier.count, target, is_on))
    return choices


def _changed(query: QueryDict, **values: str) -> str:
    """The page's parameters with these in place of what they were; an empty one is left out."""
    changed = query.copy()
    for name, value in values.items():
        if value:
            changed[name] = value
        else:
            changed.pop(name, None)
    return f"?{changed.urlencode()}" if changed else ""


@register.simple_tag
def latest_reviews(limit: int) -> list[Review]:
    """The newest reviews with words, with author, service and seller: `{% latest_reviews 6 as items %}`."""
    return selectors.latest_reviews(limit)


@register.simple_tag
def seller_reputation(user: User) -> SellerReputation:
    """A seller's figures: `{% seller_reputation user as reputation %}`."""
    return selectors.seller_reputation(user)


@register.simple_tag
def with_reputations(cards: Collection[OfferCard]) -> list[tuple[OfferCard, SellerReputation]]:
    """Offers with the figures of their sellers, in one query: `{% with_reputations cards as answers %}`."""
    figures = selectors.seller_reputations([card.negotiation.seller_id for card in cards])
    return [(card, figures[card.negotiation.seller_id]) for card in cards]


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


@register.inclusion_tag("reviews/_tombstone.html")
def tombstone(review: Review, part: str) -> dict[str, Any]:
    """Where the text ("body") or the reply of a review is hidden: that, and on which legal ground. Otherwise nothing."""
    return {"mask": mask_of(review, part)}


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
