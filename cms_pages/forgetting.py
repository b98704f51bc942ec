"""What is kept of pages is forgotten when one is published, taken down, moved or removed, whoever or whatever did it.

So it is when something changes that stands on any page (a category, a picture, a film, a version of the rules, the site's
name), or who may see one.
"""

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import page_published, page_unpublished, post_page_move

from cms_pages.images import SiteImage
from cms_pages.models import RulesText, SiteVideo
from cms_pages.navigation import forget_navigation
from marketplace.core import page_cache
from marketplace.core.commits import after_commit
from marketplace.gigs.models import GigCategory

_ON_ANY_PAGE: tuple[type[Model], ...] = (GigCategory, PageViewRestriction, RulesText, Site, SiteImage, SiteVideo)


def forget_page(instance: Page, **_kwargs: Any) -> None:
    """A page that changed changes the navigation and the links between languages."""
    _forget_site()
    specific = instance.specific_deferred
    if hasattr(specific, "forget_alternates"):
        specific.forget_alternates()
        after_commit(specific.forget_alternates)


def _forget_site(**_kwargs: Any) -> None:
    forget_navigation()
    # A reader in between may have stored the old one again. Before the pages: they are made with it.
    after_commit(forget_navigation)
    page_cache.forget(page_cache.SITE)


def _forget_removed(sender: type[Page], instance: Page, **_kwargs: Any) -> None:
    forget_page(instance)


def connect() -> None:
    """Called once, when the app is ready."""
    for signal in (page_published, page_unpublished, post_page_move):
        signal.connect(forget_page, dispatch_uid="cms_pages_forget_page")
    # With a sender: for everybody it would make each deletion of any row read that row first. A page of any kind is a Page too.
    post_delete.connect(_forget_removed, sender=Page, dispatch_uid="cms_pages_forget_removed")
    for model in _ON_ANY_PAGE:
        for signal in (post_save, post_delete):
            signal.connect(_forget_site, sender=model, dispatch_uid="cms_pages_forget_site")
