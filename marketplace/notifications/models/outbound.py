"""Mails and text messages as they leave, or as the demo keeps them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
    # The end of its reader's quiet hours; empty where it may ring at once.
    not_before = models.DateTimeField(null=True, blank=True, editable=False)
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
            # What was sent today, to one number or to all (channels/sms.py).
            models.Index(fields=["created_at"], name="outbound_by_day"),
            # What the sweep looks for every minute, and hardly ever finds.
            models.Index(fields=["id"], condition=models.Q(status__in=["waiting", "sending"]), name="outbound_to_send"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} → {self.recipient}"
