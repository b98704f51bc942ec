"""The admin: a category that staff edited (documents carry its names and its slug), and how the search cluster stands."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component

from marketplace.core.commits import after_commit
from marketplace.discovery.categories import forget_categories
from marketplace.discovery.home_panels import panels_for
from marketplace.discovery.tasks import index_category
from marketplace.gigs.models import GigCategory


@hooks.register("after_edit_snippet")
def index_after_category(request: HttpRequest, instance: Any) -> None:
    """Search by the new slug at once, instead of after the night's rebuild."""
    if isinstance(instance, GigCategory):
        forget_categories()
        # A broker that is away must not spoil what is saved already: the night's rebuild finds it then.
        after_commit(index_category.delay, instance.pk)


@hooks.register("construct_homepage_panels")
def search_panels(request: HttpRequest, panels: list[Component]) -> None:
    """Whether PostgreSQL has to search in the cluster's place."""
    panels += panels_for(request.user)
