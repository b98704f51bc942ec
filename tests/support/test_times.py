"""How urgent a case is, what is overdue, who hears of it, and how support did."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from marketplace.support import selectors, services
from marketplace.support.clocks import opening_hours, solution_due
from marketplace.support.errors import SupportErrorCode
from marketplace.support.models import Priority
from marketplace.support.tasks import escalate_overdue_cases
from tests.factories import make_user, staff_group
from tests.logins import log_in
from tests.support.test_cases import ask, make_support, refused, say

pytestmark = pytest.mark.django_db


def make_lead():
    lead = make_user(name="组长")
    lead.groups.add(staff_group("administrator"))
    return lead


def test_support_is_there_from_nine_to_nine():
    hours = opening_hours()
    assert (hours.opens, hours.closes, hours.works_weekends) == (9, 21, True)


def test_what_is_urgent_comes_first_and_what_is_overdue_before_it(buyer, seller):
    staff = make_support()
    late = ask(buyer, subject="早的")
    with clock.moved_to(late.due_at + timedelta(minutes=1)):
        usual, urgent = ask(seller, subject="一般"), ask(seller, subject="急")
        services.prioritise_case(case_id=urgent.pk, by=staff, priority=Priority.URGENT)
        services.prioritise_case(case_id=urgent.pk, by=staff, priority=Priority.URGENT)
        assert list(selectors.inbox(staff, show="")) == [late, urgent, usual]
    assert AdminLog.objects.filter(action="support.prioritise").count() == 1
    refused(SupportErrorCode.NOT_STAFF, services.prioritise_case, case_id=usual.pk, by=buyer, priority=Priority.LOW)


def test_who_leads_support_hears_once_of_an_answer_that_is_overdue(buyer):
    lead, staff = make_lead(), make_support()
    case = ask(buyer)
    assert escalate_overdue_cases() == 0
    with clock.moved_to(case.due_at + timedelta(minutes=1)):
        assert escalate_overdue_cases() == 1
        assert escalate_overdue_cases() == 0
        assert services.escalate_case(case_id=case.pk) is False
    told = Notification.objects.filter(notice="talk.support_overdue")
    assert [(line.recipient, line.url) for line in told] == [(lead, reverse("support_case", args=[case.pk]))]
    services.answer_case(case_id=case.pk, staff=staff, body="抱歉久等。")
    say(case)
    case.refresh_from_db()
    assert case.escalated_at is None
    with clock.moved_to(case.due_at + timedelta(minutes=1)):
        assert escalate_overdue_cases() == 1


def test_a_question_is_to_be_solved_in_its_time_too(buyer):
    set_config(key="support.solve_hours", value=5, reason="试")
    case = ask(buyer)
    assert case.solve_due_at == solution_due(case.waiting_since)
    services.answer_case(case_id=case.pk, staff=make_support(), body="在查。")
    case.refresh_from_db()
    assert not selectors.as_rows([case], case.solve_due_at)[0].is_unsolved_late
    assert selectors.as_rows([case], case.solve_due_at + timedelta(minutes=1))[0].is_unsolved_late
    services.solve_case(case_id=case.pk, by=buyer)
    case.refresh_from_db()
    assert case.solve_due_at is None
    say(case)
    case.refresh_from_db()
    assert case.solve_due_at is not None


def test_the_measures_are_medians_of_what_people_waited(buyer, seller):
    staff = make_support()
    begun = clock.now()
    assert selectors.answer_figures(begun).median_first_answer is None
    for person, minutes in ((buyer, 10), (seller, 20), (make_user(), 60)):
        case = ask(person)
        with clock.moved_to(case.created_at + timedelta(minutes=minutes)):
            services.answer_case(case_id=case.pk, staff=staff, body="好的。")
            services.solve_case(case_id=case.pk, by=staff)
    ask(make_user())
    figures = selectors.answer_figures(begun - timedelta(minutes=1))
    assert (figures.questions, figures.overdue_now) == (4, 0)
    assert timedelta(minutes=19) < figures.median_first_answer < timedelta(minutes=21)
    assert timedelta(minutes=19) < figures.median_solved < timedelta(minutes=21)


def test_who_reads_a_case_leaves_a_line_and_sets_its_priority_there(buyer):
    staff = make_support()
    client, case = log_in(staff), ask(buyer)
    address = reverse("support_case", args=[case.pk])
    client.get(address)
    client.get(address)
    client.post(reverse("support_prioritise", args=[case.pk]), {"priority": "1"})
    case.refresh_from_db()
    assert case.priority == Priority.URGENT
    assert "紧急" in client.get(reverse("support_inbox")).content.decode()
    assert AdminLog.objects.filter(action="support.read", actor=staff).exists()
