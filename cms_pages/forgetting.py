"""What is kept of pages is forgotten when one is published, taken down, moved or removed, whoever or whatever did it."""

from typing import Any

from django.db.models.signals import post_delete
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from cms_pages.navigation import forget_navigation


def forget_page(instance: Page, **_kwargs: Any) -> None:
    """A page that changed changes the navigation and the links between languages."""
    forget_navigation()
    specific = instance.specific_deferred
    if hasattr(specific, "forget_alternates"):
        specific.forget_alternates()


def _forget_removed(sender: type, instance: Any, **_kwargs: Any) -> None:
    if isinstance(instance, Page):
        forget_page(instance)


def connect() -> None:
    """Called once, when the app is ready."""
    for signal in (page_published, page_unpublished, post_page_move):
        signal.connect(forget_page, dispatch_uid="cms_pages_forget_page")
    post_delete.connect(_forget_removed, dispatch_uid="cms_pages_forget_removed")
