"""Addresses in messages: our own services and the order of the two become links and cards, everything else stays words.

Nothing is fetched, and nobody is led away by a press: whoever wants to follow a foreign address copies it knowingly.
"""

import re
from collections.abc import Iterable, Iterator
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
from marketplace.messaging.models import Conversation, Message
from marketplace.orders.models import Order

AT_MOST = 3  # different addresses of one message
_GIG, _ORDER = "gigs:detail", "orders:detail"
Key = tuple[str, str]  # the name of the address, and the key or number in it
_ADDRESS = re.compile(r"https?://[^\s<>\"'，。；！？、）】》]+", re.IGNORECASE)


@dataclass(frozen=True)
class LinkCard:
    """What is shown below a message for an address of ours in it. The same for everybody in the conversation."""

    url: str
    title: str
    line: str
    cover: PictureContent | None = None


def cards_in(message: Message, conversation: Conversation) -> list[LinkCard]:
    """Services on sale, and orders of the two people themselves; no query where there is no address of ours.

    Several messages are asked about together before (`attach_cards`).
    """
    if not hasattr(message, "_link_cards"):
        attach_cards([(message, conversation)])
    cards: list[LinkCard] = message._link_cards  # type: ignore[attr-defined]
    return cards


def attach_cards(messages: Iterable[tuple[Message, Conversation]]) -> None:
    """Find the cards of several messages with two queries at most, for `cards_in`."""
    asked = [(message, conversation, _keys(message.body)) for message, conversation in messages]
    gigs, orders = (
        _gigs(key for *_one, keys in asked for key in keys),
        _orders(key for *_one, keys in asked for key in keys),
    )
    for message, conversation, keys in asked:
        two = {conversation.buyer_id, conversation.seller_id}
        # What others have agreed is nobody's business here.
        own = {key: card for key, (card, sides) in orders.items() if sides == two}
        message._link_cards = [card for key in keys if (card := gigs.get(key) or own.get(key))]  # type: ignore[attr-defined]


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
        try:
            address = urlsplit(found.group())
        except ValueError:  # http://[域名]/ is a placeholder, no address
            continue
        if (address.scheme.lower(), address.netloc.lower()) != (ours.scheme, ours.netloc):
            continue
        path = unquote(address.path)
        if not path.isprintable():  # PostgreSQL's texts know no NUL, and no address of ours has such signs
            continue
        try:
            # As the address is written, whatever language the page is in on which it is read.
            with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
                match = resolve(path)
        except Resolver404:
            continue
        if match.view_name in (_GIG, _ORDER):
            yield found.start(), found.end(), match.view_name, match.kwargs


def _keys(body: str) -> list[Key]:
    """What the first few different addresses of ours lead to."""
    keys = dict.fromkeys((name, str(kwargs.get("pk") or kwargs.get("number"))) for _b, _e, name, kwargs in _own(body))
    return list(keys)[:AT_MOST]


def _gigs(keys: Iterable[Key]) -> dict[Key, LinkCard]:
    ids = sorted({int(value) for name, value in keys if name == _GIG})
    cards: dict[Key, LinkCard] = {}
    for card in gig_cards(ids, is_list=False) if ids else ():
        price = _("from ¥%(price)s") % {"price": display_yuan(card.price_from_fen)}
        cards[_GIG, str(card.gig_id)] = LinkCard(card.url, card.title, f"{card.seller_name} · {price}", card.cover)
    return cards


def _orders(keys: Iterable[Key]) -> dict[Key, tuple[LinkCard, set[int | None]]]:
    """The cards of paid orders, each with whose it is."""
    numbers = sorted({value for name, value in keys if name == _ORDER})
    cards: dict[Key, tuple[LinkCard, set[int | None]]] = {}
    for order in Order.objects.filter(number__in=numbers, paid_at__isnull=False) if numbers else ():
        card = LinkCard(order.get_absolute_url(), order.gig_title, _("Order %(number)s") % {"number": order.number})
        cards[_ORDER, order.number] = (card, {order.buyer_id, order.seller_id})
    return cards
