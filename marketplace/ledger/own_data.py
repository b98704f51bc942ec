"""What the books keep of a person (accounts/personal_data.py). Nothing of it is ever changed or deleted."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Blocker, Retained, Section, Table, plain, table
from marketplace.core.money import display_yuan
from marketplace.ledger import selectors
from marketplace.ledger.models import Account, Entry, EscrowProofLine, Wallet


class LedgerSection(Section):
    """The wallet and every booking in it."""

    exported = frozenset({"ledger.Account.owner", "ledger.Wallet.user", "ledger.EscrowProofLine.owner"})

    def tables(self, user: User) -> Iterable[Table]:
        """Balances, bookings, and the lines of published proofs."""
        yield table(
            "wallet",
            Wallet.objects.filter(user=user),
            available_fen="available_account__balance_fen",
            pending_fen="pending_account__balance_fen",
            **plain("currency", "created_at"),
        )
        yield table("ledger_accounts", Account.objects.filter(owner=user), **plain("code", "kind", "balance_fen"))
        yield table(
            "ledger_entries",
            Entry.objects.filter(account__owner=user).order_by("pk"),
            account="account__code",
            kind="transaction__kind",
            reference="transaction__reference",
            at="transaction__created_at",
            **plain("amount_fen", "balance_after_fen"),
        )
        yield table(
            "escrow_proof_lines",
            EscrowProofLine.objects.filter(owner=user).order_by("pk"),
            day="proof__day",
            **plain("kind", "account", "reference", "amount_fen"),
        )

    def blockers(self, user: User) -> Iterable[Blocker]:
        """Money that is theirs, and money that is owed."""
        wallet = selectors.wallet_of(user)
        if wallet is None:
            return
        for amount_fen, text in (
            (wallet.available_fen, _("¥%(amount)s in your wallet can be withdrawn")),
            (wallet.pending_fen, _("¥%(amount)s in your wallet has not cleared yet")),
            (wallet.debt_fen, _("¥%(amount)s that a refund took back is still owed")),
        ):
            if amount_fen:
                yield Blocker(text % {"amount": display_yuan(amount_fen, exact=True)}, reverse("ledger:wallet"))

    def retained(self, user: User) -> Iterable[Retained]:
        """The bookings."""
        if Account.objects.filter(owner=user).exists():
            yield Retained(
                _("Bookings of your wallet"),
                gettext_lazy("Rules on the Administration of Tax Collection, article 29"),
                gettext_lazy("ten years"),
            )
