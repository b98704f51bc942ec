from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """Sign of every account: positive is what we owe its holder. Clearing accounts are what gateways owe us: negative."""

    USER_AVAILABLE = "user_available", _("Available")
    USER_PENDING = "user_pending", _("Pending")
    ESCROW = "escrow", _("Escrow")
    COMMISSION = "commission", _("Service fees")
    PROMOTIONS = "promotions", _("Promotions")
    TAX_WITHHELD = "tax_withheld", _("Tax withheld")
    CLEARING = "clearing", _("Gateway clearing")
    PAYOUTS_IN_TRANSIT = "payouts_in_transit", _("Withdrawals on their way")
    USER_DEBT = "user_debt", _("Owed by the seller")
    GATEWAY_FEES = "gateway_fees", _("Gateway fees")
    SUSPENSE = "suspense", _("Unexplained differences")


# Accounts that carry a running balance under a row lock and may never go below zero (a debt: never above). The few
# others are hot: every order touches them, so they are append-only and summed.
BALANCE_KINDS = (AccountKind.USER_AVAILABLE, AccountKind.USER_PENDING, AccountKind.ESCROW, AccountKind.TAX_WITHHELD)
DEBT_KINDS = (AccountKind.USER_DEBT,)
LOCKED_KINDS = (*BALANCE_KINDS, *DEBT_KINDS)


class Account(models.Model):
    """One account of the books. `code` is its natural key: `user:7:available`, `escrow:7KQ4M9…`, `clearing:alipay`."""

    code = models.CharField(_("code"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=AccountKind)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger_accounts"
    )
    balance_fen = models.BigIntegerField(_("balance in fen"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=BALANCE_KINDS) | Q(balance_fen__gte=0), name="ledger_account_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=DEBT_KINDS) | Q(balance_fen__lte=0), name="ledger_account_debt_not_positive"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LOCKED_KINDS) | Q(balance_fen=0), name="ledger_account_hot_is_summed"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def keeps_balance(self) -> bool:
        """Whether the row carries the running balance (user, escrow, tax and debt accounts do)."""
        return self.kind in LOCKED_KINDS


class TransactionKind(models.TextChoices):
    PAYMENT_CAPTURED = "payment_captured", _("Payment into escrow")
    ESCROW_RELEASED = "escrow_released", _("Order income")
    EARNINGS_CLEARED = "earnings_cleared", _("Earnings cleared")
    ESCROW_REFUNDED = "escrow_refunded", _("Refund to the buyer")
    RELEASE_REVERSED = "release_reversed", _("Income taken back for a refund")
    DEBT_REPAID = "debt_repaid", _("Debt repaid from income")
    PAYOUT_REQUESTED = "payout_requested", _("Withdrawal")
    PAYOUT_PAID = "payout_paid", _("Withdrawal arrived")
    PAYOUT_RETURNED = "payout_returned", _("Withdrawal came back")
    CUSTODY_SETTLED = "custody_settled", _("Settled by the payment institution")
    CUSTODY_RETURNED = "custody_returned", _("Settlement taken back")
    CUSTODY_CANCELLED = "custody_cancelled", _("Settlement cancelled")
    GATEWAY_FEE = "gateway_fee", _("Fee of the payment institution")
    ADJUSTMENT = "adjustment", _("Correction after reconciliation")
    FEES_WITHDRAWN = "fees_withdrawn", _("Service fees to our bank")
    TAX_REMITTED = "tax_remitted", _("Income tax to the tax office")


class Transaction(models.Model):
    """A balanced set of entries. Never changed, never deleted: the database refuses (migration 0002)."""

    kind = models.CharField(_("kind"), max_length=20, choices=TransactionKind)
    idempotency_key = models.CharField(_("idempotency key"), max_length=120, unique=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["reference"], name="ledger_transaction_reference"),  # the money of one order
            models.Index(fields=["created_at", "id"], name="ledger_transaction_time"),  # finance's pages, by date
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class Entry(models.Model):
    """One leg of a transaction."""

    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    amount_fen = models.BigIntegerField(_("amount in fen"))
    balance_after_fen = models.BigIntegerField(_("balance after, in fen"), null=True, blank=True)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [models.CheckConstraint(condition=~Q(amount_fen=0), name="ledger_entry_not_zero")]
        indexes = [models.Index(fields=["account", "-id"], name="ledger_entry_statement")]  # a statement, newest first

    def __str__(self) -> str:
        return f"{self.account}: {self.amount_fen}"


class Wallet(models.Model):
    """A user's view of the books: two ledger accounts under one roof. It stores no amount of its own."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="wallet")
    available_account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    pending_account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(_("currency"), max_length=3, default="CNY", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")

    def __str__(self) -> str:
        return f"{self.user}"

    @property
    def available_fen(self) -> int:
        """What can be paid out, in fen."""
        return self.available_account.balance_fen

    @property
    def pending_fen(self) -> int:
        """What was earned and clears later, in fen."""
        return self.pending_account.balance_fen

    @property
    def debt_fen(self) -> int:
        """What a refund took back after it had left the wallet; later income repays it. In fen, zero or more."""
        debt = Account.objects.filter(code=f"user:{self.user_id}:debt").values_list("balance_fen", flat=True).first()
        return -(debt or 0)


class Clearing(models.Model):
    """Earnings that wait: when a released amount moves from pending to available."""

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="clearings")
    reference = models.CharField(_("reference"), max_length=80, unique=True)
    amount_fen = models.BigIntegerField(_("amount in fen"))
    clears_at = models.DateTimeField(_("clears at"))
    cleared_at = models.DateTimeField(_("cleared at"), null=True, blank=True)

    class Meta:
        verbose_name = _("clearing")
        verbose_name_plural = _("clearings")
        indexes = [
            # The hourly job: what is due and not yet cleared.
            models.Index(fields=["clears_at"], condition=Q(cleared_at=None), name="ledger_clearing_due")
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount_fen}"

    @property
    def subject_reference(self) -> str:
        """The number of the order that it was earned with."""
        return self.reference.removeprefix("order:").removesuffix(":release")


class DaySeal(models.Model):
    """A night's seal over the transactions `first_id` to `last_id`. Never changed, never deleted (migration 0004)."""

    day = models.DateField(_("day"), unique=True)
    first_id = models.BigIntegerField(_("first transaction"))
    last_id = models.BigIntegerField(_("last transaction"))
    transactions = models.PositiveIntegerField(_("transactions"))
    root = models.CharField(_("root"), max_length=64)
    chain = models.CharField(_("chain"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.day)


# At the end: a subject of its own, kept in a file of its own.
from marketplace.ledger.proof_models import (  # noqa: E402
    EscrowProof,
    EscrowProofLine,
    EscrowProofNodes,
    ProofBranch,
    ProofLineKind,
)

__all__ = [
    "BALANCE_KINDS",
    "DEBT_KINDS",
    "LOCKED_KINDS",
    "Account",
    "AccountKind",
    "Clearing",
    "DaySeal",
    "Entry",
    "EscrowProof",
    "EscrowProofLine",
    "EscrowProofNodes",
    "ProofBranch",
    "ProofLineKind",
    "Transaction",
    "TransactionKind",
    "Wallet",
]
