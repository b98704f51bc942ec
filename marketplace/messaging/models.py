from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def private_storage():
    """Attachments are for the two people of the conversation."""
    return storages["private"]


class Conversation(models.Model):
    """What a buyer and a seller say to each other; one per pair."""

    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="conversations_as_buyer")
    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="conversations_as_seller"
    )
    gig = models.ForeignKey("gigs.Gig", on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations")
    created_at = models.DateTimeField(auto_now_add=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    buyer_read_at = models.DateTimeField(null=True, blank=True)
    seller_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-last_message_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["buyer", "seller"], name="messaging_conversation_pair"),
            models.CheckConstraint(condition=~Q(buyer=F("seller")), name="messaging_conversation_two_people"),
        ]
        indexes = [
            models.Index(fields=["buyer", "-last_message_at"], name="messaging_buyer_inbox"),
            models.Index(fields=["seller", "-last_message_at"], name="messaging_seller_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.buyer_id}–{self.seller_id}"

    def get_absolute_url(self) -> str:
        return reverse("messaging:conversation", args=[self.pk])


class Message(models.Model):
    """One message."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(_("text"), max_length=2000)
    created_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["conversation", "-id"], name="messaging_thread"),
            # What is newer than a reader's mark: the badge of every page.
            models.Index(fields=["conversation", "created_at"], name="messaging_unread"),
        ]

    def __str__(self) -> str:
        return self.body[:40]


class MessageAttachment(models.Model):
    """A file sent along."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(_("file"), upload_to="messages/%Y/%m", storage=private_storage)
    name = models.CharField(_("name"), max_length=200)
    size = models.BigIntegerField(_("size in bytes"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name


class MessageTemplate(models.Model):
    """A quick reply of a seller."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="message_templates")
    title = models.CharField(_("title"), max_length=40)
    body = models.TextField(_("text"), max_length=1000)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("quick reply")
        verbose_name_plural = _("quick replies")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title
