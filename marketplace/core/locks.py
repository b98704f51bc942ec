"""The only place of core that locks (docs/locking.md)."""

from django.db import connection


def hold_settings() -> None:
    """One writer of business constants at a time, until the transaction ends.

    Whoever announces a version of the rules holds it too: what a text quotes is not changed while it is being announced.
    Advisory, since a constant that nobody changed has no row; one lock for all, since they are changed a few times a week.
    Taken after the rows of rules texts and before everything else.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('core.settings', 0))")
