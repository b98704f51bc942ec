"""Facts about a person that somebody checked."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models.people import User
from marketplace.core.models import TimeStamped


class VerificationKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Mobile number")
    REAL_NAME = "real_name", _("Real name")
    COMPANY = "company", _("Company")


class VerificationStatus(models.TextChoices):
    PENDING = "pending", _("Waiting for review")
    APPROVED = "approved", _("Verified")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")


class UserVerification(TimeStamped):
    """That a fact about a person was checked, by whom and when."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="verifications", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=12, choices=VerificationKind)
    status = models.CharField(
        _("status"), max_length=10, choices=VerificationStatus, default=VerificationStatus.PENDING
    )
    reviewed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # Only for the real name: the name itself, encrypted (core.encryption). Payouts go to nobody else.
    name_encrypted = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(status="approved"), name="accounts_verification_one_approved"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_kind_display()}: {self.get_status_display()}"
