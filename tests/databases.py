"""Helpers for tests that look at the database from outside Django's test transaction."""

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from django.apps import apps
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.utils import CursorWrapper
from django_celery_beat.models import PeriodicTask

from marketplace.accounts.models import AccountMerge, Block, LimitHit, User
from marketplace.discovery.models import ThesaurusEntry
from marketplace.gigs.models import AdvertisingWord, FirstReviewTask, GigCategory, ReviewReason, SecondReviewTask
from marketplace.moderation.models import DecisionReason
from marketplace.safety.models import SensitiveWord

# Migrations and `migrate` itself made these; Wagtail's rows lead to the tasks.
KEPT = {
    AdvertisingWord,
    DecisionReason,
    GigCategory,
    ReviewReason,
    SensitiveWord,
    ThesaurusEntry,
    *(model for task in (FirstReviewTask, SecondReviewTask) for model in (task, task.groups.through)),
}


APPS_KEPT = {"accounts"}  # people are removed below, what everybody knows (skills) stays


# Everything of an order and of money hangs on these tables.
MONEY = {
    "orders_order",
    "ledger_account",
    "ledger_transaction",
    "ledger_dayseal",
    "ledger_escrowproof",
    "payments_auditrun",
    "payments_gatewaynotification",
    "payments_taxyear",
}


def forget_money() -> None:
    """Remove all orders and all money; people, gigs and where sellers are paid to stay."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The ledger refuses DELETE, but to a replica.
        cursor.execute("SET LOCAL session_replication_role = replica")
        _empty(cursor, _of_money())


@cache
def _of_money() -> list[str]:
    """The tables of money and whatever refers to them, directly or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT confrelid::regclass::text, conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
        )
        references = cursor.fetchall()
    found = MONEY
    while more := {table for to, table in references if to in found} - found:
        found = found | more
    return sorted(found)


def forget_marketplace() -> None:
    """Remove all that people of the marketplace wrote; pages, groups, tasks and other data of migrations stay.

    What a test left running in another connection, and stands in the way, is ended, and the test fails for it.
    """
    try:
        _empty_tables()
    except OperationalError:
        strays = _end_other_connections()
        _empty_tables()
        raise AssertionError(f"other connections were still at work after the test: {strays}") from None
    # Not truncated: pages of Wagtail point at these.
    GigCategory.objects.filter(parent__isnull=False).delete()
    GigCategory.objects.all().delete()
    # A beat of a test leaves one for itself.
    PeriodicTask.objects.filter(task__startswith="celery.").delete()
    # Of accounts, whose tables stay: these hold on to people or belong to nobody.
    for model in (AccountMerge, Block, LimitHit, User):
        model.objects.all().delete()


@cache
def _written() -> list[str]:
    """The tables that are emptied."""
    return [
        model._meta.db_table
        for app in apps.get_app_configs()
        if app.name.startswith("marketplace.") and app.label not in APPS_KEPT
        for model in app.get_models(include_auto_created=True)
        if model not in KEPT
    ]


def _empty_tables() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        # pytest-timeout speaks once a test, so that nothing else would end this wait.
        cursor.execute("SET LOCAL lock_timeout = '60s'")
        # Who is still at work with any of them is waited for, and found out.
        cursor.execute(f"LOCK TABLE {', '.join(_written())}")
        _empty(cursor, _written())


def _empty(cursor: CursorWrapper, tables: list[str]) -> None:
    """Remove the rows of these tables. Whoever calls has made itself a replica, whom nothing guards.

    TRUNCATE would give each table and each index new files, and can leave none of two hundred out, for they refer to one
    another; a test writes few rows to few of them.
    """
    cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables))
    if deletions := [f"DELETE FROM {table}" for (table,) in cursor.fetchall()]:
        cursor.execute("; ".join(deletions))


def _end_other_connections() -> list[tuple[str, str]]:
    """End whatever else is connected to this database; returns the state and last statement of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, left(query, 300), pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return [(state, query) for state, query, _ended in cursor.fetchall()]


def together(*actions: Callable[[], Any]) -> list[Any]:
    """Run the actions at the same time, each on a thread and connection of its own; results or exceptions, in order."""
    results: list[Any] = [None] * len(actions)

    def run(index: int, action: Callable[[], Any]) -> None:
        try:
            results[index] = action()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)  # on a busy machine
    assert not any(thread.is_alive() for thread in threads), "the threads wait for each other"
    return results
