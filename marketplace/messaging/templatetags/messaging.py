"""What other apps' pages show of conversations."""

from typing import Any

from django import template
from django.template.context import Context

from marketplace.accounts.models import User
from marketplace.messaging import selectors, services
from marketplace.messaging.models import Conversation, Message
from marketplace.messaging.system_lines import PLATFORM, sender_name, words_of

register = template.Library()


@register.inclusion_tag("messaging/_conversation_preview.html", takes_context=True)
def conversation_preview(context: Context, user: User, other: User) -> dict[str, Any]:
    """The last three messages between two people with a form to answer in; after sending, the page is the same again.

    Three queries. `other` should come with its profile.
    """
    # Staff who looks at the page as this person (accounts.viewing) reads no message.
    is_private = hasattr(context.get("request"), "viewing")
    conversation = None if is_private else selectors.conversation_between(user, other)
    thread = selectors.thread(conversation, limit=3) if conversation else None
    request = context.get("request")
    return {
        "user": user,
        "other": other,
        "conversation": conversation,
        "thread": thread,
        "marks": selectors.marks_of(conversation, user) if conversation else None,
        "next": request.path if request else "",
        "limits": {"message_length": services.MESSAGE_LENGTH},
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def role(message: Message, conversation: Conversation) -> str:
    """Whose a message is."""
    return str(selectors.role_in(conversation, message.sender_id) or PLATFORM)


@register.filter
def speaker(message: Message, conversation: Conversation) -> str:
    """By which name its sender speaks."""
    return sender_name(message, selectors.role_in(conversation, message.sender_id))


@register.filter
def system_words(message: Message) -> str:
    """A line of the platform."""
    return words_of(message)
