"""Reads about people. One module a subject."""

from marketplace.accounts.selectors.people import own_profile, people_matching, public_profile, unproven_claims
from marketplace.accounts.selectors.verification import is_verified_company, verified_real_name, verified_real_names

__all__ = [
    "is_verified_company",
    "own_profile",
    "people_matching",
    "public_profile",
    "unproven_claims",
    "verified_real_name",
    "verified_real_names",
]
