"""Flagged and reported messages in the admin: with what was said around them, and for moderators alone."""

import pytest
from django.urls import reverse

from marketplace.messaging.models import FlagStatus, Message, MessageFlag
from marketplace.messaging.selectors import flags
from marketplace.messaging.services import (
    let_support_in,
    say_as_support,
    send_message,
    start_conversation,
    withdraw_message,
)
from marketplace.moderation import reports
from marketplace.moderation.errors import ReportError, ReportErrorCode
from marketplace.moderation.models import AdminLog, Report, ReportReason, ReportStatus
from marketplace.notifications.models import Notification
from marketplace.payments.todo_selectors import todos_of
from marketplace.support.models import Topic
from marketplace.support.services import open_case
from tests.factories import make_moderator, make_paid_order, make_user, staff_group
from tests.logins import log_in
from tests.messaging.test_flagging import CONTACT, hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(buyer, seller):
    return start_conversation(buyer=buyer, seller=seller)


@pytest.fixture
def desk(db):
    return log_in(make_moderator())


def say(conversation, sender, body, **more):
    return send_message(conversation_id=conversation.pk, sender=sender, body=body, **more)


def page_of(client, name, *arguments):
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_case_shows_what_was_found_and_what_was_said_around_it_withdrawn_words_too(conversation, buyer, seller, desk):
    say(conversation, seller, "预算多少？")
    gone = say(conversation, seller, "先付定金")
    withdraw_message(conversation_id=conversation.pk, sequence=gone.sequence, user=seller)
    say(conversation, buyer, CONTACT, confirmed=True)
    say(conversation, seller, "好的")
    flag = MessageFlag.objects.get()
    assert reverse("moderation_flag", args=[flag.pk]) in page_of(desk, "moderation_flags")
    page = page_of(desk, "moderation_flag", flag.pk)
    assert "<mark>加我微信" in page
    for words in ("预算多少？", "先付定金", "好的"):
        assert words in page


def test_a_held_message_is_delivered_from_the_desk(conversation, buyer, desk):
    flag = hold(conversation, buyer)
    desk.post(reverse("moderation_flag_clear", args=[flag.pk]))
    assert Message.objects.get().body == flag.words
    assert reverse("moderation_flag", args=[flag.pk]) not in page_of(desk, "moderation_flags")


def test_without_a_reason_nothing_is_decided(conversation, buyer, desk):
    flag = hold(conversation, buyer)
    address = reverse("moderation_flag_uphold", args=[flag.pk])
    assert desk.post(address, {"words": " "}).status_code == 422
    flag.refresh_from_db()
    assert flag.status == FlagStatus.OPEN
    desk.post(address, {"words": "请在平台内付款。"})
    flag.refresh_from_db()
    assert (flag.status, flag.decision) == (FlagStatus.UPHELD, "请在平台内付款。")


def test_support_reads_no_flagged_messages(conversation, buyer):
    flag = hold(conversation, buyer)
    staff = make_user()
    staff.groups.add(staff_group("support"))
    client = log_in(staff)
    for name, arguments in (("moderation_flags", []), ("moderation_flag", [flag.pk])):
        assert client.get(reverse(name, args=arguments)).status_code in (302, 403)
    assert client.post(reverse("moderation_flag_clear", args=[flag.pk])).status_code in (302, 403)
    flag.refresh_from_db()
    assert flag.status == FlagStatus.OPEN


def test_a_message_is_reported_from_its_conversation_by_who_reads_it(
    conversation, buyer, seller, buyer_client, seller_client
):
    message = say(conversation, seller, "不干就算了，骗子")
    address = reverse("moderation:report_message", args=[conversation.pk, message.sequence])
    assert address in buyer_client.get(conversation.get_absolute_url()).content.decode()
    buyer_client.post(address, {"reason": "other", "words": "骂人"})
    assert Report.objects.get().target == message
    assert log_in(make_user()).get(address).status_code == 404
    with pytest.raises(ReportError) as caught:
        reports.report_message(message=message, reporter=seller, reason=ReportReason.OTHER, words="试")
    assert caught.value.code == ReportErrorCode.OWN_MESSAGE
    assert Report.objects.count() == 1


def test_a_reported_message_is_read_with_its_context_and_taken_out(conversation, buyer, seller, desk):
    say(conversation, buyer, "请按约定交付")
    message = say(conversation, seller, "不干就算了，骗子")
    report = reports.report_message(message=message, reporter=buyer, reason=ReportReason.OTHER, words="骂人")
    assert reverse("moderation_report", args=[report.pk]) in page_of(desk, "moderation_reports")
    page = page_of(desk, "moderation_report", report.pk)
    assert "请按约定交付" in page
    desk.post(reverse("moderation_report_uphold", args=[report.pk]), {"words": "请文明沟通。"})
    report.refresh_from_db()
    message.refresh_from_db()
    assert (report.status, message.is_withdrawn, message.body) == (ReportStatus.UPHELD, True, "")
    assert message.revisions.get().body == "不干就算了，骗子"


def test_a_dismissed_report_leaves_the_message_where_it_is(conversation, buyer, seller, desk):
    message = say(conversation, seller, "明天交付")
    report = reports.report_message(message=message, reporter=buyer, reason=ReportReason.OTHER, words="试")
    desk.post(reverse("moderation_report_dismiss", args=[report.pk]), {"words": "没有违规。"})
    message.refresh_from_db()
    assert message.body == "明天交付"


