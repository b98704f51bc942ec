from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NotificationKind(models.TextChoices):
    ORDER = "order", _("Orders")
    MESSAGE = "message", _("Messages")
    MONEY = "money", _("Money")
    GIG = "gig", _("Services")
    REVIEW = "review", _("Reviews")
    SYSTEM = "system", _("Platform")


class Notification(models.Model):
    """A line in somebody's notification centre. Title and body are stored in the language of the recipient."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("recipient")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=NotificationKind)
    title = models.CharField(_("title"), max_length=120)
    body = models.CharField(_("text"), max_length=300, blank=True)
    url = models.CharField(_("address"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        indexes = [
            # The list of one person, newest first, and the count on the bell.
            models.Index(fields=["recipient", "-id"], name="notification_list"),
            models.Index(fields=["recipient"], condition=models.Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return self.title


class OutboundChannel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")


class OutboundStatus(models.TextChoices):
    KEPT = "kept", pgettext_lazy("a message", "Kept")  # by the outbox of development and the demo
    WAITING = "waiting", pgettext_lazy("a message", "Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", pgettext_lazy("a message", "Sent")
    FAILED = "failed", _("Failed")


class OutboundMessage(models.Model):
    """A mail or text message that is to leave the house, or that the demo keeps to show at /dev/outbox/.

    Mails leave through Django's mail backend; only the demo's are rows. Every text message is one, until it was sent and
    after: then without its words.
    """

    channel = models.CharField(_("channel"), max_length=5, choices=OutboundChannel)
    recipient = models.CharField(_("recipient"), max_length=254)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    status = models.CharField(
        _("status"), max_length=8, choices=OutboundStatus, default=OutboundStatus.KEPT, db_default=OutboundStatus.KEPT
    )
    template = models.CharField(_("template"), max_length=30, blank=True, default="", db_default="")
    parameters = models.JSONField(_("parameters"), default=dict, db_default={}, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    tried_at = models.DateTimeField(_("tried at"), null=True, blank=True)
    provider_reference = models.CharField(
        _("the provider's number"), max_length=100, blank=True, default="", db_default=""
    )
    problem = models.CharField(_("problem"), max_length=200, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("outbound message")
        verbose_name_plural = _("outbound messages")
        ordering = ["-pk"]
        indexes = [
            # What the sweep looks for every minute, and hardly ever finds.
            models.Index(fields=["id"], condition=models.Q(status__in=["waiting", "sending"]), name="outbound_to_send"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} → {self.recipient}"
