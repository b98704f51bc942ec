"""Kept pages end when a coupon that they offer changes, or is used up (core/page_cache.py)."""

from typing import Any

from django.db.models.signals import post_save

from marketplace.core import page_cache
from marketplace.orders.models import Coupon


def forget_coupon(sender: type[Coupon], instance: Coupon, **_kwargs: Any) -> None:
    """Its terms, or whether there is any of it left."""
    page_cache.forget(f"coupon:{instance.pk}")


def connect() -> None:
    """Called once, when the app is ready."""
    post_save.connect(forget_coupon, sender=Coupon, dispatch_uid="orders_forget_coupon")
