"""Writes of reviews, by subject. What they add up to for a seller is in reputation.py."""

from marketplace.reviews.services.masking import lift_mask, mask_review
from marketplace.reviews.services.writing import reply_to_review, write_review

__all__ = ["lift_mask", "mask_review", "reply_to_review", "write_review"]
