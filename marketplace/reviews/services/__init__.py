"""Writes of reviews, by subject. What they add up to for a seller is in reputation.py."""

from marketplace.reviews.services.exclusion import exclude_reviews, include_reviews
from marketplace.reviews.services.masking import lift_mask, mask_review
from marketplace.reviews.services.publishing import publish_due_review
from marketplace.reviews.services.votes import unvote, vote_helpful
from marketplace.reviews.services.writing import edit_review, reply_to_review, write_review

__all__ = [
    "edit_review",
    "exclude_reviews",
    "include_reviews",
    "lift_mask",
    "mask_review",
    "publish_due_review",
    "reply_to_review",
    "unvote",
    "vote_helpful",
    "write_review",
]
