"""Postings of a marketplace under load: what a captured payment writes."""

import statistics
import time
from uuid import uuid4

from django.db import connection

from marketplace.ledger.models import Entry
from marketplace.ledger.services import hold_escrow


def post_for(seconds: float, number: int) -> int:
    """Post captured payments, each into the escrow of another order; returns how many."""
    done, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        reference = uuid4().hex[:12]
        hold_escrow(reference=reference, gateway="alipay", amount_fen=12_800, key=f"bench:{number}:{reference}")
        done += 1
    return done


def time_of_postings(count: int = 2000) -> float:
    """Seconds of one posting, alone: the median of `count`."""
    times = []
    for _ in range(count):
        reference, started = uuid4().hex[:12], time.perf_counter()
        hold_escrow(reference=reference, gateway="alipay", amount_fen=12_800, key=f"bench:time:{reference}")
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def fill_books(entries: int) -> None:
    """Bring the books to at least `entries` entries, balanced ones, past the triggers: only their number matters here."""
    missing = entries - Entry.objects.count()
    if missing > 0:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(_FILL, {"orders": missing // 2 + 1})
            cursor.execute("SET session_replication_role = origin")
            cursor.execute("VACUUM ANALYZE ledger_account, ledger_transaction, ledger_entry")


_FILL = """
WITH hot AS (
    INSERT INTO ledger_account (code, kind, balance_fen, created_at) VALUES ('clearing:alipay', 'clearing', 0, now())
    ON CONFLICT (code) DO UPDATE SET kind = EXCLUDED.kind RETURNING id
), fresh AS (
    SELECT 'F' || extract(epoch FROM clock_timestamp())::bigint || '-' || number AS reference
    FROM generate_series(1, %(orders)s) AS number
), opened AS (
    INSERT INTO ledger_account (code, kind, balance_fen, created_at)
    SELECT 'escrow:' || reference, 'escrow', 12800, now() FROM fresh RETURNING id, code
), posted AS (
    INSERT INTO ledger_transaction (kind, idempotency_key, reference, description, created_at)
    SELECT 'payment_captured', 'fill:' || reference, reference, '', now() FROM fresh RETURNING id, reference
)
INSERT INTO ledger_entry (transaction_id, account_id, amount_fen, balance_after_fen)
SELECT posted.id, leg.account_id, leg.amount, leg.balance
FROM posted JOIN opened ON opened.code = 'escrow:' || posted.reference CROSS JOIN hot
CROSS JOIN LATERAL (VALUES (hot.id, -12800::bigint, NULL::bigint), (opened.id, 12800, 12800)) AS leg(account_id, amount, balance)
"""
