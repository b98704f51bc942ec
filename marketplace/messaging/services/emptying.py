"""Messages whose time is over lose words and files. That somebody wrote something, and when, stays (keeping.py)."""

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.core import clock
from marketplace.messaging import keeping
from marketplace.messaging.locks import lock_conversation
from marketplace.messaging.models import Conversation, Message, MessageAttachment, MessageRevision, Participant
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.services import blank_lines, recipient_language
from marketplace.uploads.services import release_files

# Messages of one transaction: the conversation is locked as long, and nobody can write there.
BATCH = 500


@transaction.atomic
def empty_conversation(*, conversation_id: int) -> int:
    """Remove words, files and earlier wordings of at most BATCH old messages of a conversation, and of the cases about them.

    The lines at the bells that quoted them say so. Returns how many messages. Numbers stay without gaps, so that windows read on
    from where they were. Safe to call again: what is empty is not looked at any more. Raises Conversation.DoesNotExist.
    """
    conversation = lock_conversation(conversation_id)
    if not keeping.free_conversations().filter(pk=conversation_id).exists():
        return 0  # the two ordered anew in between
    since = keeping.kept_since()
    own = keeping.old_messages(since=since).filter(conversation=conversation_id)
    ids = list(own.order_by("pk").values_list("pk", flat=True)[:BATCH])
    files: dict[int, dict[str, set[str]]] = defaultdict(dict)
    for name, previews, sender in MessageAttachment.objects.filter(
        message__in=ids, message__sender__isnull=False
    ).values_list("file", "previews", "message__sender"):
        files[sender][name] = {size["webp"] for size in previews}
    MessageAttachment.objects.filter(message__in=ids).delete()
    MessageRevision.objects.filter(message__in=ids).delete()
    emptied = Message.objects.filter(pk__in=ids).update(body="", emptied_at=clock.now())
    _blank_lines(conversation, since)
    _empty_flags(conversation_id)
    for sender, names in files.items():
        release_files(owner_id=sender, files=names)
    return emptied


def _blank_lines(conversation: Conversation, since: datetime) -> None:
    """Those who were told of the messages have their words at the bell, each in a line of their own."""
    seats = Participant.objects.filter(conversation=conversation, user__isnull=False)
    with recipient_language():
        blank_lines(
            recipient_ids=list(seats.values_list("user_id", flat=True)),
            kind=NotificationKind.MESSAGE,
            url=conversation.get_absolute_url(),
            before=since,
            says=str(_("[Deleted: its time was over]")),
        )


def _empty_flags(conversation_id: int) -> None:
    old = keeping.old_flags(since=keeping.kept_since()).filter(conversation=conversation_id)
    old.filter(message__isnull=True).update(words="", findings=[], held={})
    old.filter(message__isnull=False).update(words="", findings=[], held=None)
