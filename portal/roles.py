"""The staff's roles and the review workflow, which every installation has: made after `migrate`, and by the demo."""

from typing import Any

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import Page

from cms_pages.permissions import grant_editor, grant_help_writer, grant_marketer
from cms_pages.workflow import ensure_page_workflow
from marketplace.moderation import roles


@transaction.atomic
def ensure_roles() -> dict[str, Group]:
    """Groups with their permissions, their rights on pages, the workflows of services and of pages.

    Safe to repeat: what exists is left as operators changed it. What only an earlier release gave is taken away.
    """
    groups = roles.ensure_roles()
    grant_marketer(groups[roles.MARKETER])
    grant_editor(groups[roles.EDITOR])
    grant_help_writer(groups[roles.HELP_WRITER])
    ensure_page_workflow(editors=groups[roles.EDITOR])
    return groups


def ensure_roles_after_migrate(**_kwargs: Any) -> None:
    """Connected to post_migrate. Does nothing after `migrate some_app` or a rollback that leaves migrations unapplied."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if Page.get_first_root_node() is None:  # `flush` empties the page tree, on which the marketer's rights hang
        return
    ensure_roles()
