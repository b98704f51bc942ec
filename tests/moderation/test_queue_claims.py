"""Claims beside second opinions, how long work took, and cases that were decided at their own desk a moment ago."""

from datetime import timedelta

import pytest
from django.db import connection

from marketplace.core import clock
from marketplace.messaging.models import MessageFlag
from marketplace.messaging.services import clear_flag, start_conversation
from marketplace.moderation import reports
from marketplace.moderation.models import DecisionReason, Effect, ModerationDecision, ModerationQueue, Report
from marketplace.moderation.quality import opinions, workload
from marketplace.moderation.queue import selectors, services
from marketplace.moderation.queue.errors import QueueError, QueueErrorCode
from marketplace.moderation.queue.sources import sources
from tests.factories import make_moderator, make_user, make_verified_seller
from tests.messaging.test_flagging import hold
from tests.moderation.decided import open_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(db):
    return make_moderator()


def claimed(moderator, title="奶茶店标志"):
    case = open_case(person=make_verified_seller(), title=title)
    return services.claim_case(case_id=case.pk, staff=moderator)


def ask(case, moderator):
    return opinions.ask_opinion(case_id=case.pk, staff=moderator, question="算吗？")


def decide(case, staff):
    reason = DecisionReason.objects.get(code="H1")
    return services.decide_case(case_id=case.pk, staff=staff, effect=Effect.WARN, reason=reason, words="请改。")


def refused(code, act, **arguments):
    with pytest.raises(QueueError) as refusal:
        act(**arguments)
    assert refusal.value.code == code


def test_what_waits_for_a_colleague_holds_nobody_up(moderator):
    asked = claimed(moderator)
    ask(asked, moderator)
    assert services.claim_next(staff=moderator) is None
    other = open_case(person=make_verified_seller(), title="海报")
    assert services.claim_next(staff=moderator) == other
    decide(other, moderator)
    assert services.claim_next(staff=make_moderator()) is None  # it is claimed all the same


def test_a_question_holds_a_case_no_longer_than_its_claim(moderator):
    case = claimed(moderator)
    began = clock.now()
    ask(case, moderator)
    with clock.moved_to(began + timedelta(days=3)):
        assert services.claim_next(staff=make_moderator()) == case


def test_a_case_that_was_released_is_the_next_for_anybody_though_a_question_is_open(moderator):
    case = claimed(moderator)
    ask(case, moderator)
    services.release_case(case_id=case.pk, staff=moderator)
    assert services.claim_next(staff=make_moderator()) == case


def test_an_answered_question_is_the_next_case_again(moderator):
    asked = claimed(moderator)
    opinion = ask(asked, moderator)
    opinions.answer_opinion(opinion_id=opinion.pk, staff=make_moderator(), would_act=True, answer="算。")
    open_case(person=make_verified_seller(), title="海报")
    assert services.claim_next(staff=moderator) == asked


def test_who_released_a_case_and_took_it_again_keeps_it_when_the_answer_comes(moderator):
    case = claimed(moderator)
    began = clock.now()
    opinion = ask(case, moderator)
    services.release_case(case_id=case.pk, staff=moderator)
    with clock.moved_to(began + timedelta(hours=1)):
        services.claim_case(case_id=case.pk, staff=moderator)
    with clock.moved_to(began + timedelta(hours=1, minutes=5)):
        opinions.answer_opinion(opinion_id=opinion.pk, staff=make_moderator(), would_act=True, answer="算。")
        refused(QueueErrorCode.CLAIMED_BY_OTHER, services.claim_case, case_id=case.pk, staff=make_moderator())
        assert 5 * 60 <= decide(case, moderator).seconds < 6 * 60


def test_a_claim_that_lapsed_unnoticed_begins_anew_with_the_question(moderator):
    case = claimed(moderator)
    began = clock.now()
    with clock.moved_to(began + timedelta(hours=3)):
        opinion = ask(case, moderator)
    with clock.moved_to(began + timedelta(hours=4)):
        opinions.answer_opinion(opinion_id=opinion.pk, staff=make_moderator(), would_act=True, answer="算。")
        assert decide(case, moderator).seconds < 60


