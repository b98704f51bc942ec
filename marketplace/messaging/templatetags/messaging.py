"""What other apps' pages show of conversations."""

from typing import Any

from django import template
from django.template.context import Context

from marketplace.accounts.models import User
from marketplace.messaging import selectors, services

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
    last_read_id = None
    if conversation and thread:
        last_read_id = selectors.last_read_id(thread, user, selectors.read_at_of(conversation, other))
    request = context.get("request")
    return {
        "user": user,
        "other": other,
        "conversation": conversation,
        "thread": thread,
        "last_read_id": last_read_id,
        "next": request.path if request else "",
        "limits": {"message_length": services.MESSAGE_LENGTH},
        "csrf_token": context.get("csrf_token"),
    }
