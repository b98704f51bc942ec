"""The staff's roles and the review workflow, which every installation has: made after `migrate`, and by the demo."""

from typing import Any

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import Page

from cms_pages.permissions import ensure_page_roles
from marketplace.moderation import roles


@transaction.atomic
def ensure_roles() -> dict[str, Group]:
    """Groups with their permissions, rights on pages, the workflows of services and of pages. Takes nothing away.

    Safe to repeat: what exists is left as operators changed it.
    """
    groups = roles.ensure_roles()
    return groups | ensure_page_roles()


def ensure_roles_after_migrate(**_kwargs: Any) -> None:
    """Connected to post_migrate. Does nothing after `migrate some_app` or a rollback that leaves migrations unapplied."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if Page.get_first_root_node() is None:  # `flush` empties the page tree, on which the marketer's rights hang
        return
    ensure_roles()
