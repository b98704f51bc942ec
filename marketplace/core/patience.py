"""Statements that may take as long as they take: the nightly work over a whole catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def without_statement_timeout() -> Iterator[None]:
    """A transaction in which the limit of a statement's time (settings) does not hold. For jobs alone."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        yield