def test_how_long_work_took_is_known_of_claimed_cases_alone(moderator):
    assert decide(open_case(person=make_verified_seller()), moderator).seconds is None
    case = claimed(moderator)
    ask(case, moderator)
    assert decide(case, moderator).seconds is None  # its clock stands still ahead of the time
    case = claimed(moderator)
    with clock.moved_to(case.claimed_at + timedelta(seconds=90)):
        assert decide(case, moderator).seconds == 90


def test_what_a_colleague_decided_at_its_desk_is_neither_claimed_nor_decided_again(moderator, buyer):
    """Before the queue is taken in, which is at most half a minute later."""
    case = open_case(person=make_verified_seller())
    report = Report.objects.get()
    reports.dismiss_report(report=report, staff=make_moderator(), words="没有发现违规。")
    refused(QueueErrorCode.DECIDED_ALREADY, services.claim_case, case_id=case.pk, staff=moderator)
    assert services.claim_next(staff=moderator) is None
    refused(
        QueueErrorCode.DECIDED_ALREADY,
        services.decide_case,
        case_id=case.pk,
        staff=moderator,
        effect=Effect.SUSPEND,
        reason=DecisionReason.objects.get(code="F1"),
        words="涉嫌诈骗。",
        days=3,
    )
    case.refresh_from_db()
    case.person.refresh_from_db()
    assert case.person.is_active
    assert not ModerationDecision.objects.exists()
    services.take_in()
    assert ModerationDecision.objects.get().effect == Effect.NOTHING


def test_a_message_that_was_cleared_at_its_desk_brings_nobody_a_strike(moderator, buyer):
    hold(start_conversation(buyer=buyer, seller=make_verified_seller()), buyer)
    services.take_in()
    case = ModerationQueue.objects.get(kind="message")
    services.claim_case(case_id=case.pk, staff=moderator)
    clear_flag(flag_id=MessageFlag.objects.get().pk, moderator=make_moderator())
    with pytest.raises(QueueError) as refusal:
        decide(case, moderator)
    assert refusal.value.code == QueueErrorCode.DECIDED_ALREADY
    assert not buyer.strikes.exists()
    assert not ModerationDecision.objects.exists()


def test_of_many_old_cases_the_open_ones_are_found_by_their_indexes(moderator):
    """At ten million orders there are far more decided cases than open ones."""
    case = open_case(person=make_verified_seller())
    people = {"claimed_by": None, "person": make_user()}
    old = [
        ModerationQueue(
            kind=case.kind, content_type=case.content_type, object_id=100_000 + number, status="decided",
            due_at=case.due_at, decided_at=clock.now() - timedelta(days=400), **people,
        )
        for number in range(6_000)
    ]  # fmt: skip
    ModerationQueue.objects.bulk_create(old)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE moderation_moderationqueue")
    report_source = next(source for source in sources() if source.kind == "report")
    asked = {
        "list": selectors.open_cases(moderator),
        "own": selectors.open_cases(moderator).filter(claimed_by=moderator),
        "take in": report_source.cases(),
    }
    for name, rows in asked.items():
        assert "Seq Scan on moderation_moderationqueue" not in rows.explain(), name
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selectors, "still_open", lambda: selectors.Q(decided_at__isnull=True))
        assert "Seq Scan on moderation_moderationqueue" in selectors.open_cases(moderator).explain()  # control


def test_a_claim_that_lapsed_is_no_work_in_hand(moderator):
    case = claimed(moderator)
    assert workload.workload_of(moderator).claimed == 1
    with clock.moved_to(case.claimed_at + timedelta(hours=2)):
        assert workload.workload_of(moderator).claimed == 0
        assert workload.team().people == []
