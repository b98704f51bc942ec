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
