"""Blocked people: they neither write nor order, are not told, and what runs goes on."""

import pytest
from django.urls import reverse

from marketplace.accounts import services
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import BlockedPerson
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import Conversation, Message
from marketplace.messaging.services import open_conversation, send_message
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order
from marketplace.orders.services import accept_delivery, place_order
from tests.factories import make_delivered_order, make_gig, make_moderator
from tests.logins import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def blocked(seller, buyer):
    """The seller wants nothing from the buyer any more."""
    services.block_person(owner=seller, person=buyer)


def messaging_refusal(call) -> MessagingErrorCode:
    with pytest.raises(MessagingError) as refusal:
        call()
    return refusal.value.code


def test_who_is_blocked_starts_no_conversation(buyer, seller, blocked):
    assert messaging_refusal(lambda: open_conversation(user=buyer, other=seller)) == MessagingErrorCode.NOT_TAKEN
    assert not Conversation.objects.exists()


def test_who_is_blocked_writes_nothing_into_one_that_is_there(buyer, seller):
    talk = open_conversation(user=buyer, other=seller)
    services.block_person(owner=seller, person=buyer)
    code = messaging_refusal(lambda: send_message(conversation_id=talk.pk, sender=buyer, body="在吗"))
    assert code == MessagingErrorCode.NOT_TAKEN
    # Nor does who blocked write to them: they could not answer.
    code = messaging_refusal(lambda: send_message(conversation_id=talk.pk, sender=seller, body="在"))
    assert code == MessagingErrorCode.YOU_BLOCKED
    assert not Message.objects.exists()


def test_the_sentence_does_not_tell_that_one_was_blocked():
    assert "屏蔽" not in MessagingError(MessagingErrorCode.NOT_TAKEN).message
    assert "屏蔽" not in OrderError(OrderErrorCode.NOT_FOR_YOU).message


def test_who_is_blocked_orders_nothing(buyer, seller, blocked):
    gig = make_gig(seller=seller)
    with pytest.raises(OrderError) as refusal:
        place_order(buyer=buyer, package=gig.packages.get())
    assert refusal.value.code == OrderErrorCode.NOT_FOR_YOU
    assert not Order.objects.exists()
    services.unblock_person(owner=seller, person=buyer)
    assert place_order(buyer=buyer, package=gig.packages.get()).buyer == buyer


def test_an_order_that_runs_goes_on():
    order = make_delivered_order()
    services.block_person(owner=order.seller, person=order.buyer)
    accept_delivery(order_id=order.pk, buyer=order.buyer)
    order.refresh_from_db()
    assert order.completed_at


def test_blocking_and_unblocking_by_the_pages(buyer, seller):
    client = log_in(buyer)
    assert (
        reverse("accounts:block", args=[seller.profile.handle])
        in client.get(seller.profile.get_absolute_url()).content.decode()
    )
    talk = open_conversation(user=buyer, other=seller)
    assert (
        reverse("accounts:block", args=[seller.profile.handle]) in client.get(talk.get_absolute_url()).content.decode()
    )
    for _twice in range(2):
        client.post(reverse("accounts:block", args=[seller.profile.handle]))
    assert BlockedPerson.objects.get().person == seller
    assert seller.display_name in client.get(reverse("accounts:privacy")).content.decode()
    client.post(reverse("accounts:unblock", args=[seller.profile.handle]))
    assert not BlockedPerson.objects.exists()


@pytest.mark.parametrize("whom", ["oneself", "staff"])
def test_neither_oneself_nor_staff_can_be_blocked(buyer, whom):
    person = buyer if whom == "oneself" else make_moderator()
    with pytest.raises(AccountError) as refusal:
        services.block_person(owner=buyer, person=person)
    assert refusal.value.code in (AccountErrorCode.ONESELF, AccountErrorCode.BLOCKING_STAFF)
    assert not BlockedPerson.objects.exists()
