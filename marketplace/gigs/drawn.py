"""The page of a gig as it is drawn: its parts, alike for everybody but its seller, and the rows of cards below them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from marketplace.core import clock, page_cache
from marketplace.core.made_once import made_once
from marketplace.core.remembered import shape_of
from marketplace.core.templatetags.components import component
from marketplace.gigs import counting
from marketplace.gigs.page import GigContent, GigPage, gig_content

Made = TypeVar("Made")


@dataclass(frozen=True)
class GigParts:
    """What the page of a gig says of it, drawn. Between them stands what is somebody's: hearts, votes, forms."""

    crumbs: SafeString
    before_reviews: SafeString
    after_reviews: SafeString
    order_box: SafeString  # beside it all on a wide screen
    acts: SafeString  # below that box
    bar: SafeString  # at the thumb


_SHAPE = shape_of(GigParts)


def gig_parts(page: GigPage, *, has_poster: bool, is_in_wechat: bool) -> GigParts:
    """The parts of the page. What is on sale is drawn once for everybody but its seller, for as long as it was read for."""
    shown = {"has_poster": has_poster, "is_in_wechat": is_in_wechat}
    return _once(page, f"parts:{_SHAPE}", lambda content: _parts(page, content, shown), known_by=shown)


def gig_head(page: GigPage, site_picture: Callable[[], str]) -> SafeString:
    """What search engines and chats read of it. `site_picture`: the address of the one to share where the gig has none."""
    return _once(page, "head", lambda content: _head(page, content, site_picture))


def with_cards_made_once(name: str, draw: Callable[[], SafeString]) -> SafeString:
    """As `made_once`, for what shows cards to who is not signed in: each time it is shown is an impression of each of them."""

    def make() -> tuple[SafeString, frozenset[int]]:
        with counting.noting() as noted:
            drawn = draw()
        return drawn, frozenset(noted.impressions)

    drawn, seen = made_once(name, make)
    counting.seen(seen)
    return drawn


def _once(page: GigPage, name: str, draw: Callable[[GigContent], Made], known_by: object = None) -> Made:
    def make() -> Made:
        profile = page.gig.seller.profile
        page_cache.shows(f"gig:{page.gig.pk}", f"seller:{page.gig.seller_id}")
        today = timezone.localdate(clock.now())
        if turns := [day for day in (profile.away_from, profile.away_until) if day and day > today]:
            page_cache.shows(until=clock.midnight(min(turns)))
        return draw(gig_content(page))

    if page.is_owner:  # who reads it as it stands
        return make()
    return made_once(f"gigs:{name}:{page.gig.pk}", make, known_by=[page.stored.read_at, known_by])


def _parts(page: GigPage, content: GigContent, shown: dict[str, Any]) -> GigParts:
    context = {"gig": page.gig, "stats": page.stored.stats, "content": content, **shown}
    context |= {"is_owner": page.is_owner, "is_draft": page.is_draft}

    def drawn(part: str) -> SafeString:
        return render_to_string(f"gigs/_{part}.html", context)

    return GigParts(
        crumbs=drawn("crumbs_of_page"),
        before_reviews=drawn("before_reviews"),
        after_reviews=drawn("after_reviews"),
        order_box=drawn("order_box_beside"),
        acts=drawn("acts_beside"),
        bar=drawn("bar_of_page"),
    )


def _head(page: GigPage, content: GigContent, site_picture: Callable[[], str]) -> SafeString:
    shared = content.share_picture
    return component(
        "gigs/_head.html",
        title=page.gig.title,
        description=content.description,
        robots="noindex" if page.is_draft else "",
        address="" if page.is_draft else content.address,
        picture=None if page.is_draft else shared,
        site_picture="" if shared else site_picture(),
        price_from=content.price_from,
        first=content.gallery[0] if content.gallery else None,
        blocks=content.json_ld,
    )
