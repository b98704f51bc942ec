"""Writes of conversations."""

from collections.abc import Sequence
from functools import partial
from pathlib import PurePath
from uuid import uuid4

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.accounts.selectors import blocks_between
from marketplace.core import clock
from marketplace.gigs.models import Gig
from marketplace.messaging import push, selectors
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.locks import lock_conversation, lock_pair
from marketplace.messaging.models import Conversation, Message, MessageAttachment
from marketplace.notifications import catalogue
from marketplace.notifications.services import mark_url_read, notify_latest, recipient_language
from marketplace.offers.models import Negotiation

MESSAGE_LENGTH = 2000
FILES_PER_MESSAGE = 5
FILE_MEGABYTES = 20


def start_conversation(*, buyer: User, seller: User, gig: Gig | None = None) -> Conversation:
    """The conversation of these two, made if they have none yet; `gig` is what it is about now.

    Two people have one conversation, whoever of them buys. Raises MessagingError ONESELF.
    """
    if buyer.pk == seller.pk:
        raise MessagingError(MessagingErrorCode.ONESELF)
    conversation = selectors.conversation_between(buyer, seller)
    if conversation is None:
        with transaction.atomic():
            lock_pair(buyer.pk, seller.pk)
            conversation = selectors.conversation_between(buyer, seller)
            if conversation is None:
                return Conversation.objects.create(buyer=buyer, seller=seller, gig=gig)
    if gig is not None and conversation.gig_id != gig.pk:
        conversation.gig = gig
        conversation.save(update_fields=["gig"])
    return conversation


def open_conversation(*, user: User, other: User, gig: Gig | None = None) -> Conversation:
    """Start or find the conversation with `other`, deciding who of the two is the buyer.

    Anybody may write to a seller; a seller may write first only to who has an order with them.
    Raises MessagingError ONESELF, NOT_A_SELLER, or NOT_TAKEN or YOU_BLOCKED between people of whom one blocked the other.
    """
    conversation = selectors.conversation_between(user, other)
    if conversation is not None and gig is None:
        return conversation
    _check_not_blocked(user.pk, other.pk)
    if user.is_seller and selectors.has_bought_from(buyer=other, seller=user):
        return start_conversation(buyer=other, seller=user, gig=gig)
    if user.pk != other.pk and not other.is_seller:
        raise MessagingError(MessagingErrorCode.NOT_A_SELLER)
    return start_conversation(buyer=user, seller=other, gig=gig)


def send_message(*, conversation_id: int, sender: User, body: str, files: Sequence[File] = ()) -> Message:
    """Write a message, tell the other side, and push it to the open windows of both once it is committed.

    At most FILES_PER_MESSAGE files of FILE_MEGABYTES each. Raises MessagingError NOT_PARTICIPANT, SENDER_INACTIVE (asked
    anew), NOT_TAKEN, YOU_BLOCKED, EMPTY, TOO_LONG, TOO_MANY_FILES or FILE_TOO_LARGE, and Conversation.DoesNotExist.
    """
    body = body.replace("\r\n", "\n").strip()
    conversation = Conversation.objects.get(pk=conversation_id)
    if sender.pk not in (conversation.buyer_id, conversation.seller_id):
        raise MessagingError(MessagingErrorCode.NOT_PARTICIPANT)
    if not User.objects.filter(pk=sender.pk, is_active=True).exists():
        raise MessagingError(MessagingErrorCode.SENDER_INACTIVE)
    other_id = conversation.seller_id if conversation.buyer_id == sender.pk else conversation.buyer_id
    _check_not_blocked(sender.pk, other_id)
    _check_content(body, files)
    # Storage may be a network away, so files are put there before the transaction, and taken back if it fails.
    attachments: list[MessageAttachment] = []
    try:
        for file in files:
            attachments.append(_stored(file))
        return _write_message(conversation_id, sender, body, attachments)
    except BaseException:
        for attachment in attachments:
            attachment.file.delete(save=False)
        raise


