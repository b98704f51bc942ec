"""Words and files of messages go when nobody needs them any more; what is still needed stays, all of it."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from marketplace.core import clock
from marketplace.core.jobs import Deadline
from marketplace.core.retention import all_rules, proof_of
from marketplace.messaging import services
from marketplace.messaging.models import FlagStatus, Message, MessageAttachment, MessageFlag, MessageRevision
from marketplace.messaging.own_data import MessagingSection
from marketplace.messaging.selectors import inbox
from marketplace.messaging.sent_files import MESSAGE, subject_of
from marketplace.messaging.tasks import empty_old_messages
from marketplace.moderation.models import ReportReason
from marketplace.moderation.reports import dismiss_report, report_message
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.notifications.services import mark_all_read
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.tasks import empty_old_orders
from marketplace.support import services as support
from marketplace.support.models import Topic
from marketplace.uploads.services import take_file
from marketplace.uploads.tasks import collect
from tests.factories import make_completed_order, make_delivered_order, make_gig, make_moderator

pytestmark = pytest.mark.django_db
DAYS = 1096


def after(*, days=DAYS, hours=1):
    """A moment so long after everything that has happened so far."""
    return clock.moved_to(clock.now() + timedelta(days=days, hours=hours))


def say(conversation, sender, body, **more):
    return services.send_message(conversation_id=conversation.pk, sender=sender, body=body, **more)


def with_file(conversation, sender, body="看附件"):
    file = SimpleUploadedFile("名片.txt", "电话 13800138000".encode())
    upload = take_file(owner=sender, purpose=MESSAGE, subject=subject_of(conversation.pk), file=file)
    return say(conversation, sender, body, uploads=[upload])


def texts(conversation):
    return list(conversation.messages.order_by("sequence").values_list("body", flat=True))


def overdue():
    with after(days=DAYS + 2):
        return proof_of(next(rule for rule in all_rules() if rule.key == "messaging.talk")).overdue


@pytest.fixture
def order(buyer, seller):
    return make_completed_order(buyer=buyer, gig=make_gig(seller=seller))


@pytest.fixture
def talk(order):
    conversation = services.order_conversation(order=order)
    say(conversation, order.buyer, "我住西湖边上")
    message = say(conversation, order.seller, "收到")
    services.edit_message(
        conversation_id=conversation.pk, sequence=message.sequence, editor=order.seller, body="收到了"
    )
    with_file(conversation, order.buyer)
    return conversation


def test_what_was_said_about_an_order_goes_after_the_order_with_its_files(
    talk, buyer, django_capture_on_commit_callbacks
):
    stored = MessageAttachment.objects.get().file.name
    numbers = list(Message.objects.order_by("pk").values_list("pk", "sequence", "sender", "created_at"))
    with after():
        assert empty_old_messages() == 0  # the order has its words still
        assert empty_old_orders() == 1
        assert empty_old_messages() == 1
    assert texts(talk) == ["", "", ""]
    assert not MessageAttachment.objects.exists()
    assert not MessageRevision.objects.exists()
    assert list(Message.objects.order_by("pk").values_list("pk", "sequence", "sender", "created_at")) == numbers
    with after(hours=2), django_capture_on_commit_callbacks(execute=True):
        collect()
    assert not storages["private"].exists(stored)
    assert "西湖" not in str([list(table.rows()) for table in MessagingSection().tables(buyer)])


def test_one_day_too_early_nothing_happens(talk):
    with after(days=DAYS - 1, hours=23):
        empty_old_orders()
        assert empty_old_messages() == 0
        assert services.empty_conversation(conversation_id=talk.pk) == 0
    assert texts(talk) == ["我住西湖边上", "收到了", "看附件"]


def test_running_twice_changes_nothing(talk):
    with after():
        empty_old_orders()
        assert [empty_old_messages(), empty_old_messages()] == [1, 0]
        emptied = list(Message.objects.order_by("pk").values())
        assert services.empty_conversation(conversation_id=talk.pk) == 0
    with after(days=DAYS + 100):
        assert empty_old_messages() == 0
    assert list(Message.objects.order_by("pk").values()) == emptied


def test_what_was_said_later_has_a_time_of_its_own(talk, buyer):
    with after(days=400):
        say(talk, buyer, "还在用，很满意")
    with after():
        empty_old_orders()
        assert empty_old_messages() == 1
        assert texts(talk) == ["", "", "", "还在用，很满意"]
    with after(days=DAYS + 401):
        assert empty_old_messages() == 1
    assert texts(talk) == [""] * 4


def test_what_two_people_said_goes_three_years_after_their_last_order(order, buyer, seller, conversation):
    say(conversation, buyer, "能做圆形的吗")
    with after(days=800):
        later = make_delivered_order(buyer=buyer, gig=order.gig)
        orders.accept_delivery(order_id=later.pk, buyer=buyer)
    with after():
        assert empty_old_orders() == 1
        assert empty_old_messages() == 0
        assert texts(conversation) == ["能做圆形的吗"]
    with after(days=DAYS + 801):
        assert empty_old_orders() == 1
        assert empty_old_messages() == 1
    assert texts(conversation) == [""]


def test_a_live_dispute_keeps_all_that_the_two_said(buyer, seller, conversation):
    say(conversation, buyer, "说好三个方案")
    order = make_delivered_order(buyer=buyer, gig=make_gig(seller=seller))
    own = services.order_conversation(order=order)
    with_file(own, seller, "这是初稿")
    orders.open_dispute(order_id=order.pk, user=buyer, reason="只有一个方案")
    with after(days=3000):
        assert empty_old_orders() == 0
        assert empty_old_messages() == 0
    assert texts(conversation) == ["说好三个方案"]
    assert texts(own)[0] == "这是初稿"
    assert MessageAttachment.objects.count() == 1


def test_a_hold_on_the_order_keeps_what_was_said_until_it_is_released(talk, order):
    staff = make_moderator()
    hold = orders.hold_order(number=order.number, staff=staff, reason="（2026）浙0106民初1号")
    with after():
        assert (empty_old_orders(), empty_old_messages()) == (0, 0)
        orders.release_hold(hold_id=hold.pk, staff=staff, reason="已结案")
        assert (empty_old_orders(), empty_old_messages()) == (1, 1)


def test_without_an_order_it_goes_three_years_after_it_was_said(conversation, buyer, seller):
    say(conversation, buyer, "你好，能做吗")
    with after():
        assert empty_old_messages() == 1
    assert texts(conversation) == [""]
    assert not Order.objects.exists()


def test_an_open_report_or_case_of_moderators_keeps_the_message_it_is_about(conversation, buyer, seller):
    reported = say(conversation, seller, "你怎么这么笨")
    say(conversation, buyer, "请好好说话")
    report = report_message(message=reported, reporter=buyer, reason=ReportReason.HARASSMENT, words="骂人")
    with after():
        assert empty_old_messages() == 1
        assert texts(conversation) == ["你怎么这么笨", ""]
        dismiss_report(report=report, staff=make_moderator(), words="不算骂人")
        assert empty_old_messages() == 1
    assert texts(conversation) == ["", ""]


def test_the_words_of_a_decided_case_go_with_the_message(conversation, seller):
    say(conversation, seller, "加我微信 moon_0413 聊", confirmed=True)
    flag = MessageFlag.objects.get()
    with after():
        assert empty_old_messages() == 0  # nobody has decided
        assert MessageFlag.objects.get().words
        services.clear_flag(flag_id=flag.pk, moderator=make_moderator())
        assert empty_old_messages() == 1
    flag.refresh_from_db()
    assert (flag.words, flag.findings, flag.status) == ("", [], FlagStatus.CLEARED)
    assert texts(conversation) == [""]


def test_a_question_to_support_is_kept_while_it_is_open(buyer):
    case = support.open_case(person=buyer, topic=Topic.MONEY, subject="退款没到账", body="卡号6222020200112233")
    with after():
        assert empty_old_messages() == 0
        support.solve_case(case_id=case.pk, by=buyer)
        assert empty_old_messages() == 1
    assert "6222020200112233" not in texts(case.conversation)


def test_what_was_said_to_support_about_an_order_is_kept_as_long_as_the_order(order):
    """A court that has it kept wants to know what its buyer was told, too; so does whoever keeps an order that still runs."""
    case = support.open_case(person=order.buyer, topic=Topic.ORDER, subject="退吗", body="卖家说不退", order=order)
    support.solve_case(case_id=case.pk, by=order.buyer)
    staff = make_moderator()
    hold = orders.hold_order(number=order.number, staff=staff, reason="（2026）浙0106民初1号")
    with after():
        assert (empty_old_orders(), empty_old_messages()) == (0, 0)
        assert "卖家说不退" in "".join(texts(case.conversation))
        orders.release_hold(hold_id=hold.pk, staff=staff, reason="已结案")
        assert (empty_old_orders(), empty_old_messages()) == (1, 1)
    assert "卖家说不退" not in "".join(texts(case.conversation))


def test_the_bells_of_those_who_were_told_do_not_keep_what_was_said(talk, order, buyer, seller):
    """Each line at a bell quotes its message, in a row of its own."""
    mark_all_read(recipient=buyer)
    told = Notification.objects.filter(kind=NotificationKind.MESSAGE)
    assert {"收到了", "看附件"} <= set(told.values_list("body", flat=True))
    others = Notification.objects.exclude(kind=NotificationKind.MESSAGE).order_by("pk")
    before = list(others.values("body", "url"))
    with after():
        empty_old_orders()
        assert {"收到了", "看附件"} <= set(told.values_list("body", flat=True))
        empty_old_messages()
    assert set(told.values_list("body", flat=True)) == {"[已到期删除]"}
    assert list(others.values("body", "url")) == before
    assert {line.recipient for line in told} == {buyer, seller}


def test_a_long_conversation_goes_in_batches_and_a_stopped_run_is_taken_up_again(
    conversation, buyer, seller, monkeypatch
):
    monkeypatch.setattr("marketplace.messaging.services.emptying.BATCH", 2)
    for number in range(5):
        say(conversation, (buyer, seller)[number % 2], f"第{number}句")
    with after():
        assert services.empty_conversation(conversation_id=conversation.pk) == 2
        monkeypatch.setattr("marketplace.messaging.tasks.Deadline", lambda: Deadline(0))
        assert empty_old_messages() == 0
        monkeypatch.setattr("marketplace.messaging.tasks.Deadline", Deadline)
        assert empty_old_messages() == 1
    assert texts(conversation) == [""] * 5


def test_what_the_job_forgot_is_found(talk, order):
    with after():
        empty_old_orders()
    assert overdue() >= 5  # three messages, a file, an earlier wording
    with after():
        empty_old_messages()
    assert overdue() == 0


def test_the_pages_say_that_its_time_was_over(talk, order, buyer):
    with after():
        empty_old_orders()
        empty_old_messages()
        browser = Client()
        browser.force_login(buyer, backend="django.contrib.auth.backends.ModelBackend")
        page = browser.get(talk.get_absolute_url()).content.decode()
        assert page.count("这条消息的文字和文件已到期删除") == 3
        row = next(row for row in inbox(buyer) if row.conversation == talk)
        assert row.is_emptied
        assert "已到期删除" in browser.get("/messages/").content.decode()
