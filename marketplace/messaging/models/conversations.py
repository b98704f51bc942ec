"""Who talks with whom about what, and how far each of them has come."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class ConversationKind(models.TextChoices):
    DIRECT = "direct", _("Before an order")  # one for each pair, whoever of them buys
    ORDER = "order", _("About an order")  # one for each order
    SUPPORT = "support", _("With support")  # a person and the platform


class Conversation(models.Model):
    """What people say to each other. Who may is its participants; `buyer` and `seller` are the two of DIRECT and ORDER."""

    kind = models.CharField(
        _("kind"), max_length=7, choices=ConversationKind, default=ConversationKind.DIRECT, db_default="direct"
    )
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conversations_as_buyer",
    )
    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conversations_as_seller",
    )
    gig = models.ForeignKey("gigs.Gig", on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations")
    order = models.OneToOneField(
        "orders.Order", on_delete=models.PROTECT, null=True, blank=True, related_name="conversation"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    # The number of its newest message. Only counted up, under its lock.
    last_sequence = models.PositiveBigIntegerField(default=0, db_default=0)
    # What the release before reads; written along for one release more (Participant.read_sequence has taken their place).
    buyer_read_at = models.DateTimeField(null=True, blank=True)
    seller_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-last_message_at", "-pk"]
        permissions = [("answer_as_support", _("Can read and answer where support takes part"))]
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "seller"], condition=Q(kind="direct"), name="messaging_direct_pair"
            ),
            models.CheckConstraint(condition=~Q(buyer=F("seller")), name="messaging_conversation_two_people"),
            models.CheckConstraint(
                condition=Q(kind="direct", buyer__isnull=False, seller__isnull=False, order__isnull=True)
                | Q(kind="order", buyer__isnull=False, seller__isnull=False, order__isnull=False)
                | Q(kind="support", buyer__isnull=True, seller__isnull=True, order__isnull=True),
                name="messaging_conversation_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-last_message_at"], name="messaging_buyer_inbox"),
            models.Index(fields=["seller", "-last_message_at"], name="messaging_seller_inbox"),
            models.Index(fields=["created_at"], name="messaging_conversation_day"),  # the figures of a day
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.buyer_id}–{self.seller_id}"

    def get_absolute_url(self) -> str:
        return reverse("messaging:conversation", args=[self.pk])


class ParticipantRole(models.TextChoices):
    """Each stands once in a conversation, so that frames say whose a message is by role and carry no number of a person."""

    BUYER = "buyer", _("Buyer")
    SELLER = "seller", _("Seller")
    PERSON = "person", _("Person")  # who turned to support
    SUPPORT = "support", _("Support")  # the platform, whoever is on duty: a row without a user


class Participant(models.Model):
    """Somebody in a conversation: whoever has such a row that has not ended reads and writes there, nobody else does."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="participations"
    )
    role = models.CharField(_("role"), max_length=7, choices=ParticipantRole)
    joined_at = models.DateTimeField(_("joined at"))
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    # Numbers of messages (Message.sequence): everything up to them has reached a window, or was seen. They never go back.
    delivered_sequence = models.PositiveBigIntegerField(default=0)
    read_sequence = models.PositiveBigIntegerField(default=0)
    # Until then nothing is told of it but in the list itself.
    muted_until = models.DateTimeField(_("muted until"), null=True, blank=True)
    # Out of the list, until something is said after that.
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    # When this person's automatic reply last stood here.
    away_told_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user"], name="messaging_participant_once"),
            models.UniqueConstraint(fields=["conversation", "role"], name="messaging_participant_role"),
            models.CheckConstraint(
                condition=Q(user__isnull=True, role="support") | (Q(user__isnull=False) & ~Q(role="support")),
                name="messaging_participant_user",
            ),
        ]
        indexes = [
            # Support's inbox: where it takes part now.
            models.Index(
                fields=["joined_at"], condition=Q(role="support", left_at__isnull=True), name="messaging_with_support"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} in {self.conversation_id}"
