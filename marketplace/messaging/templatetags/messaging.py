"""What other apps' pages show of conversations."""

from typing import Any
from uuid import uuid4

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from marketplace.accounts.models import User
from marketplace.messaging import selectors, services
from marketplace.messaging.emoji import EMOJI
from marketplace.messaging.links import LinkCard, cards_in, with_links
from marketplace.messaging.models import Conversation, Message
from marketplace.messaging.system_lines import PLATFORM, sender_name, words_of
from marketplace.orders.models import Order

register = template.Library()
# Of what a search finds: how much stands before the words, and in all.
BEFORE, EXCERPT = 20, 120


@register.inclusion_tag("messaging/_order_talk.html", takes_context=True)
def order_talk(context: Context, order: Order, user: User, other: User) -> dict[str, Any]:
    """The last three messages about an order with a form to answer in; after sending, the page is the same again.

    Five queries. `other` should come with its profile.
    """
    # Staff who looks at the page as this person (accounts.viewing) reads no message.
    is_private = hasattr(context.get("request"), "viewing")
    conversation = None if is_private else selectors.order_conversation_of(order)
    thread = selectors.thread(conversation, limit=3) if conversation else None
    request = context.get("request")
    return {
        "user": user,
        "order": order,
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
def linked(message: Message, conversation: Conversation) -> SafeString:
    """Its words as HTML, with addresses of our own to press."""
    return with_links(message.body)


@register.filter
def own_links(message: Message, conversation: Conversation) -> list[LinkCard]:
    """Cards of the services and orders whose addresses stand in it."""
    return cards_in(message, conversation)


@register.simple_tag
def marked(text: str, words: str) -> SafeString:
    """A text around the first place where `words` stand, with that place marked."""
    place = text.lower().find(words.lower())
    if place < 0:
        return format_html("{}", Truncator(text).chars(EXCERPT))
    begin, end = max(0, place - BEFORE), place + len(words)
    before = ("…" if begin else "") + text[begin:place]
    return format_html("{}<mark>{}</mark>{}", before, text[place:end], Truncator(text[end:]).chars(EXCERPT))


@register.simple_tag
def client_mark() -> str:
    """A mark for the message of a form: sent twice by an impatient finger, it is one message."""
    return str(uuid4())


@register.simple_tag
def heard_at() -> str:
    """Until when a page that is drawn now has heard everything: the server's own clock, as windows name it (docs/live.md)."""
    return timezone.now().isoformat()


@register.simple_tag
def emoji() -> tuple[tuple[str, str | Promise], ...]:
    """Signs to put into a message, with their names."""
    return EMOJI


@register.filter
def event_words(event: str) -> str:
    """A line of the platform by what it is about, for the list of conversations."""
    return words_of(Message(event=event))


@register.filter
def system_words(message: Message) -> str:
    """A line of the platform."""
    return words_of(message)
