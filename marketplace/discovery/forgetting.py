"""What is kept of promotions between two searches ends when one of them changes (core/page_cache.py)."""

from typing import Any

from django.db.models.signals import post_delete, post_save

from marketplace.core import page_cache
from marketplace.discovery.promotion_models import Promotion
from marketplace.discovery.promotions import PROMOTIONS


def _forget(**_kwargs: Any) -> None:
    page_cache.forget(PROMOTIONS)


def connect() -> None:
    """Called once, when the app is ready."""
    for signal in (post_save, post_delete):
        signal.connect(_forget, sender=Promotion, dispatch_uid="discovery_forget_promotions")
