"""Who takes part: of an order's conversation, of support, and what somebody wants to hear of it."""

import pytest
from django.http import Http404
from django.utils import translation

from marketplace.accounts.services import block_person
from marketplace.core import clock
from marketplace.messaging import selectors, services
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.frames import message_frame
from marketplace.messaging.models import Conversation, Message, Participant
from marketplace.notifications.models import Notification
from marketplace.orders.services.disputes import open_dispute, withdraw_dispute
from tests.factories import decide_finally, make_delivered_order, make_moderator, make_paid_order, make_user
from tests.messaging.test_services import say
from tests.support.test_cases import make_support

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_paid_order()


def test_an_order_has_a_conversation_of_its_own_beside_the_one_of_the_two(order):
    direct = services.start_conversation(buyer=order.buyer, seller=order.seller)
    about_it = services.order_conversation(order=order)
    assert services.order_conversation(order=order) == about_it != direct
    assert services.start_conversation(buyer=order.buyer, seller=order.seller) == direct
    say(about_it, order.seller, "草图好了")
    assert selectors.thread(direct).messages == []
    assert selectors.conversation_for(order.buyer, about_it.pk).order == order
    with pytest.raises(Http404):
        selectors.conversation_for(make_user(), about_it.pk)


def test_who_has_left_reads_writes_and_hears_nothing_more(conversation, buyer, seller):
    say(conversation, seller)
    Participant.objects.filter(user=buyer).update(left_at=clock.now())
    assert selectors.unread_count(buyer) == 0
    assert selectors.inbox(buyer) == []
    with pytest.raises(Http404):
        selectors.conversation_for(buyer, conversation.pk)
    with pytest.raises(MessagingError) as refusal:
        say(conversation, buyer)
    assert refusal.value.code == MessagingErrorCode.NOT_PARTICIPANT
    assert selectors.people_of(conversation.pk) == [seller.pk]


def test_support_comes_in_with_a_line_answers_as_the_platform_and_leaves(order):
    staff = make_moderator()
    conversation = services.let_support_in(order=order)
    services.let_support_in(order=order)
    with pytest.raises(MessagingError):
        services.say_as_support(conversation_id=conversation.pk, staff=order.buyer, body="我是客服")
    answer = services.say_as_support(conversation_id=conversation.pk, staff=staff, body="请双方补充材料")
    frame = message_frame(selectors.message_with_files(answer.pk), conversation)
    assert frame["from"] == "support"
    assert staff.display_name not in str(frame)
    assert set(Notification.objects.filter(body="请双方补充材料").values_list("recipient", flat=True)) == {
        order.buyer_id,
        order.seller_id,
    }
    services.let_support_out(order=order)
    services.let_support_out(order=order)
    assert list(Message.objects.order_by("sequence").values_list("kind", "event")) == [
        ("system", "support_joined"),
        ("text", ""),
        ("system", "support_left"),
    ]
    with pytest.raises(MessagingError):
        services.say_as_support(conversation_id=conversation.pk, staff=staff, body="还有一句")
    assert Message.objects.count() == 3


def test_words_withdrawn_above_a_line_of_the_platform_tell_nobody_of_a_message_of_support(order):
    message = say(services.order_conversation(order=order), order.buyer, "发错人了")
    conversation = services.let_support_in(order=order)
    services.withdraw_message(conversation_id=conversation.pk, sequence=message.sequence, user=order.buyer)
    (line,) = Notification.objects.filter(recipient=order.seller, kind="message")
    assert (line.body, line.notice) == ("[已撤回]", "talk.message")


def test_who_has_blocked_the_other_still_answers_where_support_listens(client, order):
    conversation = services.order_conversation(order=order)
    say(conversation, order.seller, "钱退不了")
    block_person(owner=order.buyer, person=order.seller)
    client.force_login(order.buyer)
    kept_away = client.get(conversation.get_absolute_url())
    assert kept_away.context["is_blocked"]
    assert "data-chat-form" not in kept_away.content.decode()
    services.let_support_in(order=order)
    page = client.get(conversation.get_absolute_url()).content.decode()
    assert "data-chat-form" in page
    assert f'data-chat="{conversation.pk}"' in page
    assert client.post(conversation.get_absolute_url(), {"body": "材料在这里"}).status_code == 302


