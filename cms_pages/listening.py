"""Wagtail's signals about pages, for search engines: scheduled publishing and deletions pass through no hook of the admin.

The exception that discovery/indexing.py has too. They write rows alone (AddressNews): in the
transaction of the change, and after it where Wagtail tells of a new slug.
"""

from typing import Any

from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from cms_pages import announcing
from marketplace.core.structured_data import absolute


def listen() -> None:
    """Called once, when the app is ready."""
    page_published.connect(_published, dispatch_uid="cms_pages_announce_published")
    page_unpublished.connect(_unpublished, dispatch_uid="cms_pages_announce_unpublished")
    page_slug_changed.connect(_moved, dispatch_uid="cms_pages_announce_slug")
    post_page_move.connect(_moved_elsewhere, dispatch_uid="cms_pages_announce_move")


def _published(instance: Page, **_kwargs: Any) -> None:
    announcing.note_page(instance)


def _unpublished(instance: Page, **_kwargs: Any) -> None:
    announcing.note_page(instance, is_gone=True)


def _moved(instance: Page, instance_before: Page, **_kwargs: Any) -> None:
    if instance.live and announcing.engines() and instance_before.url:
        announcing.note(addresses=[absolute(instance_before.url)], is_gone=True)
        announcing.note_page(instance)


def _moved_elsewhere(instance: Page, url_path_before: str, url_path_after: str, **_kwargs: Any) -> None:
    if url_path_before != url_path_after and instance.live:
        announcing.note_page(instance)
