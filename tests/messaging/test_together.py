"""What many windows say in the same moment: written as each would be alone, or left to be asked about alone."""

import time
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User
from marketplace.core import clock, live
from marketplace.core.config import set_config
from marketplace.messaging import frames, limits, selectors, services
from marketplace.messaging.models import AwayReply, Conversation, ConversationKind, Message, Participant
from marketplace.messaging.services import together
from marketplace.messaging.services.together import Draft, send_together
from marketplace.notifications.models import Channel, Dispatch, Notification
from tests.factories import make_paid_order, make_seller, make_user

pytestmark = pytest.mark.django_db


def draft(conversation, sender, body="两家店，要接打印机。", client_id=None):
    return Draft(conversation.pk, sender.pk, body, client_id or uuid4())


def rows_of(conversation):
    """What a message left behind, without what differs from one to the next."""
    left_out = {
        "client",
        "id",
        "conversation",
        "url",
        "recipient",
        "notification",
        "user",
        "sender",
        "buyer",
        "seller",
    }
    moments = {"created_at", "last_message_at", "buyer_read_at", "seller_read_at", "joined_at", "spread_due_at"}

    def of(row):
        fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        kept = {name: value for name, value in fields.items() if name.removesuffix("_id") not in left_out}
        return {name: value is not None if name in moments else value for name, value in kept.items()}

    lines = Notification.objects.filter(url=conversation.get_absolute_url())
    return [
        of(Conversation.objects.get(pk=conversation.pk)),
        *(of(row) for row in Message.objects.filter(conversation=conversation).order_by("sequence")),
        *(of(row) for row in Participant.objects.filter(conversation=conversation).order_by("role")),
        *(of(row) for row in lines.order_by("pk")),
        *(of(row) for row in Dispatch.objects.filter(notification__in=lines).order_by("channel")),
    ]


def alone(conversation, sender, body):
    """The whole way: what is confirmed is no matter of course."""
    return services.send_message(
        conversation_id=conversation.pk, sender=sender, body=body, client_id=uuid4(), confirmed=True
    )


DUE = timezone.now()


def with_something_to_send(conversation):
    line = Notification.objects.get(url=conversation.get_absolute_url())
    for channel in (Channel.EMAIL, Channel.PUSH):
        Dispatch.objects.create(notification=line, channel=channel, due_at=DUE)


def test_what_is_written_together_leaves_the_same_rows_as_what_is_written_alone(buyer, seller):
    other_buyer, other_seller = make_user(name=buyer.display_name), make_seller(name=seller.display_name)
    one = services.start_conversation(buyer=buyer, seller=seller)
    two = services.start_conversation(buyer=other_buyer, seller=other_seller)
    alone(one, buyer, "一")
    assert send_together([draft(two, other_buyer, "一")]) != [None]
    with_something_to_send(one)
    with_something_to_send(two)
    for body in ("两行\r\n的话 ", "三"):
        alone(one, buyer, body)
        send_together([draft(two, other_buyer, body)])
    alone(one, seller, "好")
    send_together([draft(two, other_seller, "好")])

    assert rows_of(one) == rows_of(two)
    [moved] = Dispatch.objects.filter(notification__url=two.get_absolute_url())
    assert (moved.channel, moved.notification.body) == (Channel.EMAIL, "三")


def test_about_an_order_too():
    order = make_paid_order()
    conversation = services.order_conversation(order=order)
    [message] = send_together([draft(conversation, order.seller)])
    assert (message.sequence, message.about_id) == (1, None)


