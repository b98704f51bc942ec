"""Tags of the gig pages."""

import json
from functools import lru_cache
from urllib.parse import quote

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.accounts.models import UserProfile
from marketplace.accounts.places import place_name
from marketplace.core.templatetags.jiangji import icon
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


@register.simple_tag(takes_context=True)
def heart(context: Context, gig_id: int, title: str, kept: bool, *, wide: bool = False) -> SafeString:
    """The heart of a service: round on a card, `wide` with words on its own page. `kept`: whether this person keeps it.

    Who is not signed in is asked to, and comes back to this page. Written here and not in a template, since a list has dozens.
    """
    css_class = "button" if wide else "gig__save"
    words = (_("Kept") if kept else _("Keep")) if wide else ""
    user = context.get("user")
    if user is None or not user.is_authenticated:
        request = context.get("request")
        path = request.get_full_path() if request is not None else ""
        return _heart_of_nobody(path, css_class, words, get_language())
    # base.html holds the form with the CSRF token, once for all hearts of the page.
    return format_html(
        '<button class="{}" type="submit" form="favourite-form" formaction="{url}" hx-post="{url}" hx-swap="outerHTML"'
        ' aria-pressed="{}" aria-label="{}">{}{}</button>',
        css_class,
        "true" if kept else "false",
        _("Keep “%(title)s”") % {"title": title},
        icon("heart"),
        words,
        url=reverse("gigs:favourite", args=[gig_id]),
    )


@lru_cache(maxsize=1000)
def _heart_of_nobody(path: str, css_class: str, words: str, _language: str | None) -> SafeString:
    """A way to log in and back to the page of this path: one link, however many hearts it is drawn as, and so one name."""
    address = reverse("account_login")
    return format_html(
        '<a class="{}" href="{}" rel="nofollow" aria-label="{}">{}{}</a>',
        css_class,
        f"{address}?next={quote(path)}" if path else address,
        _("Log in to keep it"),
        icon("heart"),
        words,
    )
