from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditRun(models.Model):
    """One audit of all money. While the newest found something, no payout leaves."""

    at = models.DateTimeField(_("at"))
    history = models.BooleanField(_("with the sealed past"), default=True)  # else only what can have gone wrong today
    transactions = models.PositiveIntegerField(_("transactions"))
    entries = models.PositiveIntegerField(_("entries"))
    accounts = models.PositiveIntegerField(_("accounts"))
    violations = models.JSONField(_("violations"), default=list)
    totals = models.JSONField(_("totals in fen"), default=dict)

    class Meta:
        verbose_name = _("audit of the books")
        verbose_name_plural = _("audits of the books")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {len(self.violations)}"

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.violations
