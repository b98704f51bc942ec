"""Which gigs go together, by the people who bought or keep them: one statement of SQL for each reason.

The score is Dunning's log-likelihood ratio: unlike a lift, it does not put two gigs that three people happened to buy above
two that hundreds did, and unlike a count it does not put what everybody buys beside everything. Its counts are decayed by
age; whether a pair is shown at all goes by whole people, because fewer than three could be recognised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from marketplace.core.patience import without_statement_timeout
from marketplace.discovery.models import RecommendationReason
from marketplace.discovery.recommending import locks
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
    window: timedelta
    half_life: timedelta


_SIGNALS = {
    RecommendationReason.BOUGHT: _Signal(
        "SELECT buyer_id AS user_id, gig_id, created_at AS at FROM orders_order"
        " WHERE gig_id IS NOT NULL AND parent_id IS NULL AND kind = %(standard)s AND NOT status = ANY(%(unpaid)s)"
        " AND created_at >= %(since)s",
        window=timedelta(days=730),
        half_life=timedelta(days=240),
    ),
    RecommendationReason.KEPT: _Signal(
        "SELECT user_id, gig_id, created_at AS at FROM gigs_favourite WHERE created_at >= %(since)s",
        window=timedelta(days=365),
        half_life=timedelta(days=90),
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


def recompute(*, reason: RecommendationReason, gig_ids: Sequence[int] | None = None) -> int:
    """Write the lists of `reason` anew, all of them or those beside `gig_ids`; returns how many rows stand in them.

    Readers see the old lists until the new ones are whole. Run twice, it leaves the same rows; while another run goes on,
    it does nothing and returns 0.
    """
    signal = _SIGNALS[reason]
    now = timezone.now()
    values: dict[str, Any] = {
        "reason": reason.value,
        "now": now,
        "since": now - signal.window,
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


def changed_gigs(*, reason: RecommendationReason, within: timedelta) -> list[int]:
    """Gigs that somebody bought or began to keep in the last `within`."""
    now = timezone.now()
    values: dict[str, Any] = {
        "since": now - within,
        "standard": OrderKind.STANDARD.value,
        "unpaid": [OrderStatus.PENDING_PAYMENT.value, OrderStatus.CANCELLED.value],
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT gig_id FROM ({_SIGNALS[reason].events}) events", values)  # noqa: S608
        return [gig_id for (gig_id,) in cursor.fetchall()]
