"""Recompute the books from their entries. Knows only the ledger; payments adds what orders and gateways say."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from marketplace.core.moment import one_moment
from marketplace.ledger import escrow_proof, seals
from marketplace.ledger.models import BALANCE_KINDS, LOCKED_KINDS, Account, Entry, Transaction, Wallet


@dataclass
class AuditReport:
    """Counts, and one sentence for each violation found."""

    transactions: int = 0
    entries: int = 0
    accounts: int = 0
    totals_fen: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)


@one_moment()
def audit_books(*, history: bool = True) -> AuditReport:
    """Check, as of one moment, that every transaction sums to zero and every stored balance is the sum of its entries.

    With `history` every seal and every published proof is recomputed too, which reads all that was ever posted: each
    night. Without it: before each batch of payouts, where only today's balances can have gone wrong since.
    """
    report = AuditReport(
        transactions=Transaction.objects.count(), entries=Entry.objects.count(), accounts=Account.objects.count()
    )
    unbalanced = (
        Transaction.objects.annotate(total=Sum("entries__amount_fen"), legs=Count("entries"))
        .filter(~Q(total=0) | Q(legs__lt=2))
        .values_list("idempotency_key", "total")
    )
    report.violations += [f"transaction {key} sums to {total} fen instead of 0" for key, total in unbalanced]

    sums = dict(Entry.objects.values_list("account_id").annotate(total=Sum("amount_fen")))
    for pk, code, kind, balance in Account.objects.values_list("pk", "code", "kind", "balance_fen").iterator():
        total = sums.get(pk, 0)
        report.totals_fen[kind] = report.totals_fen.get(kind, 0) + total
        if kind in LOCKED_KINDS and balance != total:
            report.violations.append(f"account {code} says {balance} fen, its entries {total}")
        if kind in BALANCE_KINDS and total < 0:
            report.violations.append(f"account {code} is below zero: {total} fen")

    latest = Entry.objects.filter(account__kind__in=LOCKED_KINDS).order_by("account_id", "-pk").distinct("account_id")
    for account_id, code, after in latest.values_list("account_id", "account__code", "balance_after_fen").iterator():
        if after != sums[account_id]:
            report.violations.append(f"last entry of {code} carries {after} fen")

    # From the wallets, not from the clearings: pending money that waits for nothing would never become available.
    waiting = Coalesce(Sum("clearings__amount_fen", filter=Q(clearings__cleared_at=None)), 0)
    wallets = Wallet.objects.annotate(waiting=waiting).exclude(waiting=F("pending_account__balance_fen"))
    for wallet in wallets.select_related("pending_account"):
        account = wallet.pending_account
        report.violations.append(
            f"{account.code}: {wallet.waiting} fen wait to clear, the account holds {account.balance_fen}"
        )
    if history:
        report.violations += seals.broken_seals()
        report.violations += escrow_proof.broken_proofs()
    return report
