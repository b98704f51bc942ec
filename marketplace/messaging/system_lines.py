"""Words that the platform puts into a conversation, made for whoever reads them."""

from django.utils.translation import gettext as _

from marketplace.messaging.models import Message, ParticipantRole, SystemEvent

# Whose a line of the platform about the conversation itself is; support's are of the role `support`.
PLATFORM = "platform"


def words_of(message: Message) -> str:
    """A line of the platform, in the reader's language."""
    return {
        SystemEvent.SUPPORT_JOINED: _("A dispute was opened. Support of Jiangji reads along and can answer here."),
        SystemEvent.SUPPORT_LEFT: _("The dispute is closed. Support of Jiangji has left the conversation."),
        SystemEvent.SUPPORT_SOLVED: _(
            "Support has marked this as solved. Is something left? A message here begins it again."
        ),
    }.get(SystemEvent(message.event), "")


def sender_name(message: Message, role: ParticipantRole | None) -> str:
    """By which name somebody speaks. Staff is the platform: who of them wrote stands in the row alone."""
    if role is None:
        return str(_("Jiangji"))
    if role == ParticipantRole.SUPPORT or message.sender is None:
        return str(_("Jiangji support"))
    return str(message.sender.display_name)
