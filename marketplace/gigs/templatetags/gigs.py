"""Tags of the gig pages."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from marketplace.gigs.errors import GigError
from marketplace.gigs.gallery import GALLERY_COUNTS
from marketplace.gigs.models import ReviewReason
from marketplace.gigs.steps import Step
from marketplace.gigs.wizard import FieldNotes

register = template.Library()

# As django.utils.html.json_script: nothing that people typed can end the element or open another.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag
def json_ld(data: dict[str, Any]) -> SafeString | str:
    """`data` as an application/ld+json block: data to search engines, never run, so the CSP lets it stand."""
    if not data:
        return ""
    encoded = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(encoded))  # noqa: S308 escaped above


@register.simple_tag
def gallery_limits() -> str:
    """JSON of how many of each kind a gallery takes, each with its sentence: said at choosing, before a file is sent."""
    return json.dumps(
        {
            kind: {"count": limit, "words": GigError(code, limit=limit, count=limit + 1).message}
            for kind, (limit, code) in GALLERY_COUNTS.items()
        },
        ensure_ascii=False,
    )


@register.filter
def of_field(notes: dict[str, FieldNotes], name: str) -> FieldNotes:
    """What stands below the field of this name: `{{ wizard.notes|of_field:field.html_name }}`."""
    return notes.get(name) or FieldNotes(name)


@register.filter
def at_part(reasons: dict[str, list[ReviewReason]], part: str) -> list[ReviewReason]:
    """What a moderator wants changed at one part: `{{ wizard.remarks_here|at_part:"packages" }}`."""
    return reasons.get(part, [])


@register.filter
def label_of(step: str) -> str:
    """The name of a step of the wizard."""
    return str(Step(step).label)
