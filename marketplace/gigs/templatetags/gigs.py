"""Tags of the gig pages."""

import json
from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.template import Template, engines
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core.templatetags.components import component_of_many
from marketplace.core.templatetags.jiangji import icon
from marketplace.gigs import drawn, selectors
from marketplace.gigs.cards import GigCard
from marketplace.gigs.errors import GigError
from marketplace.gigs.gallery import GALLERY_COUNTS
from marketplace.gigs.models import Gig, ReviewReason
from marketplace.gigs.page import GigPage
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

    Who is not signed in is asked to, by the same address, and then keeps it.

    Written here and not in a template, since a list has dozens.
    """
    css_class = "button" if wide else "gig__save"
    words = (_("Kept") if kept else _("Keep")) if wide else ""
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return _heart_of_nobody(gig_id, css_class, words, get_language())
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


@register.simple_tag(takes_context=True)
def gig_head(context: Context, page: GigPage) -> SafeString:
    """What search engines and chats read of a service, for the head of its page: `{% gig_head page %}`."""
    return drawn.gig_head(page, context.get("default_share_image") or str)


@register.simple_tag(takes_context=True)
def similar_gigs(context: Context, gig: Gig) -> SafeString:
    """What is like a service, as a row of cards; nothing where there is nothing: `{% similar_gigs gig %}`."""
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return drawn.with_cards_made_once(f"gigs:similar:{gig.pk}", lambda: _similar(gig, None))
    return _similar(gig, user)


def _similar(gig: Gig, user: User | None) -> SafeString:
    cards = selectors.similar_gigs(gig, user=user)
    return render_to_string("gigs/_similar.html", {"cards": cards, "user": user})


@register.simple_tag(takes_context=True)
def card_list(
    context: Context,
    cards: Iterable[GigCard | tuple[GigCard, str]],
    *,
    heading_level: int = 3,
    lying: bool = False,
    eager: int = 0,
    why: str = "",
) -> SafeString:
    """Cards as components/gig_card.html draws each, the first `eager` of them for the first screen.

    `cards`: GigCard, or each with the sentence why it stands there; `why` is one for all. For who is not signed in the whole list
    is drawn once; everybody else has hearts of their own beside each card.
    """
    pairs = [one if isinstance(one, tuple) else (one, why) for one in cards]
    shown = {"heading_level": heading_level, "lying": lying, "eager": eager}
    user = context.get("user")
    if user is None or not user.is_authenticated:
        visitors = [(card, reason, None) for card, reason in pairs]
        return component_of_many("components/gig_cards.html", rows=visitors, **shown)
    rows = [(card, reason, heart(context, card.gig_id, card.title, card.is_favourite)) for card, reason in pairs]
    cards_of_one: SafeString = _cards_template().render(Context({"rows": rows, **shown}))
    return cards_of_one


def _cards_template() -> Template:
    return engines["django"].get_template("components/gig_cards.html").template  # type: ignore[attr-defined]


@register.simple_tag
def visitors_heart(gig_id: int) -> SafeString:
    """The heart on a card for who is not signed in, the same on every page."""
    return _heart_of_nobody(gig_id, "gig__save", "", get_language())


@lru_cache(maxsize=1000)
def _heart_of_nobody(gig_id: int, css_class: str, words: str, _language: str | None) -> SafeString:
    # The title stands beside it; in two dozen names it is the heaviest thing that a list says twice.
    return format_html(
        '<a class="{}" href="{}" rel="nofollow" aria-label="{}">{}{}</a>',
        css_class,
        reverse("gigs:favourite", args=[gig_id]),
        _("Log in to keep it"),
        icon("heart"),
        words,
    )
