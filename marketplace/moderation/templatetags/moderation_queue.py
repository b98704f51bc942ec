"""The queue's line on top of pages where a thing is decided at its own desk."""

from typing import Any

from django import template

from marketplace.accounts.models import User
from marketplace.moderation.queue.selectors import DECIDE, VIEW, case_about, row_of

register = template.Library()


@register.inclusion_tag("moderation/admin/_queue_bar.html", takes_context=True)
def queue_bar(context: dict[str, Any], kind: str, object_id: int) -> dict[str, Any]:
    """`{% queue_bar "gig" case.pk %}`: who has the case, until when it is due, release, next. Nothing for who has no queue."""
    request = context.get("request")
    staff = getattr(request, "user", None)
    if request is None or not isinstance(staff, User) or not staff.has_perm(VIEW):
        return {"row": None}
    case = case_about(kind, object_id)
    return {
        "row": row_of(case, staff) if case else None,
        "may_decide": staff.has_perm(DECIDE),
        "only": request.GET.get("kind", ""),
        "csrf_token": context.get("csrf_token"),
    }