def test_the_frame_is_that_of_the_message_as_it_stands(
    conversation, buyer, seller, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    monkeypatch.setattr(live, "publish_all", lambda notices: told.extend(notices))
    with django_capture_on_commit_callbacks(execute=True):
        [message] = send_together([draft(conversation, buyer)])
    there = selectors.message_with_files(message.pk)
    assert (live.CONVERSATION, conversation.pk, frames.message_frame(there, there.conversation)) in told
    assert (live.UNREAD, seller.pk, {"conversation": conversation.pk, "sequence": 1}) in told


def test_several_in_one_conversation_are_numbered_in_their_order_and_are_one_line_at_the_bell(
    conversation, buyer, seller
):
    written = send_together(
        [draft(conversation, buyer, "一"), draft(conversation, seller, "二"), draft(conversation, buyer, "三")]
    )
    assert [message.sequence for message in written] == [1, 2, 3]
    assert list(Message.objects.order_by("sequence").values_list("body", "sender")) == [
        ("一", buyer.pk),
        ("二", seller.pk),
        ("三", buyer.pk),
    ]
    assert Notification.objects.get(recipient=seller).body == "三"
    assert Notification.objects.get(recipient=buyer).body == "二"
    assert Conversation.objects.get().last_sequence == 3
    assert dict(Participant.objects.values_list("user", "read_sequence")) == {buyer.pk: 3, seller.pk: 2}


def test_a_line_about_another_conversation_of_who_speaks_stays(conversation, buyer, seller):
    other = services.start_conversation(buyer=make_user(name="另一位"), seller=seller)
    services.send_message(conversation_id=other.pk, sender=other.buyer, body="还没读")
    send_together([draft(conversation, buyer), draft(other, seller, "答")])
    assert set(Notification.objects.filter(recipient=seller).values_list("body", flat=True)) == {
        "还没读",
        "两家店，要接打印机。",
    }


def test_a_lot_takes_as_many_statements_as_one_message(conversation, buyer, seller, django_assert_num_queries):
    others = [services.start_conversation(buyer=make_user(), seller=seller) for _ in range(4)]
    set_config(key="messaging.per_minute", value=30, reason="test")
    send_together([draft(conversation, buyer)])  # constants and watched words are looked up once
    savepoints = 2  # of the test's own transaction, in place of BEGIN and COMMIT
    with django_assert_num_queries(6 + savepoints):
        send_together([draft(conversation, buyer)])
    with django_assert_num_queries(6 + savepoints):
        send_together([draft(one, one.buyer) for one in others])


def test_a_form_with_plain_words_goes_the_short_way_too(conversation, buyer, django_assert_num_queries):
    services.send_message(conversation_id=conversation.pk, sender=buyer, body="一", client_id=uuid4())
    with django_assert_num_queries(8):
        services.send_message(conversation_id=conversation.pk, sender=buyer, body="二", client_id=uuid4())


# What is left to be asked about alone


def _stranger(conversation, buyer, seller):
    return draft(conversation, make_user(name="路人"))


def _left(conversation, buyer, seller):
    Participant.objects.filter(user=buyer).update(left_at=clock.now())
    return draft(conversation, buyer)


def _inactive(conversation, buyer, seller):
    User.objects.filter(pk=buyer.pk).update(is_active=False)
    return draft(conversation, buyer)


def _blocks(conversation, buyer, seller):
    accounts.block_person(owner=buyer, person=seller)
    return draft(conversation, buyer)


def _is_blocked(conversation, buyer, seller):
    accounts.block_person(owner=seller, person=buyer)
    return draft(conversation, buyer)


def _other_is_away(conversation, buyer, seller):
    AwayReply.objects.create(owner=seller, body="我明天回", hours_from="00:00", hours_to="00:00")
    return draft(conversation, buyer)


def _with_support(conversation, buyer, seller):
    support = Conversation.objects.create(kind=ConversationKind.SUPPORT)
    Participant.objects.create(conversation=support, user=buyer, role="person", joined_at=clock.now())
    Participant.objects.create(conversation=support, role="support", joined_at=clock.now())
    return draft(support, buyer)


def _support_reads_along(conversation, buyer, seller):
    Participant.objects.create(conversation=conversation, role="support", joined_at=clock.now())
    return draft(conversation, buyer)


def _nowhere(conversation, buyer, seller):
    return Draft(conversation.pk + 1000, buyer.pk, "好", uuid4())


BODIES = ["", "  \n", "字" * 2001, "加我微信 moon_0413 聊", "138 1234", "这单不走平台了，直接转我支付宝"]
REASONS = [
    _stranger,
    _left,
    _inactive,
    _blocks,
    _is_blocked,
    _other_is_away,
    _with_support,
    _support_reads_along,
    _nowhere,
]


@pytest.mark.parametrize("reason", REASONS)
def test_whatever_has_to_be_asked_about_is_left_alone_and_keeps_nobody_else_back(conversation, buyer, seller, reason):
    fine = services.start_conversation(buyer=make_user(name="另一位"), seller=make_seller(name="第三位"))
    answers = send_together([reason(conversation, buyer, seller), draft(fine, fine.buyer)])
    assert answers[0] is None
    assert [message.conversation_id for message in Message.objects.all()] == [fine.pk]


@pytest.mark.parametrize("body", BODIES)
def test_words_that_are_warned_of_or_refused_are_left_alone(conversation, buyer, body):
    assert send_together([draft(conversation, buyer, body)]) == [None]
    assert not Message.objects.exists()


def test_a_name_is_written_once_in_a_lot_and_after_it(conversation, buyer):
    twice = draft(conversation, buyer)
    first, again = send_together([twice, twice])
    assert (first.sequence, again) == (1, None)
    assert send_together([twice]) == [None]
    assert Message.objects.count() == 1


def test_who_writes_too_fast_is_left_to_be_told_so(conversation, buyer, seller):
    set_config(key="messaging.per_minute", value=2, reason="test")
    lots = [send_together([draft(conversation, buyer), draft(conversation, seller)]) for _ in range(3)]
    assert [[message is not None for message in lot] for lot in lots] == [[True, True], [True, True], [False, False]]


@pytest.mark.parametrize("body", ["两家店\x00，要接打印机。", "两家店\ud800，要接打印机。"])
def test_signs_that_no_text_can_hold_are_left_out_and_stop_nobody(conversation, buyer, seller, body):
    written = send_together([draft(conversation, buyer, body), draft(conversation, seller, "可以。")])
    assert [message.body for message in written] == ["两家店，要接打印机。", "可以。"]
    again = services.send_message(conversation_id=conversation.pk, sender=buyer, body=body)
    assert again.body == "两家店，要接打印机。"


def test_when_a_lot_fails_its_messages_are_not_counted(conversation, buyer, monkeypatch):
    set_config(key="messaging.per_minute", value=3, reason="test")
    with monkeypatch.context() as planted:
        planted.setattr(together, "_write", lambda asked: 1 / 0)
        for _time in range(3):
            with pytest.raises(ZeroDivisionError):
                send_together([draft(conversation, buyer)])
    assert send_together([draft(conversation, buyer)])[0] is not None


def test_what_fails_over_the_turn_of_a_minute_allows_no_more_in_the_next(conversation, buyer, monkeypatch):
    set_config(key="messaging.per_minute", value=1, reason="test")
    now = [time.time()]
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: now[0]))

    def fails_a_minute_later(asked):
        now[0] += 60
        raise ZeroDivisionError

    with monkeypatch.context() as planted:
        planted.setattr(together, "_write", fails_a_minute_later)
        with pytest.raises(ZeroDivisionError):
            send_together([draft(conversation, buyer)])
    answers = [send_together([draft(conversation, buyer)])[0] for _time in range(2)]
    assert [message is not None for message in answers] == [True, False]
