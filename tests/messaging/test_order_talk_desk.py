"""Where a mediator speaks to both sides of an order with a dispute, in the admin."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import Message, MessageAttachment
from marketplace.messaging.services import say_as_support
from marketplace.notifications.models import Notification
from marketplace.orders.services.disputes import open_dispute, withdraw_dispute
from tests.factories import make_delivered_order, make_moderator, make_paid_order, make_user
from tests.logins import log_in
from tests.messaging.test_services import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    order = make_delivered_order()
    open_dispute(order_id=order.pk, user=order.buyer, reason="与描述不符")
    order.refresh_from_db()
    return order


@pytest.fixture
def desk(order):
    return reverse("messaging_order_talk", args=[order.number])


def test_a_mediator_reads_along_and_speaks_to_both_sides_as_the_platform(order, desk):
    say(order.conversation, order.buyer, "颜色不对", files=[SimpleUploadedFile("对比.txt", b"x")])
    staff = make_moderator()
    client = log_in(staff)
    case = client.get(reverse("orders_dispute_decide", args=[order.dispute.pk])).content.decode()
    assert desk in case
    page = client.get(desk).content.decode()
    assert "颜色不对" in page
    assert reverse("messaging:attachment", args=[MessageAttachment.objects.get().pk]) in page
    words = {"body": "请双方各发一张截图。", "client_id": "6f1c5a30-9a3e-4a36-9d2b-0b0f3f7c9f10"}
    for _twice in range(2):
        assert client.post(desk, words).url == desk
    answer = Message.objects.get(body="请双方各发一张截图。")
    assert answer.sender == staff
    assert set(Notification.objects.filter(body=answer.body).values_list("recipient", flat=True)) == {
        order.buyer_id,
        order.seller_id,
    }
    shown = log_in(order.buyer).get(order.conversation.get_absolute_url()).content.decode()
    assert answer.body in shown
    assert staff.display_name not in shown


def test_what_cannot_be_said_stays_in_the_box(order, desk):
    client = log_in(make_moderator())
    page = client.post(desk, {"body": "长" * 2001})
    assert page.status_code == 422
    assert "长" * 2001 in page.content.decode()
    assert client.post(desk, {"body": " "}).status_code == 422
    assert not Message.objects.filter(sender__isnull=False).exists()


def test_after_the_dispute_staff_reads_and_speaks_no_more(order, desk):
    withdraw_dispute(order_id=order.pk, user=order.buyer)
    client = log_in(make_moderator())
    assert "textarea" not in client.get(desk).content.decode()
    assert client.post(desk, {"body": "还有一句"}).status_code == 422
    assert not Message.objects.filter(body="还有一句").exists()


def test_nobody_else_reads_it_there(order, desk):
    elsewhere = make_paid_order()
    say_nothing = reverse("messaging_order_talk", args=[elsewhere.number])
    assert log_in(make_moderator()).get(say_nothing).status_code == 404
    for person in (order.buyer, order.seller, make_user()):
        assert log_in(person).get(desk).status_code in (302, 403, 404)


def test_a_mediator_who_buys_or_sells_answers_as_the_platform_in_no_case_of_their_own(order):
    order.buyer.groups.set(make_moderator().groups.all())
    client = log_in(order.buyer)
    address = reverse("messaging_order_talk", args=[order.number])
    assert client.get(address).status_code == 404
    with pytest.raises(MessagingError) as refused:
        say_as_support(conversation_id=order.conversation.pk, staff=order.buyer, body="我们判买家赢")
    assert refused.value.code == MessagingErrorCode.NOT_PARTICIPANT
