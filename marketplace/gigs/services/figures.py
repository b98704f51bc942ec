"""Counts from Valkey become rows, and old rows are forgotten."""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.jobs import Deadline
from marketplace.gigs import counting
from marketplace.gigs.counting import Counted
from marketplace.gigs.models import FigureBatch, GigDay

# A batch comes back within minutes, if at all; a week bridges a broker that was down.
BATCHES_KEPT = timedelta(days=7)

# Additive in one statement. Gigs that were deleted meanwhile are left out by the join.
_ADD = """
INSERT INTO gigs_gigday (gig_id, day, impressions, clicks)
SELECT gig.id, counted.day, counted.impressions, counted.clicks
FROM unnest(%s::bigint[], %s::date[], %s::integer[], %s::integer[]) AS counted (gig_id, day, impressions, clicks)
JOIN gigs_gig AS gig ON gig.id = counted.gig_id
ORDER BY gig.id, counted.day
ON CONFLICT (gig_id, day) DO UPDATE
SET impressions = gigs_gigday.impressions + excluded.impressions, clicks = gigs_gigday.clicks + excluded.clicks
"""


def write_figures() -> int:
    """Add what was counted since the last run to the days of the gigs. Returns how many rows of gigs and days.

    Nothing is lost and nothing counts twice when it runs twice at once or dies in between: a batch stays in Valkey until
    it has been committed, and its key is unique. Raises redis.RedisError.
    """
    written = 0
    # A batch that a killed run left behind comes first; then there is one more.
    for _round in range(2):
        taken = counting.take()
        if taken is None:
            break
        batch, rows = taken
        written += _write(UUID(batch), rows)
        counting.drop(batch)
    FigureBatch.objects.filter(written_at__lt=clock.now() - BATCHES_KEPT).delete()
    return written


def forget_figures(*, until: Deadline, batch: int = 5_000) -> int:
    """Delete the days that are older than `gigs.figures_days`, the oldest first. Returns how many rows.

    Each batch is a transaction of its own: what was deleted stays deleted when the run ends early, and nobody who writes
    figures waits for a whole night's work. Safe to run twice, also at the same time.
    """
    oldest_kept = timezone.localdate(clock.now()) - timedelta(days=get_config("gigs.figures_days"))
    old = GigDay.objects.filter(day__lt=oldest_kept).order_by("day", "pk")
    forgotten = 0
    while not until.is_over:
        deleted, _by_model = GigDay.objects.filter(pk__in=old.values("pk")[:batch]).delete()
        if not deleted:
            break
        forgotten += deleted
    return forgotten


@transaction.atomic(durable=True)
def _write(key: UUID, rows: list[Counted]) -> int:
    # Of two runs with the same batch the second one waits here, and then finds it.
    _batch, is_new = FigureBatch.objects.get_or_create(key=key, defaults={"written_at": clock.now()})
    if not is_new:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            [
                [row.gig_id for row in rows],
                [row.day for row in rows],
                [row.impressions for row in rows],
                [row.clicks for row in rows],
            ],
        )
    return len(rows)
