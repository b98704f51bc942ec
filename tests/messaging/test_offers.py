"""Offers in the open windows of a conversation, over the real WebSocket."""

import asyncio

import pytest
from channels.db import database_sync_to_async
from django.test import Client
from django.urls import reverse

from marketplace.messaging.models import Conversation
from marketplace.offers import services
from marketplace.offers.errors import OfferError
from tests.messaging.websocket import window
from tests.offers.situations import make_brief, make_offer, terms

# Transactional: pushes leave on commit.
pytestmark = pytest.mark.usefixtures("committed_db")


def test_an_offer_appears_in_both_windows_and_each_fetches_its_own_buttons(conversation, buyer, seller):
    async def story():
        async with window(conversation.pk, buyer) as ours, window(conversation.pk, seller) as theirs:
            offer = await database_sync_to_async(make_offer)(seller=seller, buyer=buyer)
            heard, told = await ours.hear(), await theirs.hear()
            assert heard["type"] == told["type"] == "offer"
            assert heard["id"] == told["id"] == offer.negotiation_id
            return offer

    offer = asyncio.run(story())
    for person, button in ((buyer, "accept"), (seller, "withdraw")):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        cards = client.get(reverse("messaging:offer_cards", args=[conversation.pk, offer.negotiation_id]))
        assert reverse(f"offers:{button}", args=[offer.pk]) in cards.content.decode()


@pytest.mark.parametrize("answer", ["accept", "counter", "withdraw"])
def test_every_answer_is_shown_live(conversation, buyer, seller, answer):
    offer = make_offer(seller=seller, buyer=buyer)
    acts = {
        "accept": lambda: services.accept_offer(offer_id=offer.pk, user=buyer),
        "counter": lambda: services.counter_offer(offer_id=offer.pk, user=buyer, terms=terms(), valid_days=3),
        "withdraw": lambda: services.withdraw_offer(offer_id=offer.pk, user=seller),
    }

    async def story():
        async with window(conversation.pk, seller) as theirs:
            await database_sync_to_async(acts[answer])()
            assert (await theirs.hear())["id"] == offer.negotiation_id

    asyncio.run(story())


def test_a_refused_answer_is_shown_to_nobody(conversation, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer)

    def refused():
        with pytest.raises(OfferError):
            services.accept_offer(offer_id=offer.pk, user=seller)

    async def story():
        async with window(conversation.pk, buyer) as ours:
            await database_sync_to_async(refused)()
            assert await ours.hears_nothing()

    asyncio.run(story())


def test_an_answer_to_a_brief_begins_a_conversation_that_stands_in_the_list(buyer, seller):
    brief = make_brief(buyer=buyer)
    make_offer(seller=seller, buyer=buyer, brief=brief)
    conversation = Conversation.objects.get(buyer=buyer, seller=seller)
    assert conversation.last_message_at is not None
    client = Client()
    client.force_login(buyer, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("messaging:inbox")).content.decode()
    assert conversation.get_absolute_url() in page
    assert "[专属报价]" in page
