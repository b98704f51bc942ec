"""Which gigs go together, by the people who bought, keep or opened them: one statement of SQL for each reason.

The score is Dunning's log-likelihood ratio: unlike a lift, it does not put two gigs that three people happened to buy above
two that hundreds did, and unlike a count it does not put what everybody buys beside everything. Its counts are decayed by
age; whether a pair is shown at all goes by whole people, because fewer than three could be recognised.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from marketplace.core.patience import without_statement_timeout
from marketplace.discovery.models import RecommendationReason
from marketplace.discovery.recommending import locks
from marketplace.discovery.recommending.models import RecommendationRun
from marketplace.orders.models import OrderKind
from marketplace.orders.states import OrderStatus

# A pair that fewer people stand behind is shown to nobody.
FEWEST_PEOPLE = 3
# Rows kept for a gig and reason: what is off sale or one's own is left out when they are shown.
KEPT_PER_GIG = 20
# Pairs grow with the square of what one person has: of more than this the newest count.
MOST_PER_PERSON = 100


@dataclass(frozen=True)
class _Signal:
    events: str  # SELECT of user_id, gig_id, at
    changes: str  # SELECT of the people of whom such an event came or went since %(since)s
    window: timedelta
    half_life: timedelta


_SIGNALS = {
    RecommendationReason.BOUGHT: _Signal(
        "SELECT buyer_id AS user_id, gig_id, created_at AS at FROM orders_order"
        " WHERE gig_id IS NOT NULL AND parent_id IS NULL AND kind = %(standard)s AND NOT status = ANY(%(unpaid)s)"
        " AND created_at >= %(since)s AND created_at < %(until)s",
        # Paid, over or taken back: an order counts from its payment on, and one that is cancelled no more.
        "SELECT buyer_id AS user_id FROM orders_order WHERE paid_at >= %(since)s OR completed_at >= %(since)s"
        " OR cancelled_at >= %(since)s",
        window=timedelta(days=730),
        half_life=timedelta(days=240),
    ),
    RecommendationReason.KEPT: _Signal(
        "SELECT user_id, gig_id, created_at AS at FROM gigs_favourite"
        " WHERE created_at >= %(since)s AND created_at < %(until)s",
        "SELECT user_id FROM gigs_favourite WHERE created_at >= %(since)s",
        window=timedelta(days=365),
        half_life=timedelta(days=90),
    ),
    # Only of people who agreed that what they look at is kept (viewing.py).
    RecommendationReason.VIEWED: _Signal(
        "SELECT user_id, gig_id, viewed_at AS at FROM discovery_gigview"
        " WHERE viewed_at >= %(since)s AND viewed_at < %(until)s",
        "SELECT user_id FROM discovery_gigview WHERE viewed_at >= %(since)s",
        window=timedelta(days=90),
        half_life=timedelta(days=30),
    ),
}

# For a person p, w is the weight of a gig; k11 = Σ min(wa, wb), a row = Σ w, everything = Σ max w: no cell gets negative.
_PAIRS = """
WITH events AS ({events}),
ranked AS (
    SELECT e.user_id, e.gig_id,
           power(0.5, greatest(extract(epoch FROM %(now)s - max(e.at)), 0) / %(half_life)s) AS weight,
           row_number() OVER (PARTITION BY e.user_id ORDER BY max(e.at) DESC, e.gig_id) AS place
    FROM events e
    JOIN gigs_gig g ON g.id = e.gig_id AND g.live AND g.seller_id <> e.user_id
    JOIN accounts_user u ON u.id = e.user_id AND u.is_active AND NOT u.is_staff
    GROUP BY e.user_id, e.gig_id
),
held AS MATERIALIZED (SELECT user_id, gig_id, weight FROM ranked WHERE place <= %(most)s),
everything AS (
    SELECT sum(heaviest) AS total FROM (SELECT max(weight) AS heaviest FROM held GROUP BY user_id) people
),
gigs AS (SELECT gig_id, sum(weight) AS total FROM held GROUP BY gig_id),
pairs AS (
    SELECT a.gig_id AS source, b.gig_id AS target, count(*) AS people, sum(least(a.weight, b.weight)) AS k11
    FROM held a JOIN held b ON b.user_id = a.user_id AND b.gig_id <> a.gig_id
    WHERE %(sources)s::bigint[] IS NULL OR a.gig_id = ANY(%(sources)s::bigint[])
    GROUP BY a.gig_id, b.gig_id
    HAVING count(*) >= %(fewest)s
),
cells AS (
    SELECT source, target, people, k11, s.total - k11 AS k12, t.total - k11 AS k21,
           greatest(n.total - s.total - t.total + k11, 0) AS k22, s.total AS row1, t.total AS column1, n.total AS n
    FROM pairs JOIN gigs s ON s.gig_id = source JOIN gigs t ON t.gig_id = target CROSS JOIN everything n
),
scored AS (
    SELECT source, target, people,
           2 * (CASE WHEN k11 > 1e-9 THEN k11 * ln(k11 * n / (row1 * column1)) ELSE 0 END
              + CASE WHEN k12 > 1e-9 AND n - column1 > 1e-9 THEN k12 * ln(k12 * n / (row1 * (n - column1))) ELSE 0 END
              + CASE WHEN k21 > 1e-9 AND n - row1 > 1e-9 THEN k21 * ln(k21 * n / ((n - row1) * column1)) ELSE 0 END
              + CASE WHEN k22 > 1e-9 THEN k22 * ln(k22 * n / ((n - row1) * (n - column1))) ELSE 0 END) AS score
    FROM cells
    WHERE k11 * n > row1 * column1  -- met more often than by chance; the ratio alone knows no direction
),
best AS (
    SELECT *, row_number() OVER (PARTITION BY source ORDER BY score DESC, people DESC, target) AS place FROM scored
)
INSERT INTO discovery_recommendation (source_gig_id, target_gig_id, reason, people, score, computed_at)
SELECT source, target, %(reason)s, people, score, %(now)s FROM best WHERE place <= %(kept)s
ON CONFLICT (source_gig_id, target_gig_id, reason)
DO UPDATE SET score = EXCLUDED.score, people = EXCLUDED.people, computed_at = EXCLUDED.computed_at
"""
_OLD = """
DELETE FROM discovery_recommendation
WHERE reason = %(reason)s AND computed_at < %(now)s
  AND (%(sources)s::bigint[] IS NULL OR source_gig_id = ANY(%(sources)s::bigint[]))
