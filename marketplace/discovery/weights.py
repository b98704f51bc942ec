"""The scorer's weights as staff have set them: hundredths in the platform's settings, with who changed them and why."""

from dataclasses import fields

from marketplace.core.config import get_configs
from marketplace.discovery.scorer import Weights

_NAMES = {field.name: f"search.{field.name}" for field in fields(Weights)}


def weights_in_force() -> Weights:
    """The weights of now. One read of the cache."""
    values = get_configs(_NAMES.values())
    return Weights(**{name: values[key] / 100 for name, key in _NAMES.items()})
