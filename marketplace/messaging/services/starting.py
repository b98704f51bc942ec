"""Beginning a conversation: of two people, about an order."""

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.gigs.models import Gig
from marketplace.messaging import selectors
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.limits import count_new_conversation
from marketplace.messaging.locks import lock_pair
from marketplace.messaging.models import Conversation, ConversationKind, Participant, ParticipantRole
from marketplace.messaging.services._rules import check_not_blocked
from marketplace.orders.models import Order


def start_conversation(*, buyer: User, seller: User, gig: Gig | None = None) -> Conversation:
    """The conversation of these two, made if they have none yet; `gig` is what it is about now.

    Two people have one conversation outside their orders, whoever of them buys. Raises MessagingError ONESELF.
    """
    if buyer.pk == seller.pk:
        raise MessagingError(MessagingErrorCode.ONESELF)
    conversation = selectors.conversation_between(buyer, seller)
    if conversation is None:
        with transaction.atomic():
            lock_pair(buyer.pk, seller.pk)
            conversation = selectors.conversation_between(buyer, seller)
            if conversation is None:
                return _create(Conversation(buyer=buyer, seller=seller, gig=gig))
    if gig is not None and conversation.gig_id != gig.pk:
        conversation.gig = gig
        conversation.save(update_fields=["gig"])
    return conversation


def open_conversation(*, user: User, other: User, gig: Gig | None = None) -> Conversation:
    """Start or find the conversation with `other`, deciding who of the two is the buyer.

    Anybody may write to a seller; a seller may write first only to who has an order with them.
    Raises MessagingError ONESELF, NOT_A_SELLER, TOO_MANY_NEW, or NOT_TAKEN or YOU_BLOCKED between people of whom one blocked the
    other.
    """
    conversation = selectors.conversation_between(user, other)
    if conversation is not None and gig is None:
        return conversation
    check_not_blocked(user.pk, other.pk)
    is_customer = user.is_seller and selectors.has_bought_from(buyer=other, seller=user)
    if user.pk != other.pk and not other.is_seller and not is_customer:
        raise MessagingError(MessagingErrorCode.NOT_A_SELLER)
    if conversation is None and user.pk != other.pk:
        count_new_conversation(user)
    if is_customer:
        return start_conversation(buyer=other, seller=user, gig=gig)
    return start_conversation(buyer=user, seller=other, gig=gig)


@transaction.atomic
def order_conversation(*, order: Order) -> Conversation:
    """The conversation about an order, made with its first message or when the platform has something to say there.

    Of two who make it at once, the second waits at the unique index and finds the first one's.
    """
    found = Conversation.objects.filter(order=order).first()
    if found is not None:
        return found
    made = Conversation(
        kind=ConversationKind.ORDER,
        order=order,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        gig_id=order.gig_id,
    )
    Conversation.objects.bulk_create([made], ignore_conflicts=True)
    conversation = Conversation.objects.get(order=order)
    _name_participants(conversation)
    return conversation


def _create(conversation: Conversation) -> Conversation:
    conversation.save()
    _name_participants(conversation)
    return conversation


def _name_participants(conversation: Conversation) -> None:
    now = clock.now()
    Participant.objects.bulk_create(
        [
            Participant(conversation=conversation, user_id=user_id, role=role, joined_at=now)
            for user_id, role in (
                (conversation.buyer_id, ParticipantRole.BUYER),
                (conversation.seller_id, ParticipantRole.SELLER),
            )
        ],
        ignore_conflicts=True,
    )
