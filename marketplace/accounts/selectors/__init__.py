"""Reads about people. One module a subject."""

from marketplace.accounts.selectors.devices import Device, device_of, devices_of, untold_devices
from marketplace.accounts.selectors.people import own_profile, people_matching, public_profile, unproven_claims
from marketplace.accounts.selectors.verification import is_verified_company, verified_real_name, verified_real_names

__all__ = [
    "Device",
    "device_of",
    "devices_of",
    "is_verified_company",
    "own_profile",
    "people_matching",
    "public_profile",
    "unproven_claims",
    "untold_devices",
    "verified_real_name",
    "verified_real_names",
]
