"""All money owed to people at one moment, written as the lines of a proof of escrow by one statement.

One statement sees one state of the database, whatever is posted beside it, and nobody waits for it.
"""

from dataclasses import dataclass, field

from django.db import connection

from marketplace.ledger.models import AccountKind, ProofBranch, ProofLineKind


class BooksDisagree(Exception):
    """The lines of a proof do not sum to what the accounts say: a withdrawal without its owner, a broken balance."""


@dataclass
class Snapshot:
    """Totals of the lines, in fen, and how many there are."""

    sums: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    held_by_gateway: dict[str, int] = field(default_factory=dict)

    @property
    def escrow_fen(self) -> int:
        return self.sums.get(ProofLineKind.ESCROW, 0)

    @property
    def available_fen(self) -> int:
        return self.sums.get(ProofLineKind.AVAILABLE, 0)

    @property
    def pending_fen(self) -> int:
        return self.sums.get(ProofLineKind.PENDING, 0)

    @property
    def in_transit_fen(self) -> int:
        return self.sums.get(ProofLineKind.IN_TRANSIT, 0)

    @property
    def total_fen(self) -> int:
        return sum(self.sums.values())

    @property
    def escrow_lines(self) -> int:
        return self.counts.get(ProofLineKind.ESCROW, 0)

    @property
    def balance_lines(self) -> int:
        return sum(self.counts.values()) - self.escrow_lines


def take_snapshot(proof_id: int) -> Snapshot:
    """Write the lines of a proof, shuffled by their salts. Raises BooksDisagree.

    A line names its account in words its owner knows (the order's number, the address of the profile): two people
    cannot be shown the same line as theirs.
    """
    snapshot, in_transit_fen = Snapshot(), 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")  # the whole of the books, once a night
        # Every account is read: with statistics from before the books grew, the planner would look each entry up alone.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_LINES, _KINDS | {"proof": proof_id})
        for what, name, count, sum_fen in cursor.fetchall():
            if what == "line":
                snapshot.counts[name], snapshot.sums[name] = int(count), int(sum_fen)
            elif what == "held":
                snapshot.held_by_gateway[name.removeprefix("clearing:")] = int(sum_fen)
            else:
                in_transit_fen = int(sum_fen)
        cursor.execute("SET LOCAL enable_nestloop = on")
    if snapshot.in_transit_fen != in_transit_fen:
        raise BooksDisagree(
            f"withdrawals on their way: the lines say {snapshot.in_transit_fen} fen, the account {in_transit_fen}"
        )
    return snapshot


_KINDS = {
    "user_available": AccountKind.USER_AVAILABLE.value,
    "user_pending": AccountKind.USER_PENDING.value,
    "escrow_kind": AccountKind.ESCROW.value,
    "clearing": AccountKind.CLEARING.value,
    "transit": AccountKind.PAYOUTS_IN_TRANSIT.value,
    "escrow": ProofLineKind.ESCROW.value,
    "available": ProofLineKind.AVAILABLE.value,
    "pending": ProofLineKind.PENDING.value,
    "in_transit": ProofLineKind.IN_TRANSIT.value,
    "escrow_branch": ProofBranch.ESCROW.value,
    "balances_branch": ProofBranch.BALANCES.value,
}

# A withdrawal on its way is what stands on the transit accounts for one reference; the posting that put it there also
# touched its owner's wallet. Two random UUIDs make a salt of 244 random bits.
_LINES = """
WITH transit AS (
    SELECT posting.reference, sum(entry.amount_fen) AS amount_fen,
           min(posting.id) FILTER (WHERE entry.amount_fen > 0) AS opened_by
    FROM ledger_account account
    JOIN ledger_entry entry ON entry.account_id = account.id
    JOIN ledger_transaction posting ON posting.id = entry.transaction_id
    WHERE account.kind = %(transit)s
    GROUP BY posting.reference HAVING sum(entry.amount_fen) > 0
), owed AS (
    SELECT %(escrow)s AS kind, 'order/' || substr(code, 8) AS account, NULL::bigint AS owner_id,
           substr(code, 8) AS reference, balance_fen AS amount_fen
    FROM ledger_account WHERE kind = %(escrow_kind)s AND balance_fen > 0
    UNION ALL
    SELECT CASE kind WHEN %(user_available)s THEN %(available)s ELSE %(pending)s END,
           'user/' || coalesce(profile.handle, '#' || owner_id)
               || CASE kind WHEN %(user_available)s THEN '/available' ELSE '/pending' END,
           owner_id, '', balance_fen
    FROM ledger_account LEFT JOIN accounts_userprofile profile ON profile.user_id = owner_id
    WHERE kind IN (%(user_available)s, %(user_pending)s) AND balance_fen > 0
    UNION ALL
    SELECT %(in_transit)s, 'user/' || coalesce(profile.handle, '#' || owner.id) || '/withdrawal/' || transit.reference,
           owner.id, transit.reference, transit.amount_fen
    FROM transit
    CROSS JOIN LATERAL (
        SELECT account.owner_id AS id FROM ledger_entry entry JOIN ledger_account account ON account.id = entry.account_id
        WHERE entry.transaction_id = transit.opened_by AND account.owner_id IS NOT NULL LIMIT 1
    ) AS owner
    LEFT JOIN accounts_userprofile profile ON profile.user_id = owner.id
), salted AS MATERIALIZED (
    SELECT owed.*, CASE kind WHEN %(escrow)s THEN %(escrow_branch)s ELSE %(balances_branch)s END AS branch,
           uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) AS salt
    FROM owed
), written AS (
    INSERT INTO ledger_escrowproofline
        (proof_id, branch, position, kind, account, owner_id, reference, amount_fen, salt)
    SELECT %(proof)s, branch, row_number() OVER (PARTITION BY branch ORDER BY salt) - 1, kind, account, owner_id,
           reference, amount_fen, salt
    FROM salted
    RETURNING kind, amount_fen
)
SELECT 'line', kind, count(*), sum(amount_fen) FROM written GROUP BY kind
UNION ALL
SELECT 'held', account.code, 0, -sum(entry.amount_fen)
FROM ledger_account account JOIN ledger_entry entry ON entry.account_id = account.id
WHERE account.kind = %(clearing)s GROUP BY account.code
UNION ALL
SELECT 'in_transit', '', 0, coalesce(sum(entry.amount_fen), 0)
FROM ledger_account account JOIN ledger_entry entry ON entry.account_id = account.id
WHERE account.kind = %(transit)s
"""