@transaction.atomic
def _write_message(conversation_id: int, sender: User, body: str, attachments: list[MessageAttachment]) -> Message:
    conversation = lock_conversation(conversation_id)
    now = clock.now()
    message = Message.objects.create(conversation=conversation, sender=sender, body=body, created_at=now)
    for attachment in attachments:
        attachment.message = message
    MessageAttachment.objects.bulk_create(attachments)

    is_buyer = conversation.buyer_id == sender.pk
    own_mark = "buyer_read_at" if is_buyer else "seller_read_at"  # who answers has read what stands above
    conversation.last_message_at = now
    setattr(conversation, own_mark, now)
    conversation.save(update_fields=["last_message_at", own_mark])

    # In the transaction, not after it: under the conversation's lock there is exactly one unread line.
    with recipient_language():
        notify_latest(
            recipient_id=conversation.seller_id if is_buyer else conversation.buyer_id,
            notice=catalogue.talk.MESSAGE,
            words={"name": sender.display_name},
            about=body or ", ".join(attachment.name for attachment in attachments),
            url=conversation.get_absolute_url(),
        )
    transaction.on_commit(partial(push.message_sent, conversation_id=conversation.pk, message_id=message.pk))
    return message


def show_offer(negotiation: Negotiation) -> None:
    """Something was offered or answered: the conversation of the two moves up (begun if there is none yet), and open windows
    show it. Called by offers after the commit (offers/listeners.py); the offer itself and its notification are written.
    """
    buyer, seller = negotiation.buyer, negotiation.seller
    conversation = selectors.conversation_between(buyer, seller) or start_conversation(buyer=buyer, seller=seller)
    with transaction.atomic():
        conversation = lock_conversation(conversation.pk)
        conversation.last_message_at = clock.now()
        conversation.save(update_fields=["last_message_at"])
    push.offer_changed(conversation_id=conversation.pk, negotiation_id=negotiation.pk)


@transaction.atomic
def mark_read(*, conversation_id: int, reader: User) -> None:
    """Note that `reader` has seen all that stands in the conversation now. Safe to call again.

    Raises MessagingError NOT_PARTICIPANT and Conversation.DoesNotExist.
    """
    conversation = lock_conversation(conversation_id)
    if reader.pk not in (conversation.buyer_id, conversation.seller_id):
        raise MessagingError(MessagingErrorCode.NOT_PARTICIPANT)
    with recipient_language():
        mark_url_read(recipient_id=reader.pk, url=conversation.get_absolute_url())
    newest = conversation.last_message_at
    mark = "buyer_read_at" if conversation.buyer_id == reader.pk else "seller_read_at"
    seen = getattr(conversation, mark)
    if newest is None or (seen is not None and seen >= newest):
        return
    # The time of the newest message rather than now: what is sent in this moment has not been seen.
    setattr(conversation, mark, newest)
    conversation.save(update_fields=[mark])
    transaction.on_commit(partial(push.conversation_read, conversation_id=conversation.pk, reader_id=reader.pk))


def _check_not_blocked(sender_id: int, other_id: int) -> None:
    """Running orders go on without messages: deliveries, revisions and disputes have pages of their own."""
    blockers = blocks_between(sender_id, other_id)
    if other_id in blockers:
        raise MessagingError(MessagingErrorCode.NOT_TAKEN)
    if sender_id in blockers:
        raise MessagingError(MessagingErrorCode.YOU_BLOCKED)


def _check_content(body: str, files: Sequence[File]) -> None:
    if not body and not files:
        raise MessagingError(MessagingErrorCode.EMPTY)
    if len(body) > MESSAGE_LENGTH:
        raise MessagingError(MessagingErrorCode.TOO_LONG, limit=MESSAGE_LENGTH, length=len(body))
    if len(files) > FILES_PER_MESSAGE:
        raise MessagingError(MessagingErrorCode.TOO_MANY_FILES, limit=FILES_PER_MESSAGE)
    for file in files:
        if file.size > FILE_MEGABYTES * 1024 * 1024:
            raise MessagingError(MessagingErrorCode.FILE_TOO_LARGE, name=_file_name(file), limit=FILE_MEGABYTES)


def _file_name(file: File) -> str:
    """The last part of the name, in at most 200 characters with the ending kept."""
    name = PurePath((file.name or "").replace("\\", "/")).name or _("file")
    suffix = PurePath(name).suffix[:20]
    return name if len(name) <= 200 else name[: 200 - len(suffix)] + suffix


def _stored(file: File) -> MessageAttachment:
    """The file in private storage, under a name of ours: theirs is only for people to read."""
    name = _file_name(file)
    attachment = MessageAttachment(name=name, size=file.size)
    suffix = PurePath(name).suffix.lower()
    ending = suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 11 else ""
    attachment.file.save(f"{uuid4().hex}{ending}", file, save=False)
    return attachment
