"""A category that staff edited: documents carry its names and its slug."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks

from marketplace.core.commits import after_commit
from marketplace.discovery.categories import forget_categories
from marketplace.discovery.tasks import index_category
from marketplace.gigs.models import GigCategory


@hooks.register("after_edit_snippet")
def index_after_category(request: HttpRequest, instance: Any) -> None:
    """Search by the new slug at once, instead of after the night's rebuild."""
    if isinstance(instance, GigCategory):
        forget_categories()
        # A broker that is away must not spoil what is saved already: the night's rebuild finds it then.
        after_commit(index_category.delay, instance.pk)
