"""Addresses in messages: our own become links and cards, foreign ones stay words."""

import pytest
from django.conf import settings

from marketplace.messaging import services
from marketplace.messaging.links import cards_in, with_links
from tests.factories import make_gig, make_paid_order, make_user

pytestmark = pytest.mark.django_db
SITE = settings.SITE_URL


def test_a_service_on_sale_becomes_a_card(conversation, seller):
    gig = make_gig(seller=seller)
    (card,) = cards_in(f"看这个 {SITE}{gig.get_absolute_url()}，合适吗", conversation)
    assert card.url == gig.get_absolute_url()
    assert card.title == gig.title


def test_an_order_is_shown_to_its_two_people_and_told_to_nobody_else(conversation, buyer, seller):
    own = make_paid_order(buyer=buyer, gig=make_gig(seller=seller))
    foreign = make_paid_order(buyer=make_user())
    said = f"{SITE}{own.get_absolute_url()} {SITE}{foreign.get_absolute_url()}"
    assert [card.url for card in cards_in(said, services.order_conversation(order=own))] == [own.get_absolute_url()]
    assert [card.url for card in cards_in(said, conversation)] == [own.get_absolute_url()]


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/gigs/1/x/",
        f"{SITE}.evil.example/orders/ABC/",
        f"{SITE}/wallet/",
        f"{SITE}@evil.example/orders/ABC/",
        "javascript:alert(1)",
    ],
)
def test_foreign_addresses_and_other_pages_stay_words(conversation, address):
    assert "<a" not in with_links(f"看 {address}")
    assert cards_in(address, conversation) == []


def test_what_stands_around_an_address_is_words_and_never_markup():
    shown = with_links(f"<b>一</b>\n{SITE}/orders/ABC123/?a=1&b=2。二")
    assert "&lt;b&gt;一&lt;/b&gt;<br>" in shown
    assert '<a href="/orders/ABC123/?a=1&amp;b=2">' in shown
    assert shown.endswith("。二")


def test_no_more_than_three_cards(conversation, seller):
    said = " ".join(f"{SITE}{make_gig(seller=seller).get_absolute_url()}" for _one in range(4))
    assert len(cards_in(said, conversation)) == 3
