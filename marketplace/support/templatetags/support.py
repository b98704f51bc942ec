"""What pages of other rooms show of support."""

from django import template

from marketplace.messaging.models import Conversation
from marketplace.support import selectors
from marketplace.support.models import SupportCase

register = template.Library()


@register.simple_tag
def support_case(conversation: Conversation) -> SupportCase | None:
    """The case of a conversation with support. For pages that have asked who may see the conversation."""
    return selectors.case_of_conversation(conversation.pk)
