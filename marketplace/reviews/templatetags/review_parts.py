"""Parts of a review, for the templates that show one."""

from collections.abc import Collection
from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from marketplace.core.templatetags.components import component, component_of_many
from marketplace.core.templatetags.jiangji import json_ld, when
from marketplace.reviews.shown import ShownReview
from marketplace.reviews.structured import reviews_of

register = template.Library()


@register.simple_tag(takes_context=True)
def review_list(
    context: Context, reviews: Collection[ShownReview], voted: Collection[int], names_gig: bool, years: int
) -> SafeString:
    """Reviews as reviews/_review_list.html draws them: `{% review_list reviews voted names_gig years %}`.

    `voted`: the reviews of which the reader said that they helped.
    """
    user: Any = context.get("user")
    rows = [(review, when(review.published_at), _helpful(review, user, voted)) for review in reviews]
    return component_of_many("reviews/_review_list.html", rows=rows, names_gig=bool(names_gig), years=years)


@register.simple_tag
def review_data(gig_url: str, gig_title: str, reviews: Collection[ShownReview]) -> SafeString:
    """The reviews of a service for search engines, put together once: `{% review_data gig_url gig_title reviews %}`."""
    return component_of_many("reviews/_review_data.html", gig_url=gig_url, gig_title=gig_title, reviews=reviews)


@register.simple_tag
def reviews_json_ld(gig_url: str, gig_title: str, reviews: Collection[ShownReview]) -> SafeString | str:
    """The same, put together now."""
    return json_ld(reviews_of(gig_url, gig_title, reviews))


def _helpful(review: ShownReview, user: Any, voted: Collection[int]) -> SafeString:
    is_signed_in = user is not None and user.is_authenticated
    return component(
        "reviews/_helpful.html",
        review_id=review.pk,
        count=review.helpful_count,
        is_signed_in=is_signed_in,
        is_voted=review.pk in voted,
        is_party=is_signed_in and user.pk in (review.author_id, review.subject_id),
    )
