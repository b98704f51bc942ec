"""What other apps' pages show of reviews."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import page_cache
from marketplace.core.config import get_config
from marketplace.core.made_once import made_once
from marketplace.core.ratings import PRIOR_COUNT, PRIOR_RATING
from marketplace.core.remembered import remember, remember_each, shape_of
from marketplace.gigs.models import Gig
from marketplace.offers.presenters import OfferCard
from marketplace.orders.lists import Row
from marketplace.orders.models import Order
from marketplace.reviews import selectors
from marketplace.reviews.forms import ReplyForm
from marketplace.reviews.models import RatingAspect, Review
from marketplace.reviews.selectors import (
    AspectScore,
    OrderReviews,
    ReviewFilter,
    ReviewOrder,
    ReviewSection,
    SellerReputation,
    StarShare,
    TierCount,
)
from marketplace.reviews.selectors.figures import ShownBadge
from marketplace.reviews.selectors.masks import mask_of
from marketplace.reviews.shown import ReviewPart, ShownPicture, ShownReview, review_part, with_votes

register = template.Library()

# Votes are counted without telling, so that strangers see numbers as old as a kept page may be.
_REMEMBERED_SECONDS = page_cache.FRESH_SECONDS


@dataclass(frozen=True)
class Choice:
    """A filter or an order above the reviews: a link that puts it on, or takes it off again."""

    key: str  # names its element, so that it keeps the focus when the section is exchanged
    words: str
    count: int
    query: str
    is_on: bool


@dataclass(frozen=True)
class Said:
    """What several reviews say alike, counted from a sub-score."""

    words: str
    count: int
    is_praise: bool


# Sub-score → what many stars of it say, and what few do.
_SAID = {
    RatingAspect.COMMUNICATION: (
        pgettext_lazy("said in reviews", "Easy to talk to"),
        pgettext_lazy("said in reviews", "Hard to talk to"),
    ),
    RatingAspect.QUALITY: (
        pgettext_lazy("said in reviews", "Good work"),
        pgettext_lazy("said in reviews", "Not content with the work"),
    ),
    RatingAspect.AS_DESCRIBED: (
        pgettext_lazy("said in reviews", "As described"),
        pgettext_lazy("said in reviews", "Not as described"),
    ),
    RatingAspect.ON_TIME: (
        pgettext_lazy("said in reviews", "Delivered on time"),
        pgettext_lazy("said in reviews", "Delivered late"),
    ),
}


@register.simple_tag(takes_context=True)
def gig_reviews(context: Context, gig: Gig) -> SafeString:
    """The review section of a gig: score, sub-scores and the reviews that the page's address asks for.

    Who is not signed in, and asks for nothing in particular, is given it as it was drawn for others.
    """
    user = context.get("user")
    if _query(context) or (user is not None and user.is_authenticated):
        return _drawn(context, gig, _part(gig, selectors.review_filter(_query(context)), user))
    named = [gig.title, gig.get_absolute_url()]  # `gig` may be of a moment before that in which the reviews are read
    return made_once(
        f"reviews:of_gig:{gig.pk}", lambda: _drawn(Context(), gig, _part(gig, ReviewFilter(), None)), known_by=named
    )


def _part(gig: Gig, wanted: ReviewFilter, user: User | AnonymousUser | None) -> ReviewPart:
    if wanted == ReviewFilter() and not connection.in_atomic_block:  # a transaction sees what nobody else does yet
        key = f"reviews:of_gig:{_PART_SHAPE}:{gig.pk}:{get_language()}"
        part = remember(key, lambda: _everybodys(gig), seconds=_REMEMBERED_SECONDS)
        return with_votes(part, selectors.votes_on([review.pk for review in part.reviews], user))
    return review_part(selectors.with_extras_of(selectors.reviews_of_gig(gig, wanted=wanted), user))


def _drawn(context: Context, gig: Gig, part: ReviewPart) -> SafeString:
    values = {
        "page_path": gig.get_absolute_url(),
        "part_path": reverse("reviews:of_gig", args=[gig.pk]),
        "gig_url": gig.get_absolute_url(),
        "gig_title": gig.title,
    }
    return render_to_string("reviews/_gig_reviews.html", values | _shown(context, part))


_PART_SHAPE = shape_of(
    *(ReviewPart, ReviewSection, ReviewFilter, StarShare, AspectScore, TierCount, ShownReview, ShownPicture),
)


def _everybodys(gig: Gig) -> ReviewPart:
    """What everybody sees first, but for the votes: most of the page's time to read."""
    section = selectors.reviews_of_gig(gig)
    authors = (f"seller:{review.author_id}" for review in section.reviews)  # their names and portraits
    page_cache.shows(f"gig:{gig.pk}", f"seller:{gig.seller_id}", *authors)
    return review_part(selectors.with_extras_of(section, None))