def test_support_reads_the_reported_message_alone_and_not_what_was_said_around_it(conversation, buyer, seller, desk):
    say(conversation, buyer, "请按约定交付")
    gone = say(conversation, seller, "先转我微信")
    withdraw_message(conversation_id=conversation.pk, sequence=gone.sequence, user=seller)
    message = say(conversation, seller, "不干就算了，骗子")
    report = reports.report_message(message=message, reporter=buyer, reason=ReportReason.OTHER, words="骂人")
    staff = make_user()
    staff.groups.add(staff_group("support"))
    page = page_of(log_in(staff), "moderation_report", report.pk)
    assert "不干就算了" in page
    assert "请按约定交付" not in page
    assert "先转我微信" not in page
    assert "先转我微信" in page_of(desk, "moderation_report", report.pk)


def test_who_reads_a_reported_message_leaves_one_line_a_day(conversation, buyer, seller):
    message = say(conversation, seller, "不干就算了，骗子")
    report = reports.report_message(message=message, reporter=buyer, reason=ReportReason.OTHER, words="骂人")
    moderator = make_moderator()
    client = log_in(moderator)
    client.post(reverse("moderation_report_uphold", args=[report.pk]), {"words": ""})
    (line,) = AdminLog.objects.filter(action="report.read")
    assert (line.actor, line.subject, line.data["report"]) == (moderator, seller, report.pk)


def test_a_moderator_does_not_open_a_case_of_their_own_conversation(seller):
    moderator = make_moderator()
    conversation = start_conversation(buyer=moderator, seller=seller)
    message = say(conversation, seller, "不干就算了，骗子")
    report = reports.report_message(message=message, reporter=moderator, reason=ReportReason.OTHER, words="骂人")
    flag, client = hold(conversation, moderator), log_in(moderator)
    assert client.get(reverse("moderation_report", args=[report.pk])).status_code == 404
    assert client.get(reverse("moderation_flag", args=[flag.pk])).status_code == 404
    assert client.post(reverse("moderation_flag_clear", args=[flag.pk])).status_code == 404
    assert not AdminLog.objects.exists()
    flag.refresh_from_db()
    assert flag.status == FlagStatus.OPEN


def test_who_wrote_what_was_taken_out_after_a_report_is_told_why(conversation, buyer, seller):
    message = say(conversation, seller, "不干就算了，骗子")
    report = reports.report_message(message=message, reporter=buyer, reason=ReportReason.OTHER, words="骂人")
    reports.uphold_report(report=report, staff=make_moderator(), words="请文明沟通。")
    told = Notification.objects.get(recipient=seller, notice="talk.message_taken_out")
    assert "请文明沟通。" in told.body
    assert "不干就算了" in told.body


def test_a_line_of_the_platforms_staff_is_not_reported_and_shows_no_name(buyer, buyer_client):
    order, mediator = make_paid_order(buyer=buyer), make_moderator()
    there = let_support_in(order=order)
    line = say_as_support(conversation_id=there.pk, staff=mediator, body="请双方说明情况。")
    address = reverse("moderation:report_message", args=[there.pk, line.sequence])
    assert buyer_client.get(address).status_code == 404


def test_posting_without_words_to_a_flag_is_a_reading_too(conversation, buyer, desk):
    flag = hold(conversation, buyer)
    desk.post(reverse("moderation_flag_uphold", args=[flag.pk]), {"words": " "})
    assert AdminLog.objects.filter(action="message.read").count() == 1


def test_a_refused_release_keeps_the_reason_that_was_typed(conversation, buyer, desk):
    flag = hold(conversation, buyer)
    buyer.is_active = False
    buyer.save()
    answer = desk.post(reverse("moderation_flag_clear", args=[flag.pk]), {"words": "想说的理由"})
    assert answer.status_code == 422
    assert "想说的理由" in answer.content.decode()


def test_the_lists_show_no_words_of_conversations(conversation, buyer, seller, desk):
    flag = hold(conversation, buyer)
    message = say(conversation, seller, "不干就算了，骗子")
    reports.report_message(message=message, reporter=buyer, reason=ReportReason.OTHER, words="骂人")
    flags = desk.get(reverse("moderation_flags")).content.decode()
    assert reverse("moderation_flag", args=[flag.pk]) in flags
    assert flag.words not in flags
    found = desk.get(reverse("moderation_reports")).content.decode()
    assert "不干就算了" not in found
    assert seller.display_name in found


def test_what_waits_for_moderators_and_support_stands_on_their_first_page(conversation, buyer, seller):
    hold(conversation, buyer)
    message = say(conversation, seller, "不干就算了，骗子")
    reports.report_message(message=message, reporter=buyer, reason=ReportReason.OTHER, words="骂人")
    open_case(person=buyer, topic=Topic.MONEY, subject="退款没到账", body="三天了")
    staff, apart = make_user(), make_moderator()
    staff.groups.add(staff_group("support"))
    waits = {todo.url_name: todo.number for todo in [*todos_of(apart), *todos_of(staff)]}
    assert (waits["moderation_flags"], waits["moderation_reports"], waits["support_inbox"]) == (1, 1, 1)
    assert "客服提问" in log_in(staff).get(reverse("wagtailadmin_home")).content.decode()


def test_around_a_held_message_stands_what_was_said_when_it_was_written(conversation, buyer, seller, desk, monkeypatch):
    monkeypatch.setattr(flags.context_of, "__kwdefaults__", {"limit": 2})
    say(conversation, seller, "图什么时候要")
    flag = hold(conversation, buyer)
    for words in ("后天吧", "好的", "辛苦"):
        say(conversation, seller, words)
    page = page_of(desk, "moderation_flag", flag.pk)
    places = [page.index(words) for words in ("图什么时候要", "<mark>", "后天吧", "好的")]
    assert places == sorted(places)
    assert "辛苦" not in page
