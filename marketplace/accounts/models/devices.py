"""Log-ins from browsers that an account had not been used in. Sessions themselves are allauth's (UserSession)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class NewDevice(models.Model):
    """A log-in that its owner is to hear of outside the portal. An outbox row: a job sends it, `told_at` is then set."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="new_devices", verbose_name=_("user")
    )
    at = models.DateTimeField(_("time"))
    user_agent = models.CharField(_("browser"), max_length=200, blank=True)
    ip = models.GenericIPAddressField(_("address"))
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)

    class Meta:
        verbose_name = _("log-in from a new device")
        verbose_name_plural = _("log-ins from new devices")
        indexes = [
            # What the job of every minute has to send.
            models.Index(fields=["at"], condition=models.Q(told_at=None), name="accounts_newdevice_untold")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M}"


class BrowserUse(models.Model):
    """An account was logged in to in this browser: what shows that two accounts are one person's (docs/integrity.md).

    `browser` is a keyed hash of the number in the browser's own cookie, so that the table alone leads back to no browser.
    """

    browser = models.CharField(max_length=64, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="browser_uses", verbose_name=_("user")
    )
    first_used_at = models.DateTimeField(_("first used at"))
    last_used_at = models.DateTimeField(_("last used at"))

    class Meta:
        verbose_name = _("use of a browser")
        verbose_name_plural = _("uses of browsers")
        constraints = [models.UniqueConstraint(fields=["browser", "user"], name="accounts_browser_use_once")]
        indexes = [
            models.Index(fields=["last_used_at"], name="accounts_browser_use_old")
        ]  # what is forgotten, and since when

    def __str__(self) -> str:
        return f"{self.user_id} {self.last_used_at:%Y-%m-%d}"
