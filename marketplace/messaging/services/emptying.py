"""Messages whose time is over lose words and files. That somebody wrote something, and when, stays (keeping.py)."""

from collections import defaultdict

from django.db import transaction

from marketplace.core import clock
from marketplace.messaging import keeping
from marketplace.messaging.locks import lock_conversation
from marketplace.messaging.models import Message, MessageAttachment, MessageRevision
from marketplace.uploads.services import release_files

# Messages of one transaction: the conversation is locked as long, and nobody can write there.
BATCH = 500


@transaction.atomic
def empty_conversation(*, conversation_id: int) -> int:
    """Remove words, files and earlier wordings of at most BATCH old messages of a conversation, and of the cases about them.

    Returns how many messages. Numbers stay without gaps, so that windows read on from where they were. Safe to call again:
    what is empty is not looked at any more. Raises Conversation.DoesNotExist.
    """
    lock_conversation(conversation_id)
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
    _empty_flags(conversation_id)
    for sender, names in files.items():
        release_files(owner_id=sender, files=names)
    return emptied


def _empty_flags(conversation_id: int) -> None:
    old = keeping.old_flags(since=keeping.kept_since()).filter(conversation=conversation_id)
    old.filter(message__isnull=True).update(words="", findings=[], held={})
    old.filter(message__isnull=False).update(words="", findings=[], held=None)
