"""Reads of reviews, by subject."""

from marketplace.reviews.selectors.counted import counted_reviews
from marketplace.reviews.selectors.extras import (
    picture_for,
    review_to_vote_on,
    votes_on,
    with_extras,
    with_extras_of,
)
from marketplace.reviews.selectors.figures import SellerReputation, seller_reputation, seller_reputations
from marketplace.reviews.selectors.lists import (
    AspectScore,
    ReviewFilter,
    ReviewOrder,
    ReviewSection,
    StarShare,
    TierCount,
    latest_reviews,
    public_reviews,
    review_filter,
    reviews_of_gig,
    reviews_of_seller,
)
from marketplace.reviews.selectors.orders import (
    OrderReviews,
    order_for_review,
    order_reviews,
    orders_to_publish,
    own_review,
    waiting_for_review,
)

__all__ = [
    "AspectScore",
    "OrderReviews",
    "ReviewFilter",
    "ReviewOrder",
    "ReviewSection",
    "SellerReputation",
    "StarShare",
    "TierCount",
    "counted_reviews",
    "latest_reviews",
    "order_for_review",
    "order_reviews",
    "orders_to_publish",
    "own_review",
    "picture_for",
    "public_reviews",
    "review_filter",
    "review_to_vote_on",
    "reviews_of_gig",
    "reviews_of_seller",
    "seller_reputation",
    "seller_reputations",
    "votes_on",
    "waiting_for_review",
    "with_extras",
    "with_extras_of",
]
