"""Tags of the gig pages."""

import json

from django import template

from marketplace.accounts.models import UserProfile
from marketplace.accounts.places import place_name
from marketplace.gigs.errors import GigError
from marketplace.gigs.gallery import GALLERY_COUNTS
from marketplace.gigs.models import ReviewReason
from marketplace.gigs.steps import Step
from marketplace.gigs.wizard import FieldNotes

register = template.Library()


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
def place(profile: UserProfile) -> str:
    """Where a seller is, as far as the card of a service says it: the province, in the language of the page."""
    return place_name(profile.province, "")


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
