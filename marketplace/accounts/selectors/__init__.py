"""Reads about people. One module a subject."""

from marketplace.accounts.selectors.devices import Device, device_of, devices_of, untold_devices
from marketplace.accounts.selectors.people import own_profile, people_matching, public_profile, unproven_claims
from marketplace.accounts.selectors.social import (
    has_way_in_without,
    known_openids,
    offered_provider,
    offered_providers,
    own_social_account,
    provider_name,
    social_ways,
)
from marketplace.accounts.selectors.verification import is_verified_company, verified_real_name, verified_real_names

__all__ = [
    "Device",
    "device_of",
    "devices_of",
    "has_way_in_without",
    "is_verified_company",
    "known_openids",
    "offered_provider",
    "offered_providers",
    "own_profile",
    "own_social_account",
    "people_matching",
    "provider_name",
    "public_profile",
    "social_ways",
    "unproven_claims",
    "untold_devices",
    "verified_real_name",
    "verified_real_names",
]
