"""The only place of the ledger that takes row locks. Order of the house: order → payment → accounts by pk (docs/locking.md)."""

from collections.abc import Iterable

from marketplace.ledger.models import Account, Clearing


def lock_accounts(account_ids: Iterable[int]) -> dict[int, Account]:
    """Lock the accounts, always in ascending pk, so that two postings over the same accounts cannot deadlock."""
    rows = Account.objects.filter(pk__in=list(account_ids)).order_by("pk").select_for_update(of=("self",), no_key=True)
    return {account.pk: account for account in rows}


def lock_clearing(clearing_id: int) -> Clearing:
    """Lock one clearing, so that two runs of the job cannot both move it."""
    return Clearing.objects.select_for_update(of=("self",), no_key=True).get(pk=clearing_id)
