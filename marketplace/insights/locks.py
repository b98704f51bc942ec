"""The only place of insights that takes locks (docs/locking.md)."""

from collections.abc import Sequence
from datetime import date

from django.db import connection

from marketplace.insights.models import ReportSubscription


def lock_days(days: Sequence[date]) -> None:
    """Hold these days, ascending, until the transaction ends: nobody else counts one of them meanwhile.

    Not rows: a day that was never counted has none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('insights:' || day, 0))"
            " FROM unnest(%s::date[]) WITH ORDINALITY AS wanted (day, place) ORDER BY place",
            [sorted(days)],
        )


def lock_due_report(subscription_id: int, today: date) -> ReportSubscription | None:
    """Lock one subscription that is due; None when another run has it or had it."""
    return (
        ReportSubscription.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(pk=subscription_id, is_active=True, next_on__lte=today)
        .first()
    )
