"""Messages that moderators look at: what was found in them, and what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.messaging.models.conversations import Conversation
from marketplace.messaging.models.messages import Message
from marketplace.safety.models import Level


class FlagStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("a flagged message", "Open")
    CLEARED = "cleared", _("Nothing wrong")
    UPHELD = "upheld", _("Against the rules")


class MessageFlag(models.Model):
    """A message that moderators look at. One that is held back has no `message` yet: it gets its number when it is released."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="flags")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="message_flags")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="flag")
    level = models.PositiveSmallIntegerField(_("what happened"), choices=Level)
    # safety/policy.py, Finding.as_json: what was found, and where in `words` it stands.
    findings = models.JSONField(_("what was found"), default=list)
    # As they were when they were flagged: an edit does not change the case.
    words = models.TextField(_("text"), blank=True)
    # Of a held message: what it is written with once it is released (services/flagging.py).
    held = models.JSONField(null=True, blank=True, editable=False)
    client_id = models.UUIDField(null=True, editable=False)
    status = models.CharField(_("status"), max_length=8, choices=FlagStatus, default=FlagStatus.OPEN)
    created_at = models.DateTimeField(_("at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.CharField(pgettext_lazy("of moderators", "decision"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("flagged message")
        verbose_name_plural = _("flagged messages")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open") ^ Q(decided_at__isnull=False), name="messaging_flag_decided_at"
            ),
            models.CheckConstraint(
                condition=Q(message__isnull=False) | Q(held__isnull=False), name="messaging_flag_of_something"
            ),
            # The same window sending the same again holds one back.
            models.UniqueConstraint(
                fields=["conversation", "sender", "client_id"],
                condition=Q(client_id__isnull=False),
                name="messaging_flag_once",
            ),
        ]
        indexes = [
            # The desk, the longest waiting first.
            models.Index(fields=["id"], condition=Q(status="open"), name="messaging_flag_open"),
            # How many a writer has of late.
            models.Index(fields=["sender", "created_at"], name="messaging_flag_of_sender"),
        ]

    def __str__(self) -> str:
        return self.words[:40]

    @property
    def is_held(self) -> bool:
        """Whether the other side has not got it."""
        return self.message_id is None
