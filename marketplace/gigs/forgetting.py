"""Kept pages end when a service that they show, or the choice of services, changes (core/page_cache.py)."""

from typing import Any

from django.db.models.signals import post_delete, post_save

from marketplace.core import page_cache
from marketplace.gigs.models import Gig


def forget_gig(sender: type[Gig], instance: Gig, **_kwargs: Any) -> None:
    """Of a draft that nobody but its seller sees, no page is kept."""
    if instance.first_published_at is not None:
        page_cache.forget(f"gig:{instance.pk}", page_cache.LISTINGS)


def connect() -> None:
    """Called once, when the app is ready."""
    for signal in (post_save, post_delete):
        signal.connect(forget_gig, sender=Gig, dispatch_uid="gigs_forget_kept_pages")
