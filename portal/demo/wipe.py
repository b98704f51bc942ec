"""Emptying the marketplace, for `load_demo --fresh`. The pages' root, locales and permissions stay."""

from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from wagtail.models import Page, ReferenceIndex, Revision, TaskState, WorkflowState
from wagtail.signal_handlers import disable_reference_index_auto_update

from marketplace.accounts.models import User
from marketplace.gigs.models import Gig

# People are deleted, not truncated: TRUNCATE … CASCADE would take Wagtail's root page along, whose owner is a person.
_KEPT = {User._meta.db_table}


def empty_marketplace() -> None:
    """Delete every row of our own apps, the pages and the people. Never reversible."""
    with transaction.atomic(), disable_reference_index_auto_update():
        for child in Page.get_first_root_node().get_children():
            child.specific.delete()
        ReferenceIndex.objects.all().delete()
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("marketplace.") and model._meta.managed and model._meta.db_table not in _KEPT
    ]
    tables += [WorkflowState._meta.db_table, TaskState._meta.db_table, "taggit_tag", "django_session"]
    tables += ["account_emailaddress"]
    with transaction.atomic(), connection.cursor() as cursor:
        # PostgreSQL refuses to truncate a table while a deferred check of it waits.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL session_replication_role = replica")  # the ledger refuses even TRUNCATE
        cursor.execute("TRUNCATE {} RESTART IDENTITY CASCADE".format(", ".join(f'"{table}"' for table in tables)))
        cursor.execute("SET LOCAL session_replication_role = origin")
        gig_type = Gig.get_base_content_type()
        cursor.execute(f"DELETE FROM {Revision._meta.db_table} WHERE base_content_type_id = %s", [gig_type.pk])  # noqa: S608
        _delete_people(cursor)
    cache.clear()


def _delete_people(cursor) -> None:  # type: ignore[no-untyped-def]
    """Let go of everything outside the marketplace that points at a person, then delete all people."""
    people = User._meta.db_table
    for relation in User._meta.get_fields(include_hidden=True):
        if not (relation.one_to_many or relation.one_to_one) or not relation.auto_created:
            continue
        field = relation.field
        table = f'"{field.model._meta.db_table}"'
        if field.null:
            cursor.execute(f'UPDATE {table} SET "{field.column}" = NULL WHERE "{field.column}" IS NOT NULL')  # noqa: S608
        else:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
    cursor.execute(f'DELETE FROM "{people}"')  # noqa: S608
    # Not setval: this one is undone when the transaction is.
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [people])
    cursor.execute(f"ALTER SEQUENCE {cursor.fetchone()[0]} RESTART")
