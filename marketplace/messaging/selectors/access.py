"""Who takes part in what: the permission of everything in this room is a participant's row that has not ended."""

from uuid import UUID

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.gigs.models import Gig
from marketplace.messaging.models import (
    AttachmentKind,
    Conversation,
    ConversationKind,
    Message,
    MessageAttachment,
    Participant,
    ParticipantRole,
)
from marketplace.orders.models import Order

SUPPORT_PERMISSION = "messaging.answer_as_support"
# What people ask support is for who works on cases; mediators speak in the conversations of disputes alone.
CASE_PERMISSION = "support.change_supportcase"


def conversations_of(user: User) -> QuerySet[Conversation]:
    """Where this person takes part."""
    taking_part = Participant.objects.filter(user=user, left_at=None).values("conversation")
    return Conversation.objects.filter(pk__in=taking_part)


def participation(conversation_id: int, user: User) -> Participant | None:
    """The row by which somebody takes part now; None for strangers."""
    return Participant.objects.filter(conversation=conversation_id, user=user, left_at=None).first()


def conversation_for(user: User, pk: int) -> Conversation:
    """One's own conversation, with both people. Raises Http404 for strangers."""
    conversation = (
        conversations_of(user).filter(pk=pk).select_related("buyer__profile", "seller__profile", "order").first()
    )
    if conversation is None:
        raise Http404
    return conversation


def conversation_between(user: User, other: User) -> Conversation | None:
    """The conversation of two people outside their orders, whoever of them buys."""
    pair = Q(buyer=user, seller=other) | Q(buyer=other, seller=user)
    return Conversation.objects.filter(pair, kind=ConversationKind.DIRECT).order_by("pk").first()


def order_conversation_of(order: Order) -> Conversation | None:
    """The conversation about an order, once somebody has said something there. For code that has asked who may see the order."""
    return Conversation.objects.filter(order=order).select_related("buyer__profile", "seller__profile").first()


def role_in(conversation: Conversation, user_id: int | None) -> ParticipantRole | None:
    """Whose a message is, by its sender: None is the platform itself, and who is none of the people speaks for support.

    For a conversation with support everybody but its staff is its person, whom staff never is: one query for each conversation
    that is held in hand, however many messages it is asked about. None for the others.
    """
    if user_id is None:
        return None
    if conversation.kind == ConversationKind.SUPPORT:
        prefetch_related_objects([conversation], "participants")
        seat = next((p for p in conversation.participants.all() if p.user_id == user_id), None)
        return ParticipantRole.PERSON if seat is not None else ParticipantRole.SUPPORT
    if user_id == conversation.buyer_id:
        return ParticipantRole.BUYER
    return ParticipantRole.SELLER if user_id == conversation.seller_id else ParticipantRole.SUPPORT


def people_of(conversation_id: int) -> list[int]:
    """Keys of everybody who takes part now, the platform's staff not among them."""
    there = Participant.objects.filter(conversation=conversation_id, left_at=None, user__isnull=False)
    return list(there.order_by("pk").values_list("user_id", flat=True))


def to_tell(conversation: Conversation, *, except_for: User | None) -> list[int]:
    """Keys of those who are told of something new: who takes part, has not muted it, and did not say it."""
    now = clock.now()
    there = Participant.objects.filter(conversation=conversation, left_at=None, user__isnull=False)
    there = there.exclude(muted_until__gt=now)
    if except_for is not None:
        there = there.exclude(user=except_for)
    return list(there.order_by("pk").values_list("user_id", flat=True))


def may_speak_for_support(staff: User, conversation_id: int) -> bool:
    """Whether this member of the staff may read and answer there: by permission, where support takes part now, and never in a
    conversation of their own.
    """
    if not staff.is_active or not staff.has_perm(SUPPORT_PERMISSION):
        return False
    seats = Participant.objects.filter(conversation=conversation_id, role=ParticipantRole.SUPPORT, left_at=None)
    if not staff.has_perm(CASE_PERMISSION):
        seats = seats.exclude(conversation__kind=ConversationKind.SUPPORT)
    return seats.exclude(conversation__participants__user=staff).exists()


def support_conversation_for(staff: User, pk: int) -> Conversation:
    """A conversation in which support takes part, for staff who may answer. Raises Http404."""
    conversation = Conversation.objects.filter(pk=pk).select_related("buyer__profile", "seller__profile").first()
    if conversation is None or not may_speak_for_support(staff, pk):
        raise Http404
    return conversation


