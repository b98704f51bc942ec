"""Reads of the books."""

from django.db.models import QuerySet

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.ledger.models import Account, Clearing, Entry, Wallet


def wallet_of(user: User) -> Wallet | None:
    """The user's wallet, or None before the first earnings."""
    return Wallet.objects.select_related("available_account", "pending_account").filter(user=user).first()


def statement(user: User) -> QuerySet[Entry]:
    """All entries on the user's own accounts, newest first."""
    accounts = list(Account.objects.filter(owner=user).values_list("pk", flat=True))  # so that the index is used
    return Entry.objects.filter(account_id__in=accounts).select_related("transaction", "account").order_by("-pk")


def waiting_clearings(wallet: Wallet) -> QuerySet[Clearing]:
    """What was earned and clears later, soonest first."""
    return wallet.clearings.filter(cleared_at=None).order_by("clears_at")


def due_clearing_ids() -> list[int]:
    """Clearings whose time has come."""
    return list(Clearing.objects.filter(cleared_at=None, clears_at__lte=clock.now()).values_list("pk", flat=True))
