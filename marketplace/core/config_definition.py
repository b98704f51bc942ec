"""What is known of a constant of the platform before anybody changes it."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class ConfigDefinition:
    """One whole-number constant of the platform."""

    key: str
    default: int
    minimum: int
    maximum: int
    unit: str | Promise
    description: str | Promise
