"""Writes of reviews, by subject. What they add up to for a seller is in reputation.py."""

from marketplace.reviews.services.exclusion import exclude_reviews, include_reviews
from marketplace.reviews.services.writing import reply_to_review, write_review

__all__ = ["exclude_reviews", "include_reviews", "reply_to_review", "write_review"]
