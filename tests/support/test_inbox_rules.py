"""The inbox does not swallow, forget or give away what people ask."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core import clock
from marketplace.messaging.models import Message
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from marketplace.support import selectors, services
from marketplace.support.errors import SupportErrorCode
from marketplace.support.models import CannedAnswer, Priority
from marketplace.support.states import CaseStatus
from marketplace.support.tasks import escalate_overdue_cases
from tests.factories import make_user, staff_group
from tests.logins import log_in
from tests.support.test_cases import ask, make_support, refused, say

pytestmark = pytest.mark.django_db


def told(notice):
    return [line.recipient for line in Notification.objects.filter(notice=f"talk.{notice}").order_by("pk")]


def test_an_empty_note_is_a_reading_and_two_readings_are_one_line(buyer, django_capture_on_commit_callbacks):
    client, case = log_in(make_support()), ask(buyer)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("support_note", args=[case.pk]), {"text": ""})
    client.post(reverse("support_answer", args=[case.pk]), {"body": ""})
    client.get(reverse("support_case", args=[case.pk]))
    assert AdminLog.objects.filter(action="support.read").count() == 1


def test_staff_does_not_open_a_question_of_their_own():
    staff = make_support()
    case = ask(staff)
    services.note_case(case_id=case.pk, author=make_support("小林"), text="此人多次投诉")
    client = log_in(staff)
    assert client.get(reverse("support_case", args=[case.pk])).status_code == 404
    assert client.post(reverse("support_answer", args=[case.pk]), {"body": ""}).status_code == 404


def test_what_came_after_the_page_was_read_is_not_called_solved(buyer):
    staff = make_support()
    client, case = log_in(staff), ask(buyer)
    page = client.get(reverse("support_case", args=[case.pk])).content.decode()
    assert page.count('name="seen" value="1"') == 2
    say(case, "还是不行")
    refused(SupportErrorCode.NEW_MESSAGE, services.solve_case, case_id=case.pk, by=staff, seen=1)
    answer = client.post(reverse("support_answer", args=[case.pk]), {"body": "已退款。", "solve": "1", "seen": "1"})
    assert answer.status_code == 422
    assert "已退款。" in answer.content.decode()
    assert 'name="seen" value="2"' in answer.content.decode()
    client.post(reverse("support_solve", args=[case.pk]), {"seen": "1"})
    case.refresh_from_db()
    assert (case.status, Message.objects.count()) == (CaseStatus.WAITING, 2)
    client.post(reverse("support_answer", args=[case.pk]), {"body": "已退款。", "solve": "1", "seen": "2"})
    case.refresh_from_db()
    assert case.status == CaseStatus.SOLVED


def test_who_has_a_case_hears_when_it_is_given_to_them_asked_again_and_overdue(buyer):
    staff, colleague = make_support(), make_support("小林")
    case = ask(buyer)
    services.assign_case(case_id=case.pk, by=staff, to=staff)
    assert told("support_assigned") == []
    services.assign_case(case_id=case.pk, by=staff, to=colleague)
    assert told("support_assigned") == [colleague]
    services.answer_case(case_id=case.pk, staff=staff, body="明天到账。")
    say(case)
    say(case)
    assert told("support_said") == [colleague]
    case.refresh_from_db()
    with clock.moved_to(case.due_at + timedelta(minutes=1)):
        assert escalate_overdue_cases() == 1
    assert colleague in told("support_overdue")


def test_where_nobody_leads_all_of_support_hears_and_where_nobody_is_it_is_asked_again(buyer):
    case = ask(buyer)
    with clock.moved_to(case.due_at + timedelta(minutes=1)):
        assert escalate_overdue_cases() == 0
        case.refresh_from_db()
        assert case.escalated_at is None
        staff = make_support()
        assert escalate_overdue_cases() == 1
    assert told("support_overdue") == [staff]


def test_a_case_begun_again_is_nobodys_when_its_colleague_left_and_no_longer_can_wait(buyer):
    staff = make_support()
    case = ask(buyer)
    services.prioritise_case(case_id=case.pk, by=staff, priority=Priority.LOW)
    services.answer_case(case_id=case.pk, staff=staff, body="明天到账。")
    services.solve_case(case_id=case.pk, by=staff)
    staff.groups.clear()
    say(case)
    case.refresh_from_db()
    assert (case.assigned_to, case.priority, case.status) == (None, Priority.NORMAL, CaseStatus.WAITING)


def test_a_long_talk_costs_no_query_a_message_and_comes_in_pages(buyer):
    client, case = log_in(make_support()), ask(buyer)
    address = reverse("support_case", args=[case.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(4):
        say(case, f"第{number}句")
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) <= len(few)
    case = selectors.case_for_staff(make_user(), case.pk)
    assert [message.sequence for message in selectors.thread_of(case, limit=2)] == [4, 5]
    assert [message.sequence for message in selectors.thread_of(case, before=4, limit=2)] == [2, 3]
    assert 'href="?before=' not in client.get(address).content.decode()
    assert "第3句" not in client.get(address, {"before": "5"}).content.decode()


def test_the_inbox_costs_no_query_a_row(buyer, seller):
    client, address = log_in(make_support()), reverse("support_inbox")
    ask(buyer)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for person in (seller, make_user(), make_user()):
        ask(person)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_names_are_filled_in_once_and_a_missing_order_is_a_gap_to_be_seen():
    buyer = make_user(name="{order}")
    case = ask(buyer)
    CannedAnswer.objects.create(title="退款", body="{name}，订单 {order} 的退款已处理。")
    (ready,) = [one for one in selectors.ready_answers(case) if one.title == "退款"]
    assert ready.body == "{order}，订单 【订单号】 的退款已处理。"


def test_a_ready_answer_with_a_place_that_nothing_fills_is_refused():
    CannedAnswer(title="退款", body="{name}，{order}").full_clean()
    with pytest.raises(ValidationError) as caught:
        CannedAnswer(title="退款", body="{nmae}，您好").full_clean()
    assert "{nmae}" in str(caught.value)


def test_two_clicks_on_answer_are_one_answer(buyer):
    client, case = log_in(make_support()), ask(buyer)
    told_twice = {"body": "明天到账。", "client_id": "7f1c4f0e-5c0e-4b5c-8a34-0c4b7f0f9f11"}
    client.post(reverse("support_answer", args=[case.pk]), told_twice)
    client.post(reverse("support_answer", args=[case.pk]), told_twice)
    assert Message.objects.filter(body="明天到账。").count() == 1


def test_who_leads_support_gives_a_case_to_a_colleague(buyer):
    lead, colleague = make_user(), make_support()
    lead.groups.add(staff_group("administrator"))
    case = services.assign_case(case_id=ask(buyer).pk, by=lead, to=colleague)
    assert case.assigned_to == colleague