@register.inclusion_tag("reviews/_gig_reviews.html", takes_context=True)
def seller_reviews(context: Context, seller: User) -> dict[str, Any]:
    """The same for everything that somebody sells; each review names its service."""
    query = _query(context)
    section = selectors.reviews_of_seller(seller, wanted=selectors.review_filter(query))
    section = selectors.with_extras_of(section, context.get("user"))
    path = context["request"].path if context.get("request") else ""
    return {"names_gig": True, "page_path": path, "part_path": path, **_shown(context, review_part(section))}


def _query(context: Context) -> QueryDict:
    request = context.get("request")
    return request.GET if request else QueryDict()


def _shown(context: Context, part: ReviewPart) -> dict[str, Any]:
    query, section = _query(context), part.section
    return {
        "user": context.get("user"),
        "section": section,
        "reviews": part.reviews,
        "voted": part.voted,
        "choices": _choices(section, query),
        "orders": _orders(section, query),
        "said": _said(section),
        "prior": {"rating": PRIOR_RATING, "count": PRIOR_COUNT},
        "years": get_config("reviews.rating_years"),
        "everything_query": _everything(query),
        "first_query": _changed(query, reviews_after=""),
        "next_query": _changed(query, reviews_after=section.next_key),
    }


def _choices(section: ReviewSection, query: QueryDict) -> list[Choice]:
    """All, each number of stars that was given, each package that was reviewed (one alone needs no choice).

    What would leave nothing beside the other filters is not offered.
    """
    wanted = section.wanted
    choices = [Choice("all", _("All"), section.count, _everything(query), not wanted.is_on)]
    for stars, count in section.stars:
        is_on = stars == wanted.stars
        if count or is_on:
            words = ngettext("%(stars)s star", "%(stars)s stars", stars) % {"stars": stars}
            target = _changed(query, reviews_after="", review_stars="" if is_on else str(stars))
            choices.append(Choice(f"stars-{stars}", words, count, target, is_on))
    if section.pictured or wanted.pictures:
        target = _changed(query, reviews_after="", review_pictures="" if wanted.pictures else "1")
        choices.append(Choice("pictures", _("With pictures"), section.pictured, target, wanted.pictures))
    for tier in section.tiers if len(section.tiers) > 1 else []:
        is_on = tier.tier == wanted.tier
        target = _changed(query, reviews_after="", review_package="" if is_on else tier.tier)
        if tier.count or is_on:
            choices.append(Choice(tier.tier, tier.label, tier.count, target, is_on))
    return choices


def _everything(query: QueryDict) -> str:
    return _changed(query, reviews_after="", review_stars="", review_package="", review_pictures="")


def _orders(section: ReviewSection, query: QueryDict) -> list[Choice]:
    """Newest or most helpful first; one review alone needs no order."""
    words = {
        ReviewOrder.NEWEST: pgettext("order of reviews", "Newest"),
        ReviewOrder.HELPFUL: pgettext("order of reviews", "Most helpful"),
    }
    return [
        Choice(
            order.value or "newest",
            label,
            0,
            _changed(query, reviews_after="", review_order=order.value),
            order == section.wanted.order,
        )
        for order, label in words.items()
        if section.count > 1
    ]


