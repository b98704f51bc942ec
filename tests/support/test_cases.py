"""Questions to support: their clock in opening hours, who has them, and how they end."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import Conversation, ConversationKind, Message
from marketplace.messaging.services import send_message
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from marketplace.support import selectors, services
from marketplace.support.clocks import answer_due
from marketplace.support.errors import SupportError, SupportErrorCode
from marketplace.support.models import CannedAnswer, SupportCase, Topic
from marketplace.support.states import CASE_TRANSITIONS, CLOCK, PERSON, STAFF, CaseStatus
from marketplace.support.tasks import close_silent_cases
from tests.factories import make_paid_order, make_user, staff_group

pytestmark = pytest.mark.django_db


def make_support(name="小陈"):
    staff = make_user(name=name)
    staff.groups.add(staff_group("support"))
    return staff


def ask(person, **more):
    told = {"topic": Topic.MONEY, "subject": "退款没到账", "body": "退款三天了还没到。"}
    return services.open_case(person=person, **(told | more))


def say(case, body="还有一个问题"):
    return send_message(conversation_id=case.conversation_id, sender=case.person, body=body)


def refused(code, act, **told):
    with pytest.raises(SupportError) as caught:
        act(**told)
    assert caught.value.code == code


def at(day, hour, minute=0):
    """A moment of November 2026 in China; the 27th is a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_question_is_a_conversation_with_support_whose_clock_runs(buyer):
    order = make_paid_order(buyer=buyer)
    case = ask(buyer, order=order, files=[SimpleUploadedFile("截图.txt", b"1")])
    assert (case.status, case.person, case.order) == (CaseStatus.WAITING, buyer, order)
    assert case.conversation.kind == ConversationKind.SUPPORT
    assert case.due_at == answer_due(case.waiting_since)
    message = Message.objects.get(conversation=case.conversation)
    assert (message.body, message.attachments.count()) == ("退款三天了还没到。", 1)


def test_what_cannot_be_sent_leaves_nothing_behind(buyer):
    with pytest.raises(MessagingError):
        ask(buyer, body=" ")
    set_config(key="messaging.per_minute", value=1, reason="试")
    ask(buyer)
    with pytest.raises(MessagingError):
        ask(buyer)
    assert SupportCase.objects.count() == Conversation.objects.filter(kind=ConversationKind.SUPPORT).count() == 1


def test_one_has_so_many_questions_open(buyer):
    set_config(key="support.open_per_person", value=1, reason="试")
    case = ask(buyer)
    refused(SupportErrorCode.TOO_MANY_OPEN, ask, person=buyer)
    services.solve_case(case_id=case.pk, by=buyer)
    ask(buyer)


def test_the_clock_runs_in_opening_hours_alone():
    for key, value in (("answer_hours", 4), ("opens_hour", 9), ("closes_hour", 18), ("works_weekends", 0)):
        set_config(key=f"support.{key}", value=value, reason="试")
    assert answer_due(at(26, 10)) == at(26, 14)
    assert answer_due(at(27, 17)) == at(30, 12)  # Friday evening to Monday
    set_config(key="support.works_weekends", value=1, reason="试")
    assert answer_due(at(27, 17)) == at(28, 12)


def test_an_answer_stops_the_clock_and_the_next_question_starts_it_again(buyer):
    staff = make_support()
    case = ask(buyer)
    services.answer_case(case_id=case.pk, staff=staff, body="已催银行，今天到账。")
    case.refresh_from_db()
    assert (case.status, case.due_at, case.assigned_to, case.late_answers) == (CaseStatus.ANSWERED, None, staff, 0)
    assert case.first_answered_at == case.answered_at is not None
    assert Notification.objects.filter(recipient=buyer, body="已催银行，今天到账。").exists()
    first = say(case)
    say(case, "在吗")
    case.refresh_from_db()
    assert (case.status, case.waiting_since) == (CaseStatus.WAITING, first.created_at)


def test_an_answer_after_its_time_is_counted_as_late(buyer):
    staff = make_support()
    case = ask(buyer)
    with clock.moved_to(case.due_at + timedelta(minutes=1)):
        assert selectors.as_rows([case], clock.now())[0].is_overdue
        services.answer_case(case_id=case.pk, staff=staff, body="抱歉久等。")
    case.refresh_from_db()
    assert case.late_answers == 1


def test_a_message_begins_a_solved_question_again(buyer):
    case = ask(buyer)
    services.solve_case(case_id=case.pk, by=buyer)
    services.solve_case(case_id=case.pk, by=buyer)
    case.refresh_from_db()
    assert (case.status, case.due_at) == (CaseStatus.SOLVED, None)
    say(case)
    case.refresh_from_db()
    assert (case.status, case.solved_at) == (CaseStatus.WAITING, None)


def test_an_answer_that_nobody_comes_back_to_is_the_end(buyer):
    staff = make_support()
    case, waiting = ask(buyer), ask(buyer)
    services.answer_case(case_id=case.pk, staff=staff, body="请看订单页。")
    assert close_silent_cases() == 0
    with clock.moved_to(clock.now() + timedelta(days=3, minutes=1)):
        assert close_silent_cases() == 1
        assert close_silent_cases() == 0
    case.refresh_from_db()
    waiting.refresh_from_db()
    assert (case.status, waiting.status) == (CaseStatus.SOLVED, CaseStatus.WAITING)


