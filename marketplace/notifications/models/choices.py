"""What people chose: what reaches them by which way, when, and in which browsers."""

from datetime import time

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.notifications.models.dispatches import Channel
from marketplace.notifications.models.lines import NotificationKind


class Rhythm(models.TextChoices):
    AT_ONCE = "at_once", pgettext_lazy("mails", "Each at once")
    DAILY = "daily", pgettext_lazy("mails", "Once a day, together")


class NotificationSettings(models.Model):
    """When somebody is reached, and in which language. Who has no row has the defaults."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notification_settings",
        verbose_name=_("person"),
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    mail_rhythm = models.CharField(_("mails"), max_length=8, choices=Rhythm, default=Rhythm.AT_ONCE)
    digest_at = models.TimeField(_("time of the summary"), default=time(9))
    # In China's time. Both or neither: without them there is no quiet.
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    class Meta:
        verbose_name = _("settings of notifications")
        verbose_name_plural = _("settings of notifications")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="notification_quiet_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class NotificationPreference(models.Model):
    """One box of the page, ticked or not. Only what somebody changed has a row."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notification_preferences",
        verbose_name=_("person"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=NotificationKind)
    channel = models.CharField(_("channel"), max_length=6, choices=Channel)
    is_on = models.BooleanField(_("wanted"))

    class Meta:
        verbose_name = _("choice of notifications")
        verbose_name_plural = _("choices of notifications")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "channel"], name="notification_preference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_channel_display()}"


class PushSubscription(models.Model):
    """A browser that wants to be told. It lives as long as the session it was made in: who logs out hears nothing more."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="push_subscriptions",
        verbose_name=_("person"),
    )
    endpoint = models.CharField(_("address of the push service"), max_length=1000, unique=True)
    p256dh = models.CharField(max_length=100, editable=False)
    auth = models.CharField(max_length=40, editable=False)
    session_key = models.CharField(max_length=40, editable=False)
    user_agent = models.CharField(_("browser"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("browser that is told")
        verbose_name_plural = _("browsers that are told")

    def __str__(self) -> str:
        return self.user_agent or str(self.pk)
