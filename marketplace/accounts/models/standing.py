"""What staff decided and noted about a person."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models.people import User
from marketplace.core.models import TimeStamped


class Suspension(TimeStamped):
    """Somebody may not log in for a time, and why. Ends by itself at `ends_at`, or when staff lifts it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="suspensions", verbose_name=_("user"))
    reason = models.CharField(_("reason"), max_length=300)  # the person reads it at log-in
    # Who it was stands in the staff log for good.
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by"))
    began_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    over_at = models.DateTimeField(_("over since"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )

    class Meta:
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(over_at=None), name="accounts_suspension_one"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("began_at")), name="accounts_suspension_has_end"),
        ]
        # The job: which are over.
        indexes = [models.Index(fields=["ends_at"], condition=Q(over_at=None), name="accounts_suspension_due")]

    def __str__(self) -> str:
        return f"{self.user_id} – {self.ends_at:%Y-%m-%d}"


class StaffNote(models.Model):
    """What staff wants to remember about a person. For staff alone: it may speak of others too."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_notes", verbose_name=_("user"))
    author = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    text = models.TextField(_("note"), max_length=2000)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("note of staff")
        verbose_name_plural = _("notes of staff")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.text[:40]