def test_a_case_goes_from_hand_to_hand_among_support_alone(buyer):
    staff, colleague = make_support(), make_support("小林")
    case = ask(buyer)
    services.assign_case(case_id=case.pk, by=staff, to=colleague)
    services.assign_case(case_id=case.pk, by=staff, to=colleague)
    assert list(selectors.inbox(colleague, show=selectors.MINE)) == [case]
    assert list(selectors.inbox(staff, show=selectors.UNASSIGNED)) == []
    assert AdminLog.objects.filter(action="support.assign").count() == 1
    refused(SupportErrorCode.NOT_STAFF, services.assign_case, case_id=case.pk, by=staff, to=make_user())
    refused(SupportErrorCode.NOT_STAFF, services.note_case, case_id=case.pk, author=make_user(), text="看看")
    refused(SupportErrorCode.NOT_STAFF, services.solve_case, case_id=case.pk, by=make_user())
    case.refresh_from_db()
    assert (case.assigned_to, case.status) == (colleague, CaseStatus.WAITING)
    services.assign_case(case_id=case.pk, by=staff, to=None)
    assert list(selectors.inbox(staff, show=selectors.UNASSIGNED)) == [case]


def test_nobody_answers_their_own_question():
    staff = make_support()
    case = ask(staff)
    refused(SupportErrorCode.OWN_CASE, services.answer_case, case_id=case.pk, staff=staff, body="好的")
    assert Message.objects.count() == 1


def test_whoever_sold_or_bought_it_neither_reads_nor_answers_the_question_about_an_order(buyer):
    order = make_paid_order(buyer=buyer)
    staff, colleague = order.seller, make_support()
    staff.groups.add(*colleague.groups.all())
    case = ask(buyer, order=order)
    assert list(selectors.inbox(staff, show="")) == []
    assert list(selectors.inbox(colleague, show="")) == [case]
    assert selectors.counts(staff)["waiting"] == 0
    with pytest.raises(Http404):
        selectors.case_for_staff(staff, case.pk)
    refused(SupportErrorCode.OWN_CASE, services.answer_case, case_id=case.pk, staff=staff, body="没有问题")
    refused(SupportErrorCode.OWN_CASE, services.solve_case, case_id=case.pk, by=staff)


def test_what_is_due_first_stands_on_top_and_can_be_looked_for(buyer, seller):
    staff = make_support()
    answered = ask(seller, subject="提现")
    services.answer_case(case_id=answered.pk, staff=staff, body="明天到账。")
    late = ask(buyer, subject="登录不了")
    with clock.moved_to(clock.now() + timedelta(minutes=5)):
        later = ask(seller, subject="发票")
    assert list(selectors.inbox(staff, show="")) == [late, later, answered]
    assert list(selectors.inbox(staff, show=selectors.WAITING)) == [late, later]
    assert list(selectors.inbox(staff, show="", query="发票")) == [later]
    assert selectors.counts(staff) == {"waiting": 2, "mine": 1, "unassigned": 2}


def test_ready_answers_are_those_of_the_topic_with_names_filled_in(buyer):
    order = make_paid_order(buyer=buyer)
    case = ask(buyer, order=order)
    CannedAnswer.objects.create(title="退款", topic=Topic.MONEY, body="{name}，订单 {order} 的退款已处理。")
    CannedAnswer.objects.create(title="旧的", body="旧", is_active=False)
    CannedAnswer.objects.create(title="登录", topic=Topic.ACCOUNT, body="请重置密码。")
    (ready,) = [one for one in selectors.ready_answers(case) if one.title in ("退款", "旧的", "登录")]
    assert ready.body == f"{buyer.display_name}，订单 {order.number} 的退款已处理。"


@pytest.mark.parametrize("actor", [PERSON, STAFF, CLOCK])
def test_the_moves_of_a_case_are_those_of_the_table(actor):
    allowed = {
        (source, target)
        for source in CaseStatus
        for target in CaseStatus
        if CASE_TRANSITIONS.allows(source, target, actor)
    }
    waiting, answered, solved = CaseStatus.WAITING, CaseStatus.ANSWERED, CaseStatus.SOLVED
    assert (
        allowed
        == {
            PERSON: {(answered, waiting), (solved, waiting), (waiting, solved), (answered, solved)},
            STAFF: {(waiting, answered), (solved, answered), (waiting, solved), (answered, solved)},
            CLOCK: {(answered, solved)},
        }[actor]
    )


def test_a_question_sent_twice_is_one_and_other_words_under_its_mark_are_not_lost(buyer):
    mark = uuid4()
    case = ask(buyer, client_id=mark)
    set_config(key="support.open_per_person", value=1, reason="试")
    assert ask(buyer, client_id=mark) == case
    with pytest.raises(MessagingError) as caught:
        ask(buyer, client_id=mark, body="另一件事")
    assert caught.value.code == MessagingErrorCode.REUSED
    assert SupportCase.objects.count() == Message.objects.count() == Conversation.objects.count() == 1


def test_only_an_order_of_ones_own_is_asked_about(buyer):
    refused(SupportErrorCode.NOT_OWN_ORDER, ask, person=buyer, order=make_paid_order())
    assert not Conversation.objects.filter(kind=ConversationKind.SUPPORT).exists()


def test_who_was_suspended_meanwhile_asks_nothing(buyer):
    User.objects.filter(pk=buyer.pk).update(is_active=False)
    with pytest.raises(MessagingError) as caught:
        ask(buyer)
    assert caught.value.code == MessagingErrorCode.SENDER_INACTIVE
    assert not Conversation.objects.exists()