def test_a_line_of_the_platform_is_in_each_readers_language(order):
    conversation = services.let_support_in(order=order)
    frame = message_frame(selectors.thread(conversation).messages[0], conversation)
    assert (frame["from"], frame["body"]) == ("platform", "")
    assert frame["words"].keys() == {"zh-hans", "en"}
    assert len(set(frame["words"].values())) == 2


def test_a_person_and_support_talk_and_nobody_else(buyer, stranger):
    conversation = services.start_support(user=buyer)
    say(conversation, buyer, "提现没到账")
    staff = make_support()
    assert selectors.support_conversation_for(staff, conversation.pk) == conversation
    services.say_as_support(conversation_id=conversation.pk, staff=staff, body="正在查")
    assert selectors.unread_count(buyer) == 1
    line = Notification.objects.get(recipient=buyer)
    with translation.override("en"):
        assert line.said_title == "Message from Jiangji support"
    with pytest.raises(Http404):
        selectors.conversation_for(stranger, conversation.pk)
    with pytest.raises(Http404):
        selectors.support_conversation_for(stranger, conversation.pk)


def test_what_is_muted_counts_nowhere_but_in_the_list(conversation, buyer, seller):
    services.mute(conversation_id=conversation.pk, user=seller)
    say(conversation, buyer)
    assert selectors.unread_count(seller) == 0
    assert not Notification.objects.exists()
    assert [row.unread for row in selectors.inbox(seller)] == [1]
    services.unmute(conversation_id=conversation.pk, user=seller)
    assert selectors.unread_count(seller) == 1


def test_marks_never_go_back_and_never_beyond_what_stands_there(conversation, buyer, seller):
    for number in range(5):
        say(conversation, buyer, str(number))
    place = {"conversation_id": conversation.pk}
    assert services.mark_delivered(receiver=seller, up_to=4, **place) == 4
    assert services.mark_read(reader=seller, up_to=3, **place) == 3
    assert services.mark_read(reader=seller, up_to=2, **place) == 3
    assert services.mark_delivered(receiver=seller, up_to=99, **place) == 5
    marks = selectors.marks_of(conversation, buyer)
    assert (marks.own_role, marks.delivered, marks.read) == ("buyer", 5, 3)
    assert selectors.unread_count(seller) == 2
    assert Notification.objects.filter(recipient=seller, read_at=None).count() == 1
    services.mark_read(reader=seller, **place)
    assert not Notification.objects.filter(recipient=seller, read_at=None).exists()


def test_the_database_keeps_a_kind_to_its_shape(conversation, order):
    from django.db import IntegrityError, transaction

    for values in ({"kind": "order"}, {"kind": "support"}, {"order": order}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Conversation.objects.filter(pk=conversation.pk).update(**values)


def test_support_reads_along_while_a_dispute_runs():
    order = make_delivered_order()
    open_dispute(order_id=order.pk, user=order.buyer, reason="与描述不符")
    conversation = Conversation.objects.get(order=order)
    staff = make_moderator()
    assert selectors.may_speak_for_support(staff, conversation.pk)
    withdraw_dispute(order_id=order.pk, user=order.buyer)
    assert not selectors.may_speak_for_support(staff, conversation.pk)
    open_dispute(order_id=order.pk, user=order.buyer, reason="还是不符")
    assert selectors.may_speak_for_support(staff, conversation.pk)
    decide_finally(order, refund_fen=1_000)
    assert not selectors.may_speak_for_support(staff, conversation.pk)
    events = Message.objects.filter(conversation=conversation, kind="system").values_list("event", flat=True)
    assert list(events) == ["support_joined", "support_left"] * 2
