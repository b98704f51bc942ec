from marketplace.messaging.models.conversations import Conversation, ConversationKind, Participant, ParticipantRole
from marketplace.messaging.models.flags import FlagStatus, MessageFlag
from marketplace.messaging.models.messages import (
    AttachmentKind,
    Message,
    MessageAttachment,
    MessageKind,
    MessageRevision,
    SystemEvent,
    private_storage,
)
from marketplace.messaging.models.presence import Presence
from marketplace.messaging.models.replies import AwayReply, MessageTemplate

__all__ = [
    "AttachmentKind",
    "AwayReply",
    "Conversation",
    "ConversationKind",
    "FlagStatus",
    "Message",
    "MessageAttachment",
    "MessageFlag",
    "MessageKind",
    "MessageRevision",
    "MessageTemplate",
    "Participant",
    "ParticipantRole",
    "Presence",
    "SystemEvent",
    "private_storage",
]
