"""Reading many tables as of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read within the block is as it was at its first query, whatever is committed meanwhile; nothing is written.

    Without it each query sees a later state than the one before, and two sums that are always equal are not. Inside a
    transaction that runs already it does nothing: how much that one sees was settled when it began.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
