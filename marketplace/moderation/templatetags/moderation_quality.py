"""Second opinions on the page of a case."""

from typing import Any

from django import template

from marketplace.moderation.models import ModerationQueue
from marketplace.moderation.quality.opinion_desk import context_of

register = template.Library()


@register.inclusion_tag("moderation/admin/_second_opinions.html", takes_context=True)
def second_opinions(context: template.Context, case: ModerationQueue) -> dict[str, Any]:
    """What colleagues were asked about a case, and the form to ask or to answer: `{% second_opinions case %}`."""
    request = context["request"]
    return {"request": request, "case": case, **context_of(request.user, case)}
