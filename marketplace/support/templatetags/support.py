"""What pages of other rooms show of support."""

from datetime import timedelta

from django import template
from django.utils.translation import gettext, ngettext

from marketplace.messaging.models import Conversation
from marketplace.support import selectors
from marketplace.support.models import SupportCase

register = template.Library()


@register.filter
def span(length: timedelta) -> str:
    """A length of time in hours and minutes, such as 3 小时 20 分钟."""
    minutes = max(1, round(length.total_seconds() / 60))
    if minutes < 60:
        return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
    words = {"hours": minutes // 60, "minutes": minutes % 60}
    return gettext("%(hours)s h %(minutes)s min") % words


@register.simple_tag
def support_case(conversation: Conversation) -> SupportCase | None:
    """The case of a conversation with support. For pages that have asked who may see the conversation."""
    return selectors.case_of_conversation(conversation.pk)
