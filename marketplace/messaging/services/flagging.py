"""What is looked at before a message goes, and what happens with what was found: fair warning first, then moderators."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from PIL import Image

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.errors import PictureError
from marketplace.core.pictures import open_picture
from marketplace.messaging import selectors
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import Conversation, ConversationKind, FlagStatus, Message, MessageFlag
from marketplace.messaging.services.files import claim_files
from marketplace.safety.contacts import is_piece
from marketplace.safety.models import Level
from marketplace.safety.policy import Finding, look_at
from marketplace.uploads.models import Upload, incoming_storage

PIECES_WITHIN = timedelta(minutes=10)
REPEATED_WITHIN = timedelta(hours=24)


def look_before_sending(
    *,
    conversation_id: int,
    sender: User,
    body: str,
    uploads: Sequence[Upload] = (),
    confirmed: bool = False,
    can_be_held: bool = True,
) -> Finding:
    """Search words and pictures of a message, and warn its writer unless they have `confirmed` that it goes as it is.

    What is said to support is not searched: it asks for one's number. Who has many flagged messages of late has the next one held
    back (`safety.flags_before_hold`). Raises MessagingError CONTACT_WARNING or WORDS_WARNING, and EDIT_REFUSED for what would
    have to be held back where nothing can be, because it stands there already.
    """
    kind = Conversation.objects.only("kind").get(pk=conversation_id).kind
    if kind == ConversationKind.SUPPORT:
        return Finding()
    since = clock.now() - PIECES_WITHIN
    finding = look_at(
        body,
        is_in_order=kind == ConversationKind.ORDER,
        before=selectors.own_words_since(conversation_id, sender, since) if is_piece(body) else (),
        pictures=_pictures(uploads),
    )
    if finding.level == Level.FLAG and _is_repeated(sender):
        finding = Finding(Level.HOLD, finding.contacts, finding.codes, finding.words)
    if finding.level == Level.HOLD and not can_be_held:
        raise MessagingError(MessagingErrorCode.EDIT_REFUSED)
    if finding and not confirmed:
        _warn(finding)
    return finding


@transaction.atomic
def note_flag(*, message: Message, sender: User, finding: Finding) -> None:
    """Show a message that stands in its conversation to moderators, if it has come to that. Safe to call again.

    New words of one that was decided about are a case again.
    """
    if finding.level < Level.FLAG:
        return
    found = {"level": finding.level, "findings": finding.as_json(), "words": message.body}
    flag, is_new = MessageFlag.objects.get_or_create(
        message=message,
        defaults={"conversation_id": message.conversation_id, "sender": sender, "created_at": clock.now(), **found},
    )
    if not is_new and flag.words != message.body:
        undecided = {"status": FlagStatus.OPEN, "decided_by": None, "decided_at": None, "decision": ""}
        MessageFlag.objects.filter(pk=flag.pk).update(**found, **undecided)


@transaction.atomic
def hold_back(
    *,
    conversation_id: int,
    sender: User,
    body: str,
    uploads: Sequence[Upload],
    client_id: UUID | None,
    quoted: int | None,
    finding: Finding,
) -> MessageFlag:
    """Keep a message with its files for moderators; nobody else gets it. The same again is the first one.

    Raises UploadError NOT_READY.
    """
    if client_id is not None:
        own = MessageFlag.objects.filter(conversation_id=conversation_id, sender=sender, client_id=client_id)
        if (first := own.first()) is not None:
            return first
    claim_files(uploads=uploads, conversation_id=conversation_id, owner=sender)
    files = [name for upload in uploads for name in (upload.result_name, *(size["webp"] for size in upload.renditions))]
    held: dict[str, Any] = {"quoted": quoted, "uploads": [upload.pk for upload in uploads], "files": files}
    return MessageFlag.objects.create(
        conversation_id=conversation_id,
        sender=sender,
        client_id=client_id,
        level=finding.level,
        findings=finding.as_json(),
        words=body,
        held=held,
        created_at=clock.now(),
    )


def _is_repeated(sender: User) -> bool:
    limit = get_config("safety.flags_before_hold")
    return bool(limit) and selectors.flags_of_late(sender, clock.now() - REPEATED_WITHIN) >= limit


def _warn(finding: Finding) -> None:
    is_about_words = bool(finding.words) and not (finding.contacts or finding.codes)
    code = MessagingErrorCode.WORDS_WARNING if is_about_words else MessagingErrorCode.CONTACT_WARNING
    # Put into words when it is shown: the language of this moment is not always that of who reads it.
    raise MessagingError(code, found=lazy(_found, str)(finding), consequence=lazy(_consequence, str)(finding.level))


def _found(finding: Finding) -> str:
    quoted = [_("“%(words)s”") % {"words": words} for words in finding.excerpts]
    if finding.codes:
        quoted.append(_("the code in the picture"))
    return pgettext("list", ", ").join(quoted)


def _consequence(level: Level) -> str:
    return {
        Level.WARN: _("You can send it all the same."),
        Level.FLAG: _("If you send it all the same, a moderator reads it too."),
        Level.HOLD: _("If you send it all the same, it is held back until a moderator has read it."),
    }[level]


def _pictures(uploads: Sequence[Upload]) -> Iterator[Image.Image]:
    """Those of the files that are pictures: what the room of uploads has drawn is read from its largest drawing."""
    for upload in uploads:
        if not upload.renditions:
            continue
        largest = max(upload.renditions, key=lambda size: size["width"])
        try:
            with incoming_storage().open(largest["webp"]) as file:
                yield open_picture(file)
        except (OSError, PictureError):  # it has been looked into before; what went in between is not sent either
            continue
