from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped
from marketplace.orders.models.orders import Order
from marketplace.orders.models.storage import private_storage
from marketplace.orders.states import DisputeStatus, OrderStatus


class DisputeOutcome(models.TextChoices):
    REFUND = "refund", _("Refund to the buyer")
    SPLIT = "split", _("Split")
    RELEASE = "release", _("Release to the seller")


class Dispute(TimeStamped):
    """The case of an order that its two sides disagree about: where it stands, its clocks, and in the end how it ended.

    One for an order: opened again after it was taken back, the case goes on, with everything that was said before. What
    was said and decided are rows of their own that never change.
    """

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="dispute")
    # One that the release before opened has no clocks, and waits for a person.
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=DisputeStatus,
        default=DisputeStatus.ANSWER,
        db_default=DisputeStatus.DECISION,
    )
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason_code = models.CharField(_("reason"), max_length=30, blank=True, default="", db_default="")
    reason = models.TextField(_("words"), max_length=3000)
    wanted_fen = models.BigIntegerField(_("wanted back for the buyer, in fen"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    # What the order was when it was opened, and goes back to when it is taken back.
    order_was = models.CharField(max_length=25, choices=OrderStatus, blank=True, default="", db_default="")

    answer_due_at = models.DateTimeField(_("answer due at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    mediation_ends_at = models.DateTimeField(_("mediation ends at"), null=True, blank=True)
    decision_due_at = models.DateTimeField(_("decision due at"), null=True, blank=True)
    takes_effect_at = models.DateTimeField(_("decision takes effect at"), null=True, blank=True)
    buyer_accepted_at = models.DateTimeField(_("buyer accepted at"), null=True, blank=True)
    seller_accepted_at = models.DateTimeField(_("seller accepted at"), null=True, blank=True)
    appealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    appealed_at = models.DateTimeField(_("appealed at"), null=True, blank=True)

    # How it ended, written when the money moved. `decided_by` is empty where the two agreed themselves.
    outcome = models.CharField(_("decision"), max_length=8, choices=DisputeOutcome, blank=True)
    refund_fen = models.BigIntegerField(_("refund in fen"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(pgettext_lazy("a dispute", "decided at"), null=True, blank=True)
    explanation = models.TextField(_("explanation"), max_length=3000, blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=DisputeStatus.values), name="orders_dispute_known_status")
        ]
        # The figures of a day.
        indexes = [
            models.Index(fields=["opened_at"], name="orders_dispute_opened_day"),
            models.Index(fields=["decided_at"], condition=Q(decided_at__isnull=False), name="orders_dispute_ended_day"),
        ]

    def __str__(self) -> str:
        return str(self.order)

    @property
    def began_at(self) -> datetime:
        """When it was opened; the release before wrote no moment of its own."""
        return self.opened_at or self.created_at

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to do any more."""
        return bool(self.outcome) or self.status in (DisputeStatus.CLOSED, DisputeStatus.WITHDRAWN)


class StatementKind(models.TextChoices):
    OPENING = "opening", _("Opened the dispute")
    ANSWER = "answer", _("Answered")
    ADDITION = "addition", _("Added")
    ADVICE = "advice", _("Words of the mediator")
    APPEAL = "appeal", _("Appealed")


class DisputeStatement(models.Model):
    """What somebody said in a dispute, with files. Never changed or deleted (the database refuses it): it is evidence."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="statements")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=StatementKind)
    reason_code = models.CharField(_("reason"), max_length=30, blank=True)
    text = models.TextField(_("words"), max_length=3000, blank=True)
    wanted_fen = models.BigIntegerField(_("wanted back for the buyer, in fen"), null=True, blank=True)
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("statement in a dispute")
        verbose_name_plural = _("statements in disputes")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.kind}"


class DisputeFile(models.Model):
    """A file of a statement, with its checksum. Never changed or deleted either."""

    statement = models.ForeignKey(DisputeStatement, on_delete=models.PROTECT, related_name="files")
    file = models.FileField(_("file"), upload_to="disputes/%Y/%m", storage=private_storage)
    name = models.CharField(_("name"), max_length=200)
    size = models.BigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("checksum"), max_length=64)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class DisputeDecision(models.Model):
    """A mediator's decision: the first, or the one about the appeal. Never changed or deleted (the database refuses it)."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField(_("number"))
    mediator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Who decided first, in the row about the appeal: nobody judges their own decision, whatever rights they have.
    first_mediator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    outcome = models.CharField(_("decision"), max_length=8, choices=DisputeOutcome)
    kept_fen = models.BigIntegerField(_("decided about, in fen"))
    refund_fen = models.BigIntegerField(_("refund in fen"))
    explanation = models.TextField(_("reasons"), max_length=3000)
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision in a dispute")
        verbose_name_plural = _("decisions in disputes")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "number"], name="orders_decision_number"),
            models.CheckConstraint(
                condition=Q(number=1, first_mediator=None) | Q(number=2, first_mediator__isnull=False),
                name="orders_decision_one_appeal",
            ),
            models.CheckConstraint(condition=~Q(mediator=F("first_mediator")), name="orders_decision_other_mediator"),
            models.CheckConstraint(
                condition=Q(refund_fen__gte=0) & Q(refund_fen__lte=F("kept_fen")), name="orders_decision_within"
            ),
            models.CheckConstraint(condition=~Q(explanation=""), name="orders_decision_has_reasons"),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} #{self.number}"

    @property
    def released_fen(self) -> int:
        """What goes to the seller, before the service fee, in fen."""
        return self.kept_fen - self.refund_fen


class BundleStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    BUILDING = "building", _("Being put together")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")


class EvidenceBundle(TimeStamped):
    """Everything about a dispute at one moment, as PDF and ZIP. Once ready it never changes (the database refuses it)."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="bundles")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=8, choices=BundleStatus, default=BundleStatus.WAITING)
    percent = models.PositiveSmallIntegerField(_("percent"), default=0)
    state = models.CharField(max_length=64, blank=True)  # digest of what was there: nothing new, no new bundle
    pdf = models.FileField(_("PDF"), storage=private_storage, blank=True)
    pdf_sha256 = models.CharField(_("checksum of the PDF"), max_length=64, blank=True)
    archive = models.FileField(_("ZIP"), storage=private_storage, blank=True)
    archive_sha256 = models.CharField(_("checksum of the ZIP"), max_length=64, blank=True)
    archive_size = models.BigIntegerField(_("size in bytes"), default=0)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)

    class Meta:
        verbose_name = _("evidence bundle")
        verbose_name_plural = _("evidence bundles")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BundleStatus.values), name="orders_bundle_known_status"),
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(status__in=("waiting", "building")), name="orders_bundle_one_under_way"
            ),
            models.CheckConstraint(
                condition=~Q(status="ready") | (Q(ready_at__isnull=False) & ~Q(archive_sha256="") & ~Q(pdf_sha256="")),
                name="orders_bundle_ready_has_checksums",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.status}"