def order_conversation_for_staff(staff: User, number: str) -> Conversation:
    """The conversation about an order in which support takes part or took part, for staff who may answer. Raises Http404."""
    seats = Participant.objects.filter(role=ParticipantRole.SUPPORT).values("conversation")
    there = Conversation.objects.filter(pk__in=seats, order__number=number).exclude(participants__user=staff)
    conversation = there.select_related("buyer__profile", "seller__profile", "order").first()
    if conversation is None or not (staff.is_active and staff.has_perm(SUPPORT_PERMISSION)):
        raise Http404
    return conversation


def order_of(conversation: Conversation) -> Order:
    """The order that a conversation of kind ORDER is about."""
    if conversation.order is None:
        raise Http404
    return conversation.order


def sent_before(conversation_id: int, sender: User, client_id: UUID | None) -> Message | None:
    """The message that this window has sent under this id already."""
    if client_id is None:
        return None
    return Message.objects.filter(conversation=conversation_id, sender=sender, client_id=client_id).first()


def quotable(conversation: Conversation, sequence: int | None) -> Message | None:
    """The message with this number, to be quoted in the same conversation; what was withdrawn is not quoted."""
    if sequence is None:
        return None
    return Message.objects.filter(conversation=conversation, sequence=sequence, withdrawn_at=None).first()


def message_to_report(user: User, conversation_id: int, sequence: int) -> Message:
    """A message in one's own conversation that somebody wrote. Raises Http404 for strangers, and for lines of the platform and of
    its staff: who speaks as support has no name there.
    """
    conversation = conversation_for(user, conversation_id)
    written = Message.objects.filter(conversation=conversation, sequence=sequence, sender__isnull=False)
    message = written.select_related("sender__profile", "conversation").first()
    if message is None or role_in(conversation, message.sender_id) == ParticipantRole.SUPPORT:
        raise Http404
    return message


def attachment_for(user: User, pk: int) -> MessageAttachment:
    """A file of one's own conversation, or for staff of one with support. Raises Http404 for strangers, and for everybody once it
    was withdrawn.
    """
    there = MessageAttachment.objects.filter(pk=pk, message__withdrawn_at=None).select_related("message")
    attachment = there.filter(message__conversation__in=conversations_of(user)).first()
    if attachment is None:
        attachment = there.first()
        if attachment is None or not may_speak_for_support(user, attachment.message.conversation_id):
            raise Http404
    return attachment


def picture_for(user: User, pk: int) -> MessageAttachment:
    """A picture of one's own conversation. Raises Http404 for every other file, too."""
    found = attachment_for(user, pk)
    if found.kind != AttachmentKind.IMAGE or not found.previews:
        raise Http404
    return found


def voice_for(user: User, pk: int) -> MessageAttachment:
    """A voice message of one's own conversation. Raises Http404 for every other file, too."""
    found = attachment_for(user, pk)
    if found.kind != AttachmentKind.AUDIO:
        raise Http404
    return found


def pictures_beside(found: MessageAttachment) -> tuple[MessageAttachment | None, MessageAttachment | None]:
    """The pictures of the same conversation before and after one, for code that has asked `picture_for` before."""
    pictures = MessageAttachment.objects.filter(
        message__conversation__messages__attachments=found, message__withdrawn_at=None, kind=AttachmentKind.IMAGE
    )
    before, after = pictures.filter(pk__lt=found.pk).order_by("-pk"), pictures.filter(pk__gt=found.pk).order_by("pk")
    return before.first(), after.first()


def person_by_handle(handle: str) -> User:
    """Whom to write to. Raises Http404."""
    person = User.objects.filter(profile__handle=handle, is_active=True).select_related("profile").first()
    if person is None:
        raise Http404
    return person


def live_gig_of(seller: User, gig_id: str | None) -> Gig | None:
    """The gig a conversation is to begin from, or None when there is no such live gig of this seller."""
    if not gig_id or not gig_id.isdecimal():
        return None
    return Gig.objects.on_sale().filter(pk=int(gig_id), seller=seller).first()


def has_bought_from(*, buyer: User, seller: User) -> bool:
    """Whether there is an order between the two, in this direction."""
    return bool(Order.objects.filter(buyer=buyer, seller=seller).exists())
