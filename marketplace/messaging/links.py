"""Addresses in messages: our own services and the order of the two become links and cards, everything else stays words.

Nothing is fetched, and nobody is led away by a press: whoever wants to follow a foreign address copies it knowingly.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from marketplace.core.money import display_yuan
from marketplace.gigs.cards import gig_cards
from marketplace.gigs.content import PictureContent
from marketplace.messaging.models import Conversation
from marketplace.orders.models import Order

AT_MOST = 3
_ADDRESS = re.compile(r"https?://[^\s<>\"'，。；！？、）】》]+", re.IGNORECASE)


@dataclass(frozen=True)
class LinkCard:
    """What is shown below a message for an address of ours in it. The same for everybody in the conversation."""

    url: str
    title: str
    line: str
    cover: PictureContent | None = None


def cards_in(body: str, conversation: Conversation) -> list[LinkCard]:
    """Services on sale, and orders of the two people themselves; no query where there is no address of ours."""
    found: dict[str, LinkCard] = {}
    for _begin, _end, name, kwargs in _own(body):
        card = _gig(kwargs) if name == "gigs:detail" else _order(kwargs, conversation)
        if card is not None and len(found) < AT_MOST:
            found.setdefault(card.url, card)
    return list(found.values())


def with_links(body: str) -> SafeString:
    """The words as HTML, with our own addresses to press and line breaks."""
    parts: list[SafeString] = []
    place = 0
    for begin, end, _name, _kwargs in _own(body):
        parts.append(_lines(body[place:begin]))
        path = urlsplit(body[begin:end])
        address = path.path + (f"?{path.query}" if path.query else "")
        parts.append(format_html('<a href="{}">{}</a>', address, body[begin:end]))
        place = end
    parts.append(_lines(body[place:]))
    return format_html_join("", "{}", ((part,) for part in parts))


def _lines(text: str) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in text.split("\n")))


def _own(body: str) -> Iterator[tuple[int, int, str, dict[str, object]]]:
    """Where addresses of our services and orders stand in a text, and what they lead to."""
    ours = urlsplit(settings.SITE_URL)
    for found in _ADDRESS.finditer(body):
        address = urlsplit(found.group())
        if (address.scheme.lower(), address.netloc.lower()) != (ours.scheme, ours.netloc):
            continue
        path = unquote(address.path)
        try:
            # As the address is written, whatever language the page is in on which it is read.
            with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
                match = resolve(path)
        except Resolver404:
            continue
        if match.view_name in ("gigs:detail", "orders:detail"):
            yield found.start(), found.end(), match.view_name, match.kwargs


def _gig(kwargs: dict[str, object]) -> LinkCard | None:
    card = next(iter(gig_cards([int(str(kwargs["pk"]))], is_list=False)), None)
    if card is None:
        return None
    price = _("from ¥%(price)s") % {"price": display_yuan(card.price_from_fen)}
    return LinkCard(card.url, card.title, f"{card.seller_name} · {price}", card.cover)


def _order(kwargs: dict[str, object], conversation: Conversation) -> LinkCard | None:
    """Only an order between the two: what others have agreed is nobody's business here."""
    two = {conversation.buyer_id, conversation.seller_id}
    order = Order.objects.filter(number=str(kwargs["number"]), paid_at__isnull=False).first()
    if order is None or {order.buyer_id, order.seller_id} != two:
        return None
    return LinkCard(order.get_absolute_url(), order.gig_title, _("Order %(number)s") % {"number": order.number})