"""


def recompute(
    *, reason: RecommendationReason, gig_ids: Sequence[int] | None = None, now: datetime | None = None
) -> int:
    """Write the lists of `reason` anew, all of them or those beside `gig_ids`; returns how many rows stand in them.

    Readers see the old lists until the new ones are whole. Run twice, it leaves the same rows; while another run goes on,
    it does nothing and returns 0. With `now` in the past it knows nothing that came later (evaluating.py).
    """
    signal = _SIGNALS[reason]
    now = now or timezone.now()
    values: dict[str, Any] = {
        "reason": reason.value,
        "now": now,
        "since": now - signal.window,
        "until": now,
        "half_life": signal.half_life.total_seconds(),
        "standard": OrderKind.STANDARD.value,
        "unpaid": [OrderStatus.PENDING_PAYMENT.value, OrderStatus.CANCELLED.value],
        "sources": None if gig_ids is None else list(gig_ids),
        "most": MOST_PER_PERSON,
        "fewest": FEWEST_PEOPLE,
        "kept": KEPT_PER_GIG,
    }
    with without_statement_timeout():
        if not locks.take_turn(reason.value):
            return 0
        with connection.cursor() as cursor:
            cursor.execute(_PAIRS.format(events=signal.events), values)
            written = cursor.rowcount
            cursor.execute(_OLD, values)
    return written


def compute(*, reason: RecommendationReason, gig_ids: Sequence[int] | None = None) -> int:
    """As `recompute`, and noted for the staff (RecommendationRun); runs of a week are kept."""
    started = time.monotonic()
    rows = recompute(reason=reason, gig_ids=gig_ids)
    milliseconds = round((time.monotonic() - started) * 1000)
    now = timezone.now()
    RecommendationRun.objects.create(
        reason=reason, is_whole=gig_ids is None, rows=rows, milliseconds=milliseconds, ended_at=now
    )
    RecommendationRun.objects.filter(ended_at__lt=now - timedelta(days=7)).delete()
    return rows


def changed_gigs(*, reason: RecommendationReason, within: timedelta) -> list[int]:
    """What those people have of whom something came or went in the last `within`: the lists beside these changed."""
    signal, now = _SIGNALS[reason], timezone.now()
    values: dict[str, Any] = {
        "since": now - signal.window,
        "until": now,
        "standard": OrderKind.STANDARD.value,
        "unpaid": [OrderStatus.PENDING_PAYMENT.value, OrderStatus.CANCELLED.value],
    }
    with connection.cursor() as cursor:
        cursor.execute(signal.changes, {"since": now - within})
        people = sorted({user_id for (user_id,) in cursor.fetchall()})
        if not people:
            return []
        cursor.execute(
            f"SELECT DISTINCT gig_id FROM ({signal.events}) events WHERE user_id = ANY(%(people)s) ORDER BY gig_id",  # noqa: S608
            values | {"people": people},
        )
        return [gig_id for (gig_id,) in cursor.fetchall()]
