"""The lock of recommendations: two runs do not write the same lists at once."""

from django.db import connection


def take_turn(reason: str) -> bool:
    """Whether nobody else computes the lists of `reason`; ours until the transaction ends. Does not wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"recommending:{reason}"])
        return bool(cursor.fetchone()[0])
