"""What proof of escrow keeps: a published day for ever, its lines and inner nodes for as long as people may ask for them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProofBranch(models.TextChoices):
    """The two halves below a root: each has a root and a total of its own."""

    ESCROW = "escrow", _("Escrow")
    BALANCES = "balances", _("Balances")


class ProofLineKind(models.TextChoices):
    ESCROW = "escrow", _("Order in escrow")
    AVAILABLE = "available", _("Available")
    PENDING = "pending", _("Pending")
    IN_TRANSIT = "in_transit", _("Withdrawal on its way")


class EscrowProof(models.Model):
    """One day's published root and totals. Never changed, never deleted: the database refuses (migration 0004)."""

    day = models.DateField(_("day"), unique=True)
    taken_at = models.DateTimeField(_("taken at"))
    root = models.CharField(_("root"), max_length=64)
    escrow_root = models.CharField(max_length=64)
    balances_root = models.CharField(max_length=64)
    escrow_lines = models.PositiveIntegerField(_("orders in escrow"))
    balance_lines = models.PositiveIntegerField(_("balances"))
    total_fen = models.BigIntegerField(pgettext_lazy("owed in a proof", "total in fen"))
    escrow_fen = models.BigIntegerField(_("in escrow, in fen"))
    available_fen = models.BigIntegerField(_("available, in fen"))
    pending_fen = models.BigIntegerField(_("pending, in fen"))
    in_transit_fen = models.BigIntegerField(_("on its way, in fen"))
    held_fen = models.BigIntegerField(_("held by payment institutions, in fen"))
    held_by_gateway = models.JSONField(_("held by each payment institution, in fen"))
    seal_chain = models.CharField(_("seal of the books"), max_length=64, blank=True)
    previous_chain = models.CharField(_("chain before"), max_length=64)
    chain = models.CharField(_("chain"), max_length=64)

    class Meta:
        verbose_name = _("proof of escrow")
        verbose_name_plural = _("proofs of escrow")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(escrow_fen__gte=0, available_fen__gte=0, pending_fen__gte=0, in_transit_fen__gte=0),
                name="ledger_escrowproof_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    total_fen=models.F("escrow_fen")
                    + models.F("available_fen")
                    + models.F("pending_fen")
                    + models.F("in_transit_fen")
                ),
                name="ledger_escrowproof_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return str(self.day)

    @property
    def balances_fen(self) -> int:
        """Everything owed to people outside escrow, in fen."""
        return self.available_fen + self.pending_fen + self.in_transit_fen

    @property
    def lines(self) -> int:
        """How many lines were added up."""
        return self.escrow_lines + self.balance_lines

    @property
    def surplus_fen(self) -> int:
        """What institutions hold beyond what people are owed (fees, withheld tax); below zero, money would be missing."""
        return self.held_fen - self.total_fen


class EscrowProofLine(models.Model):
    """One leaf: what one account held, and the salt that hides it. Deleted when its time is over, never changed."""

    proof = models.ForeignKey(EscrowProof, on_delete=models.PROTECT, related_name="line_set")
    branch = models.CharField(max_length=8, choices=ProofBranch)
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=ProofLineKind)
    account = models.CharField(_("account"), max_length=160)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reference = models.CharField(_("order"), max_length=80, blank=True)
    amount_fen = models.BigIntegerField(_("amount in fen"))
    salt = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("line of a proof of escrow")
        verbose_name_plural = _("lines of proofs of escrow")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proof", "branch", "position"], name="ledger_escrowproofline_position"),
            models.UniqueConstraint(fields=["proof", "account"], name="ledger_escrowproofline_account"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="ledger_escrowproofline_positive"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "proof"], name="ledger_proofline_owner"),
            models.Index(fields=["proof", "reference"], name="ledger_proofline_reference"),
        ]

    def __str__(self) -> str:
        return self.account


class EscrowProofNodes(models.Model):
    """A run of neighbouring nodes of one level, packed: 32 bytes of hash and 8 of sum each."""

    proof = models.ForeignKey(EscrowProof, on_delete=models.PROTECT, related_name="+")
    branch = models.CharField(max_length=8, choices=ProofBranch)
    level = models.PositiveSmallIntegerField()
    chunk = models.PositiveIntegerField()
    nodes = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proof", "branch", "level", "chunk"], name="ledger_escrowproofnodes_chunk")
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.level}/{self.chunk}"
