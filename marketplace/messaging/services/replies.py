"""Words kept ready, and what is said for somebody who is away."""

from datetime import time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import (
    AwayReply,
    Conversation,
    ConversationKind,
    Message,
    MessageKind,
    MessageTemplate,
    Participant,
)
from marketplace.messaging.services.writing import write
from marketplace.safety.models import Level
from marketplace.safety.policy import look_at

TEMPLATES_AT_MOST = 50
PRESENT_FOR = timedelta(minutes=15)
# What the form proposes: an evening off.
AWAY_HOURS = {"hours_from": time(22), "hours_to": time(9)}


def save_template(*, owner: User, title: str, body: str, template_id: int | None = None) -> MessageTemplate:
    """Keep a quick reply, a new one or an own one. Raises MessagingError TOO_MANY_TEMPLATES and MessageTemplate.DoesNotExist."""
    if template_id is not None:
        template = MessageTemplate.objects.get(pk=template_id, owner=owner)
        template.title, template.body = title, body
        template.save(update_fields=["title", "body"])
        return template
    if MessageTemplate.objects.filter(owner=owner).count() >= TEMPLATES_AT_MOST:
        raise MessagingError(MessagingErrorCode.TOO_MANY_TEMPLATES, limit=TEMPLATES_AT_MOST)
    return MessageTemplate.objects.create(owner=owner, title=title, body=body)


def delete_template(*, owner: User, template_id: int) -> None:
    """Let go of a quick reply of one's own. Safe to call again."""
    MessageTemplate.objects.filter(owner=owner, pk=template_id).delete()


def set_away_reply(*, owner: User, body: str, hours_from: time, hours_to: time, is_on: bool) -> AwayReply:
    """What is answered for somebody between these hours (Chinese time), and all day during an absence of theirs.

    It goes out without anybody reading it once more. Raises MessagingError REPLY_REFUSED where it leads past the platform.
    """
    if (finding := look_at(body, is_in_order=False)).level >= Level.FLAG:
        raise MessagingError(MessagingErrorCode.REPLY_REFUSED, found=pgettext("list", ", ").join(finding.excerpts))
    values = {"body": body, "hours_from": hours_from, "hours_to": hours_to, "is_on": is_on}
    return AwayReply.objects.update_or_create(owner=owner, defaults=values)[0]


@transaction.atomic
def answer_for_the_absent(*, message_id: int) -> Message | None:
    """After a message: the automatic reply of the other side, if they are away and it has not stood here lately.

    Once in `messaging.away_hours` for each conversation, whoever asks at the same time: the condition is in the statement.
    Never in answer to an automatic reply, never with support, and not while the other side is in the middle of this talk: who
    wrote here within PRESENT_FOR is not away, whatever their hours say (product decision).
    """
    message = Message.objects.select_related("conversation").get(pk=message_id)
    if message.kind != MessageKind.TEXT or message.conversation.kind == ConversationKind.SUPPORT:
        return None
    absent = _absent_person(message)
    if absent is None:
        return None
    now = clock.now()
    own_words = Message.objects.filter(
        conversation=message.conversation, sender=absent.owner, kind=MessageKind.TEXT, created_at__gt=now - PRESENT_FOR
    )
    if own_words.exists():
        return None
    lately = now - timedelta(hours=get_config("messaging.away_hours"))
    told = Participant.objects.filter(
        Q(away_told_at=None) | Q(away_told_at__lt=lately),
        conversation=message.conversation,
        user=absent.owner,
        left_at=None,
    )
    if not told.update(away_told_at=now):
        return None
    return write(conversation_id=message.conversation_id, sender=absent.owner, body=absent.body, kind=MessageKind.AUTO)


def _absent_person(message: Message) -> AwayReply | None:
    """The automatic reply of the other one of the two, if it is to be sent now."""
    conversation: Conversation = message.conversation
    other = conversation.seller_id if message.sender_id == conversation.buyer_id else conversation.buyer_id
    if message.sender_id not in (conversation.buyer_id, conversation.seller_id):
        return None
    reply = (
        AwayReply.objects.filter(owner=other, is_on=True, owner__is_active=True)
        .select_related("owner__profile")
        .first()
    )
    if reply is None:
        return None
    return reply if is_away(reply) else None


def is_away(reply: AwayReply) -> bool:
    """Whether it is outside somebody's hours now, or within an absence that they announced. Same hours are all day."""
    if reply.owner.profile.is_away:
        return True
    now = timezone.localtime(clock.now()).time()
    begin, end = reply.hours_from, reply.hours_to
    if begin == end:
        return True
    return begin <= now < end if begin < end else now >= begin or now < end
