"""Addresses in messages: our own become links and cards, foreign ones stay words."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from marketplace.messaging import push, services
from marketplace.messaging.links import cards_in, with_links
from marketplace.messaging.models import Message
from tests.factories import make_gig, make_paid_order, make_user
from tests.messaging.test_services import say

pytestmark = pytest.mark.django_db
SITE = settings.SITE_URL


def cards(body, conversation):
    return cards_in(Message(body=body), conversation)


def test_a_service_on_sale_becomes_a_card(conversation, seller):
    gig = make_gig(seller=seller)
    (card,) = cards(f"看这个 {SITE}{gig.get_absolute_url()}，合适吗", conversation)
    assert card.url == gig.get_absolute_url()
    assert card.title == gig.title


def test_an_order_is_shown_to_its_two_people_and_told_to_nobody_else(conversation, buyer, seller):
    own = make_paid_order(buyer=buyer, gig=make_gig(seller=seller))
    foreign = make_paid_order(buyer=make_user())
    said = f"{SITE}{own.get_absolute_url()} {SITE}{foreign.get_absolute_url()}"
    assert [card.url for card in cards(said, services.order_conversation(order=own))] == [own.get_absolute_url()]
    assert [card.url for card in cards(said, conversation)] == [own.get_absolute_url()]


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
    assert cards(address, conversation) == []


@pytest.mark.parametrize(
    "body",
    [
        "http://[",
        "看 http://[域名]/x 这种",
        "https://[x]y",
        "http://ⅷ℀.com/",
        f"{SITE}/orders/%00/",
        f"{SITE}/orders/%0A/",
        f"{SITE}/gigs/{9**40}/x/",
        f"{SITE}/gigs/٣/x/",
    ],
)
def test_whatever_looks_like_an_address_the_conversation_goes_on(conversation, buyer, seller, client, body):
    message = say(conversation, buyer, body)
    client.force_login(seller)
    assert client.get(conversation.get_absolute_url()).status_code == 200
    live = client.get(f"{conversation.get_absolute_url()}live/", {"after": 0})
    assert live.json()["events"][0]["body"] == body
    push.messages_sent([message, say(conversation, seller, "好")])


@settings_of_hypothesis(deadline=None)
@given(st.text(st.sampled_from("[]:/@%0A.#?ab٣ⅷ域\0")))
def test_no_address_is_too_odd_to_be_read(tail):
    for begin in ("http://", f"{SITE}/", f"{SITE}/orders/", f"{SITE}/gigs/"):
        with_links(begin + tail)


def test_what_stands_around_an_address_is_words_and_never_markup():
    shown = with_links(f"<b>一</b>\n{SITE}/orders/ABC123/?a=1&b=2。二")
    assert "&lt;b&gt;一&lt;/b&gt;<br>" in shown
    assert '<a href="/orders/ABC123/?a=1&amp;b=2">' in shown
    assert shown.endswith("。二")


def test_no_more_than_three_cards(conversation, seller):
    said = " ".join(f"{SITE}{make_gig(seller=seller).get_absolute_url()}" for _one in range(4))
    assert len(cards(said, conversation)) == 3


def test_a_page_full_of_addresses_asks_as_often_as_one_with_a_single_one(
    conversation, buyer, seller, buyer_client, django_assert_max_num_queries
):
    gig, order = make_gig(seller=seller), make_paid_order(buyer=buyer, gig=make_gig(seller=seller))
    own = f"{SITE}{gig.get_absolute_url()} {SITE}{order.get_absolute_url()}"
    say(conversation, buyer, own)
    buyer_client.get(conversation.get_absolute_url())
    with CaptureQueriesContext(connection) as few:
        assert gig.title in buyer_client.get(conversation.get_absolute_url()).content.decode()
    others = " ".join(f"{SITE}/gigs/{number}/x/" for number in range(9_000_000, 9_000_060))
    for _number in range(20):
        say(conversation, buyer, others[:1500] + " " + own)
    with django_assert_max_num_queries(len(few)):
        buyer_client.get(conversation.get_absolute_url())


def test_a_lot_with_addresses_asks_about_them_together(conversation, buyer, seller, django_assert_max_num_queries):
    gig = make_gig(seller=seller)
    messages = [say(conversation, buyer, f"{SITE}{gig.get_absolute_url()}") for _number in range(10)]
    with django_assert_max_num_queries(1):
        push.messages_sent(
            [
                Message(
                    conversation=conversation,
                    sender=buyer,
                    body=one.body,
                    sequence=one.sequence,
                    created_at=one.created_at,
                )
                for one in messages
            ]
        )