def _said(section: ReviewSection) -> list[Said]:
    """What reviews say, the most frequent first, and after all praise what they find fault with."""
    praise: list[Said] = []
    faults: list[Said] = []
    for score in section.aspects:
        for found, words, number in zip(
            (praise, faults), _SAID[score.aspect], (score.praised, score.missed), strict=True
        ):
            if number:
                found.append(Said(str(words), number, found is praise))
    return [*sorted(praise, key=lambda one: -one.count), *sorted(faults, key=lambda one: -one.count)]


def _changed(query: QueryDict, **values: str) -> str:
    """The page's parameters with these in place of what they were; an empty one is left out."""
    kept = {name: query.getlist(name) for name in query}  # no copy of a QueryDict, which takes long
    for name, value in values.items():
        if value:
            kept[name] = [value]
        else:
            kept.pop(name, None)
    return f"?{urlencode(kept, doseq=True)}" if kept else ""


@register.simple_tag
def latest_reviews(limit: int) -> list[Review]:
    """The newest reviews with words, with author, service and seller: `{% latest_reviews 6 as items %}`."""
    return selectors.latest_reviews(limit)


_SHAPE = shape_of(SellerReputation, ShownBadge)


@register.simple_tag
def seller_reputation(user: User) -> SellerReputation:
    """A seller's figures: `{% seller_reputation user as reputation %}`. They may be a minute old, as those of a kept page."""
    names = {user.pk: f"reviews:figures:{_SHAPE}:{user.pk}:{get_language()}"}
    found = remember_each(
        names,
        selectors.seller_reputations,
        tags_of=lambda seller_id, _figures: (f"seller:{seller_id}", page_cache.SITE),
    )
    return found[user.pk]


@register.simple_tag
def with_reputations(cards: Collection[OfferCard]) -> list[tuple[OfferCard, SellerReputation]]:
    """Offers with the figures of their sellers, in one query: `{% with_reputations cards as answers %}`."""
    figures = selectors.seller_reputations([card.negotiation.seller_id for card in cards])
    return [(card, figures[card.negotiation.seller_id]) for card in cards]


@register.simple_tag
def review_state(order: Order, user: User | AnonymousUser) -> OrderReviews | None:
    """What this side sees and can do: `{% review_state order user as state %}`, for whoever asks twice on a page."""
    return selectors.order_reviews(order, user)


@register.simple_tag
def waiting_for_review(rows: Collection[Row], user: User) -> set[int]:
    """Which orders of a list this person may still review, by key: `{% waiting_for_review list.rows user as waiting %}`."""
    return selectors.waiting_for_review([row.order for row in rows], user)


@register.inclusion_tag("reviews/_order_reviews.html", takes_context=True)
def order_reviews(
    context: Context, order: Order, user: User | AnonymousUser, state: OrderReviews | None = None
) -> dict[str, Any]:
    """Both reviews of a finished order, or the invitation to write one; nothing before that, nothing for strangers.

    `state` spares the queries where {% review_state %} was asked before.
    """
    state = state or selectors.order_reviews(order, user)
    return {
        "state": state,
        "order": order,
        "reply_form": ReplyForm(auto_id="reply_%s") if state and state.may_reply else None,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("reviews/_tombstone.html")
def tombstone(review: Review, part: str, is_own: bool = False) -> dict[str, Any]:
    """Where the text ("body") or the reply of a review is hidden: that, and on which legal ground. Otherwise nothing.

    `is_own`: it is read by who wrote the words, who is told why, and how to have it looked at again.
    """
    return {"mask": mask_of(review, part), "is_own": is_own}


@register.filter
def answer_time(minutes: int) -> str:
    """How long a first answer takes, in the unit that people say it in: 25分钟, 3小时, 2天."""
    if minutes < 60:
        return ngettext("%(number)s min", "%(number)s min", minutes) % {"number": minutes}
    if minutes < 48 * 60:
        hours = (minutes + 30) // 60
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    days = (minutes + 12 * 60) // (24 * 60)
    return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}
