"""Writing a message."""

from collections.abc import Sequence
from uuid import UUID

from django.core.files.base import File
from django.db import IntegrityError, transaction

from marketplace.accounts.blocks import require_open
from marketplace.accounts.models import BlockScope, User
from marketplace.core import clock, live
from marketplace.messaging import push, selectors
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.limits import count_message
from marketplace.messaging.locks import lock_conversation
from marketplace.messaging.models import Message
from marketplace.messaging.services._rules import check_may_speak, own_participation
from marketplace.messaging.services.files import check_files, taken
from marketplace.messaging.services.flagging import hold_back, look_before_sending, note_flag
from marketplace.messaging.services.replies import answer_for_the_absent
from marketplace.messaging.services.starting import start_conversation
from marketplace.messaging.services.together import Draft, send_together
from marketplace.messaging.services.writing import checked_body, same_again, write
from marketplace.offers.models import Negotiation
from marketplace.safety.models import Level
from marketplace.uploads.models import Upload


def send_message(
    *,
    conversation_id: int,
    sender: User,
    body: str,
    files: Sequence[File] = (),
    uploads: Sequence[Upload] = (),
    client_id: UUID | None = None,
    quoted: int | None = None,
    confirmed: bool = False,
) -> Message:
    """Write a message, tell the others, and push it to the open windows of all once it is committed.

    `client_id` is made by the window: sent again, by whichever way, it answers with the message that is there already and
    writes nothing; with other words it raises MessagingError REUSED, so that those are not lost unseen. `quoted` is the number
    of a message in the same conversation; an unknown one is left out.
    What leads past the platform is warned of; `confirmed` is the answer to that (services/flagging.py).
    `uploads` are the sender's own, announced for this conversation and ready; `files` come with the request itself. At most
    FILES_PER_MESSAGE of FILE_MEGABYTES each. Raises MessagingError NOT_PARTICIPANT, SENDER_INACTIVE (asked anew), NOT_TAKEN,
    YOU_BLOCKED, EMPTY, TOO_LONG, TOO_MANY_FILES, FILE_TOO_LARGE, TOO_FAST, CONTACT_WARNING, WORDS_WARNING or HELD (kept for
    moderators, not delivered), UploadError, and Conversation.DoesNotExist.
    """
    if not (files or uploads or quoted or confirmed) and (
        message := _plainly(conversation_id, sender, body, client_id)
    ):
        return message
    own_participation(conversation_id, sender)
    if (first := selectors.sent_before(conversation_id, sender, client_id)) is not None:
        return same_again(first, body=body)
    check_may_speak(conversation_id, sender)
    body = checked_body(body, needed=not files and not uploads)
    check_files(files=files, uploads=uploads)
    require_open(sender, BlockScope.WRITING)
    count_message(sender)
    with taken(files=files, conversation_id=conversation_id, owner=sender) as came:
        sent = [*uploads, *came]
        # It reads files, so it comes before the transaction.
        finding = look_before_sending(
            conversation_id=conversation_id, sender=sender, body=body, uploads=sent, confirmed=confirmed
        )
        with live.gathered(), transaction.atomic():
            if finding.level < Level.HOLD:
                message = write(
                    conversation_id=conversation_id,
                    sender=sender,
                    body=body,
                    uploads=sent,
                    client_id=client_id,
                    quoted=quoted,
                )
                note_flag(message=message, sender=sender, finding=finding)
                answer_for_the_absent(message_id=message.pk)
                return message
            hold_back(
                conversation_id=conversation_id,
                sender=sender,
                body=body,
                uploads=sent,
                client_id=client_id,
                quoted=quoted,
                finding=finding,
            )
    raise MessagingError(MessagingErrorCode.HELD)


def _plainly(conversation_id: int, sender: User, body: str, client_id: UUID | None) -> Message | None:
    """What nothing speaks against, in a handful of statements; None for all the rest."""
    try:
        [message] = send_together([Draft(conversation_id, sender.pk, body, client_id)])
    except IntegrityError:  # the same name, this very moment
        return None
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
