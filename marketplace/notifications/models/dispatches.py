"""What leaves the house because of a line at the bell: one row for each way, which is taken once."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.notifications.models.lines import Notification
from marketplace.notifications.models.outbound import OutboundMessage


class Channel(models.TextChoices):
    """The ways out of the house. The bell is none: a line is always there."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    WECHAT = "wechat", _("WeChat")
    PUSH = "push", _("In the browser")


class DispatchStatus(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("a message", "Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", pgettext_lazy("a message", "Sent")
    SKIPPED = "skipped", pgettext_lazy("a message", "Not needed")
    DEAD = "dead", pgettext_lazy("a message", "Not delivered")


class Dispatch(models.Model):
    """A notification on its way by one channel: once by each, to each browser."""

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="dispatches", verbose_name=_("notification")
    )
    channel = models.CharField(_("channel"), max_length=6, choices=Channel)
    # Of a browser the key of its PushSubscription; "" where a person has one address.
    target = models.CharField(max_length=20, blank=True, default="", editable=False)
    status = models.CharField(_("status"), max_length=8, choices=DispatchStatus, default=DispatchStatus.WAITING)
    in_digest = models.BooleanField(_("in the summary"), default=False)
    due_at = models.DateTimeField(_("due at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    tried_at = models.DateTimeField(_("tried at"), null=True, blank=True)
    # When it was first asked for without an answer: it may have arrived.
    doubtful_since = models.DateTimeField(null=True, blank=True, editable=False)
    # When a browser showed, or may have shown, what is no longer said: it is told once more, without a sound.
    retold_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=200, blank=True, default="")
    # The text message that it became: whether that arrived is written there.
    text_message = models.ForeignKey(
        OutboundMessage, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        ordering = ["-pk"]
        constraints = [
            # At most once by each way, whoever else spreads the same line.
            models.UniqueConstraint(fields=["notification", "channel", "target"], name="dispatch_once"),
            models.CheckConstraint(condition=models.Q(status__in=DispatchStatus.values), name="dispatch_status_valid"),
        ]
        indexes = [
            # What the job looks for every few seconds.
            models.Index(
                fields=["due_at"], condition=models.Q(status__in=["waiting", "sending"]), name="dispatch_to_send"
            ),
            # Staff's list of what did not arrive.
            models.Index(fields=["-id"], condition=models.Q(status="dead"), name="dispatch_dead"),
            # The figures of a day.
            models.Index(fields=["ended_at"], condition=models.Q(ended_at__isnull=False), name="dispatch_ended_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.notification_id}"
