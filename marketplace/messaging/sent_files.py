"""What files may be sent with a message, and which of them are still needed."""

from marketplace.accounts.models import User
from marketplace.messaging.models import MessageAttachment, MessageFlag, Participant
from marketplace.messaging.selectors import may_speak_for_support
from marketplace.uploads.models import UploadKind
from marketplace.uploads.purposes import KindLimit, Purpose

FILES_PER_MESSAGE = 5
FILE_MEGABYTES = 20
# Recorded in the page (static/js/voice.js): by this name and by what the bytes are.
VOICE_NAME = "voice"
AUDIO_TYPES = {"webm": "audio/webm", "ogg": "audio/ogg", "m4a": "audio/mp4", "mp4": "audio/mp4", "mp3": "audio/mpeg"}


def subject_of(conversation_id: int) -> str:
    """What the uploads of a conversation's form are announced for."""
    return f"conversation:{conversation_id}"


def _may_send(user: User, subject: str) -> bool:
    """Whoever takes part, and staff for support where it does."""
    number = subject.removeprefix("conversation:")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return False
    takes_part = Participant.objects.filter(conversation=int(number), user=user, left_at=None).exists()
    return takes_part or may_speak_for_support(user, int(number))


def _still_used(owner_id: int) -> set[str]:
    """Files of withdrawn messages too, which are kept for reports and disputes, and of those that are held back."""
    names: set[str] = set()
    for file, previews in MessageAttachment.objects.filter(message__sender=owner_id).values_list("file", "previews"):
        names |= {file, *(size["webp"] for size in previews)}
    for held in MessageFlag.objects.filter(sender=owner_id, message=None).values_list("held__files", flat=True):
        names.update(held or [])
    return names


MESSAGE = Purpose(
    key="message",
    kinds={UploadKind.FILE: KindLimit(megabytes=FILE_MEGABYTES, count=FILES_PER_MESSAGE)},
    folder="messages",
    still_used=_still_used,
    may_send=_may_send,
    storage="private",
    watermark=lambda subject: "",  # previews, with nothing written over them
)
