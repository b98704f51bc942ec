"""What conversations keep of a person (accounts/personal_data.py): both sides' messages, as the person sees them."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Retained, Section, StoredFile, Table, plain, stored, table
from marketplace.messaging import push
from marketplace.messaging.models import (
    AwayReply,
    Conversation,
    Message,
    MessageAttachment,
    MessageFlag,
    MessageTemplate,
    Participant,
    Presence,
)
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.notifications.services import recipient_language


class MessagingSection(Section):
    """Conversations and quick replies."""

    exported = frozenset(
        {
            "messaging.Conversation.buyer",
            "messaging.Conversation.seller",
            "messaging.Message.sender",
            "messaging.MessageTemplate.owner",
            "messaging.MessageFlag.sender",
            "messaging.Participant.user",
            "messaging.Presence.user",
            "messaging.AwayReply.owner",
        }
    )
    not_exported = {"messaging.MessageFlag.decided_by": "who of the staff decided"}

    def tables(self, user: User) -> Iterable[Table]:
        """Messages of both sides, each with who wrote it by name."""
        own = _conversations_of(user)
        yield table(
            "messages",
            Message.objects.filter(conversation__in=own).order_by("conversation_id", "pk"),
            conversation="conversation_id",
            number="sequence",
            sender="sender__profile__display_name",
            **plain("kind", "body", "created_at", "edited_at", "withdrawn_at"),
        )
        yield table(
            "conversations",
            Participant.objects.filter(user=user).order_by("pk"),
            conversation="conversation_id",
            read_up_to="read_sequence",
            **plain("role", "joined_at", "left_at", "muted_until", "archived_at"),
        )
        yield table("last_seen", Presence.objects.filter(user=user), **plain("last_seen_at"))
        yield table(
            "automatic_reply",
            AwayReply.objects.filter(owner=user),
            **plain("is_on", "body", "hours_from", "hours_to"),
        )
        yield table(
            "flagged_messages",
            MessageFlag.objects.filter(sender=user).order_by("pk"),
            conversation="conversation_id",
            **plain("words", "level", "status", "decision", "created_at", "decided_at"),
        )
        yield table(
            "quick_replies", MessageTemplate.objects.filter(owner=user).order_by("pk"), **plain("title", "body")
        )

    def files(self, user: User) -> Iterable[StoredFile]:
        """What was sent along, by either side."""
        own = MessageAttachment.objects.filter(
            message__conversation__in=_conversations_of(user), message__withdrawn_at=None
        )
        for attachment in own.select_related("message").order_by("pk"):
            yield stored(f"messages/{attachment.message.conversation_id}", attachment.file, attachment.name)

    def retained(self, user: User) -> Iterable[Retained]:
        """What the other side still reads, and what disputes are decided by."""
        if _conversations_of(user).exists():
            yield Retained(
                _("Messages, under the name of a closed account"),
                _("E-Commerce Law, article 31"),
                _("three years after your last order with the other side"),
            )

    @transaction.atomic
    def erase(self, user: User) -> None:
        """Quick replies, own and automatic; and the name where others were told of a message."""
        MessageTemplate.objects.filter(owner=user).delete()
        AwayReply.objects.filter(owner=user).delete()
        Presence.objects.filter(user=user).delete()
        with recipient_language():
            addresses = [conversation.get_absolute_url() for conversation in _conversations_of(user)]
            name = _("Closed account")
            title = _("Message from %(name)s") % {"name": name}
        told = Notification.objects.filter(kind=NotificationKind.MESSAGE, url__in=addresses)
        told.exclude(recipient=user).update(title=title, words={"name": name})

    def signed_out(self, user: User) -> None:
        """Close the windows that were opened in a session that is over."""
        push.signed_out(user_id=user.pk)


def _conversations_of(user: User) -> QuerySet[Conversation]:
    return Conversation.objects.filter(pk__in=Participant.objects.filter(user=user).values("conversation"))
