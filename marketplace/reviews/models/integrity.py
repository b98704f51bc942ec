"""Signals that deals are no deals, and what people decide about them (facts/marketplace.md, section 3, point 12)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped


class SignalKind(models.TextChoices):
    SHARED_BROWSER = "browser", _("Used in the same browser")
    SHARED_ADDRESS = "address", _("Signed in from the same address")
    SHARED_PAYER = "payer", _("Paid from the same account")
    SHARED_PAYOUT = "payout", _("Paid out to the same account")
    LOOP = "loop", _("Buy from each other in a circle")
    INSTANT_PRAISE = "praise", _("Accepted at once and praised")
    ROUND_TRIP = "round_trip", _("Money that comes back to its payer")


class CaseStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("an integrity case", "Waits for a person")
    CONFIRMED = "confirmed", pgettext_lazy("an integrity case", "Not honest: out of every score")
    CLEARED = "cleared", pgettext_lazy("an integrity case", "Honest")
    REVERSED = "reversed", pgettext_lazy("an integrity case", "Taken back after an appeal")


class IntegrityCase(TimeStamped):
    """Accounts that look as if they dealt with each other for the reviews. Nothing happens before a person decides."""

    status = models.CharField(_("status"), max_length=9, choices=CaseStatus, default=CaseStatus.OPEN)
    # Hundredths: the sum of its signals by their weights (docs/integrity.md).
    score = models.PositiveIntegerField(_("score"))
    # The keys of its accounts, ascending and joined: the same people are one case.
    circle = models.CharField(max_length=64, editable=False)  # SHA-256
    opened_at = models.DateTimeField(_("opened at"))
    due_at = models.DateTimeField(_("due at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    words = models.CharField(_("reason, for whom it concerns"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("integrity case")
        verbose_name_plural = _("integrity cases")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["circle"], condition=Q(status="open"), name="reviews_case_open_once"),
            models.CheckConstraint(
                condition=Q(status="open") ^ Q(decided_at__isnull=False), name="reviews_case_decided_at"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(status="open"), name="reviews_case_open")]

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"


class IntegrityMember(models.Model):
    """An account in a case."""

    case = models.ForeignKey(IntegrityCase, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="integrity_memberships")

    class Meta:
        verbose_name = _("account in a case")
        verbose_name_plural = _("accounts in cases")
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="reviews_member_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.user_id}"


class IntegritySignal(models.Model):
    """One thing about two accounts, the lower key first, or about one order between them."""

    kind = models.CharField(_("signal"), max_length=10, choices=SignalKind)
    one = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    weight = models.PositiveIntegerField(_("weight in hundredths"))
    # What a person needs to judge it, without anybody's numbers: counts, days, order numbers.
    evidence = models.JSONField(default=dict, blank=True)
    case = models.ForeignKey(
        IntegrityCase, on_delete=models.SET_NULL, null=True, blank=True, related_name="integrity_signals"
    )
    # When it was seen last.
    found_at = models.DateTimeField(_("found at"))

    is_changed: bool  # whether the search found it otherwise than it stands here (integrity/services.py)

    class Meta:
        verbose_name = _("integrity signal")
        verbose_name_plural = _("integrity signals")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "one", "other", "order"], nulls_distinct=False, name="reviews_signal_once"
            ),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="reviews_signal_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.one_id}–{self.other_id}"
