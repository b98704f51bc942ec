"""The queue takes in what waits, gives each case to one person, and closes what was decided elsewhere."""

import re
from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.gigs.reviewing import ensure_gig_workflow
from marketplace.gigs.services import approve_review, create_gig, submit_gig
from marketplace.messaging.services import clear_flag, start_conversation
from marketplace.moderation import reports, review_decisions
from marketplace.moderation.models import (
    Effect,
    ModerationDecision,
    ModerationQueue,
    Priority,
    QueueKind,
    QueueStatus,
    ReportReason,
)
from marketplace.moderation.queue import selectors, services
from marketplace.moderation.queue.errors import QueueError, QueueErrorCode
from marketplace.moderation.queue.sources import source_of
from marketplace.moderation.review_watch import queue_review
from marketplace.moderation.roles import ensure_roles
from marketplace.reviews.models import Review
from tests.factories import (
    make_completed_order,
    make_gig,
    make_moderator,
    make_public_review,
    make_user,
    make_verified_seller,
    submit_identity,
)
from tests.gigs.content import content
from tests.logins import log_in
from tests.messaging.test_flagging import CONTACT, hold, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(db):
    """With a name that was checked: the factories' other sellers wait in the queue themselves."""
    return make_verified_seller()


@pytest.fixture
def gig(seller):
    return make_gig(seller=seller, title="奶茶店标志")


@pytest.fixture
def moderator(db):
    return make_moderator()


def report(gig, reporter, reason=ReportReason.COPIED):
    return reports.report_gig(gig=gig, reporter=reporter, reason=reason, words="第二张图是别人的作品。")


def case_of(kind) -> ModerationQueue:
    services.take_in()
    return ModerationQueue.objects.get(kind=kind)


def refused(code, act, **arguments):
    with pytest.raises(QueueError) as refusal:
        act(**arguments)
    assert refusal.value.code == code
    assert str(refusal.value.message)


# Taking in


def test_what_waits_becomes_a_case_once(gig, buyer):
    report(gig, buyer)
    assert services.take_in() == 1
    assert services.take_in() == 0
    case = ModerationQueue.objects.get()
    assert (case.kind, case.title, case.person, case.reported_by) == (QueueKind.REPORT, gig.title, gig.seller, buyer)
    assert (case.reason, case.priority, case.status) == ("copied", Priority.NORMAL, QueueStatus.OPEN)
    assert case.due_at - case.waiting_since == timedelta(hours=24)


def test_two_reports_of_one_thing_are_one_case_that_matters_more(gig, buyer):
    report(gig, buyer)
    services.take_in()
    report(gig, make_user())
    services.take_in()
    assert ModerationQueue.objects.get().priority == Priority.HIGH


def test_fraud_and_what_is_held_back_come_first(gig, buyer, seller):
    report(gig, buyer, ReportReason.FRAUD)
    hold(start_conversation(buyer=buyer, seller=seller), buyer)
    services.take_in()
    assert set(ModerationQueue.objects.values_list("priority", flat=True)) == {Priority.URGENT}


def test_what_is_overdue_becomes_high(gig, buyer):
    report(gig, buyer)
    services.take_in()
    with clock.moved_to(clock.now() + timedelta(hours=25)):
        services.take_in()
    assert ModerationQueue.objects.get().priority == Priority.HIGH


def test_a_case_closes_when_its_thing_is_decided_at_its_own_desk(buyer, seller, moderator):
    conversation = start_conversation(buyer=buyer, seller=seller)
    flag = hold(conversation, buyer)
    case = case_of(QueueKind.MESSAGE)
    clear_flag(flag_id=flag.pk, moderator=moderator)
    services.take_in()
    case.refresh_from_db()
    assert (case.status, case.decided_by) == (QueueStatus.DECIDED, moderator)
    decision = ModerationDecision.objects.get()
    assert (decision.case, decision.effect, decision.decided_by) == (case, Effect.NOTHING, moderator)


def test_an_identity_has_the_queues_own_deadline(db):
    submit_identity(make_user())
    case = case_of(QueueKind.IDENTITY)
    assert case.due_at - case.waiting_since == timedelta(hours=48)


def test_a_review_that_rules_found_is_completed_and_its_desk_writes_a_decision(moderator):
    review = make_public_review(make_completed_order(), body="加我微信 moon_0413 聊")
    assert queue_review(review.pk)
    case = case_of(QueueKind.REVIEW)
    assert (case.person, case.title) == (review.author, review.order.gig_title)
    review_decisions.leave_review(review=Review.objects.get(pk=review.pk), staff=moderator)
    services.take_in()
    assert ModerationDecision.objects.get().decided_by == moderator


def test_nobody_decided_what_was_taken_back(gig, buyer):
    """Its reporter's account is gone with the report: the case ends, and no decision is made up."""
    row = report(gig, buyer)
    case = case_of(QueueKind.REPORT)
    row.delete()
    services.take_in()
    case.refresh_from_db()
    assert case.status == QueueStatus.DECIDED
    assert not ModerationDecision.objects.exists()


def test_a_quiet_queue_costs_a_bounded_number_of_queries(gig, buyer, django_assert_max_num_queries):
    report(gig, buyer)
    services.take_in()
    with django_assert_max_num_queries(28):
        services.take_in()


# Claiming


def test_a_claim_is_one_persons_until_it_lapses(gig, buyer, moderator):
    report(gig, buyer)
    case = case_of(QueueKind.REPORT)
    services.claim_case(case_id=case.pk, staff=moderator)
    other = make_moderator()
    refused(QueueErrorCode.CLAIMED_BY_OTHER, services.claim_case, case_id=case.pk, staff=other)
    set_config(key="moderation.claim_minutes", value=10, reason="shorter")
    with clock.moved_to(clock.now() + timedelta(minutes=11)):
        assert services.claim_case(case_id=case.pk, staff=other).claimed_by == other


def test_a_released_case_is_free(gig, buyer, moderator):
    report(gig, buyer)
    case = case_of(QueueKind.REPORT)
    services.claim_case(case_id=case.pk, staff=moderator)
    services.release_case(case_id=case.pk, staff=make_moderator())
    case.refresh_from_db()
    assert case.claimed_by == moderator
    services.release_case(case_id=case.pk, staff=moderator)
    case.refresh_from_db()
    assert (case.claimed_by, case.status) == (None, QueueStatus.OPEN)


def test_nobody_claims_what_concerns_them_or_what_their_role_does_not_decide(gig, moderator):
    report(gig, moderator)
    case = case_of(QueueKind.REPORT)
    refused(QueueErrorCode.ABOUT_YOURSELF, services.claim_case, case_id=case.pk, staff=moderator)
    support = make_user()
    support.groups.add(ensure_roles()["support"])
    refused(QueueErrorCode.NOT_PERMITTED, services.claim_case, case_id=case.pk, staff=support)
    with pytest.raises(Http404):
        selectors.case_for_staff(moderator, case.pk)


def test_what_is_decided_is_claimed_by_nobody(gig, buyer, moderator):
    row = report(gig, buyer)
    case = case_of(QueueKind.REPORT)
    reports.dismiss_report(report=row, staff=moderator, words="没有发现违规。")
    services.take_in()
    refused(QueueErrorCode.DECIDED_ALREADY, services.claim_case, case_id=case.pk, staff=moderator)


def test_the_next_case_is_ones_own_first_and_then_the_most_urgent(gig, buyer, seller, moderator):
    report(gig, buyer)
    hold(start_conversation(buyer=buyer, seller=seller), buyer)
    services.take_in()
    first = services.claim_next(staff=moderator)
    assert first.kind == QueueKind.MESSAGE
    assert services.claim_next(staff=moderator) == first
    second = services.claim_next(staff=make_moderator())
    assert second.kind == QueueKind.REPORT
    assert services.claim_next(staff=make_moderator()) is None


# Pages


def test_the_list_shows_what_waits_by_view_kind_and_priority(gig, buyer, seller, moderator):
    report(gig, buyer)
    send(start_conversation(buyer=buyer, seller=seller), buyer, CONTACT, confirmed=True)
    client = log_in(moderator)
    address = reverse("moderation_queue")
    page = client.get(address).content.decode()
    assert "奶茶店标志" in page
    assert CONTACT not in page
    assert [row.case.kind for row in client.get(f"{address}?kind=message").context["rows"]] == ["message"]
    assert client.get(f"{address}?show=mine").context["rows"] == []
    assert len(client.get(f"{address}?priority=50").context["rows"]) == 2
    assert client.get(f"{address}?kind=nonsense&page=x").status_code == 200


def test_taking_the_next_one_leads_to_its_page_with_the_person_beside_it(gig, buyer, moderator):
    report(gig, buyer)
    client = log_in(moderator)
    answer = client.post(reverse("moderation_queue_take"))
    case = ModerationQueue.objects.get()
    assert answer.url == reverse("moderation_queue_case", args=[case.pk])
    page = client.get(answer.url).content.decode()
    for words in ("第二张图是别人的作品。", gig.seller.display_name, "data-decide"):
        assert words in page
    assert client.post(reverse("moderation_queue_take")).url == answer.url


def test_a_service_is_decided_at_its_own_desk_which_has_a_line_of_the_queue(moderator, submitted_gig):
    case = case_of(QueueKind.GIG)
    client = log_in(moderator)
    answer = client.post(reverse("moderation_queue_claim", args=[case.pk]))
    assert answer.url == reverse("gigs_review", args=[case.object_id])
    assert "queue-bar" in client.get(answer.url).content.decode()
    row = source_of(case).subject_of(case)
    approve_review(task_state_id=row.task_state_id, moderator=moderator)
    client.post(reverse("moderation_queue_next", args=[case.pk]))
    case.refresh_from_db()
    assert case.decided_by == moderator
    assert ModerationDecision.objects.get().seconds is not None
    refused(
        QueueErrorCode.DECIDED_ALREADY,
        services.decide_case,
        case_id=case.pk,
        staff=moderator,
        effect="nothing",
        reason=None,
        words="",
    )


@pytest.fixture
def submitted_gig(seller):
    ensure_gig_workflow()
    gig = create_gig(seller=seller, content=content())
    submit_gig(gig_id=gig.pk, seller=seller)
    return gig


def test_support_sees_reports_and_decides_none(gig, buyer):
    report(gig, buyer)
    support = make_user()
    support.groups.add(ensure_roles()["support"])
    client = log_in(support)
    assert "奶茶店标志" in client.get(reverse("moderation_queue")).content.decode()
    case = ModerationQueue.objects.get()
    page = client.get(reverse("moderation_queue_case", args=[case.pk])).content.decode()
    assert "data-decide" not in page
    assert client.post(reverse("moderation_queue_claim", args=[case.pk])).status_code in (302, 403)
    case.refresh_from_db()
    assert case.claimed_by is None


def test_one_thing_that_cannot_be_read_keeps_no_other_from_the_queue(gig, seller, buyer, moderator, caplog):
    gone, kept = report(make_gig(seller=seller, title="删掉的"), buyer), report(gig, buyer)
    reports.Report.objects.filter(pk=gone.pk).update(object_id=987654321)
    services.take_in()
    assert ModerationQueue.objects.get().object_id == kept.pk
    assert "a job failed" in caplog.text


def test_a_case_whose_thing_is_gone_stops_nobody(gig, seller, buyer, moderator):
    gone = report(make_gig(seller=seller, title="删掉的"), buyer, ReportReason.FRAUD)
    kept = report(gig, buyer)
    services.take_in()
    reports.Report.objects.filter(pk=gone.pk).update(object_id=987654321)
    assert services.claim_next(staff=moderator).object_id == kept.pk
    case = ModerationQueue.objects.get(object_id=gone.pk)
    page = log_in(moderator).get(reverse("moderation_queue_case", args=[case.pk])).content.decode()
    assert "data-decide" not in page


def test_what_was_decided_at_the_desk_of_reviews_is_written_after_a_long_standstill_too(moderator):
    review = make_public_review(make_completed_order(), body="加我微信 moon_0413 聊")
    queue_review(review.pk)
    case_of(QueueKind.REVIEW)
    review_decisions.leave_review(review=Review.objects.get(pk=review.pk), staff=moderator)
    with clock.moved_to(clock.now() + timedelta(days=2)):
        services.take_in()
    assert ModerationDecision.objects.get().decided_by == moderator


def test_each_reason_has_a_key_of_its_own_that_means_nothing_else(gig, buyer, moderator):
    report(gig, buyer)
    case = case_of(QueueKind.REPORT)
    page = log_in(moderator).get(reverse("moderation_queue_case", args=[case.pk])).content.decode()
    keys = re.findall(r'data-reason-key="(\w)"', page)
    assert len(keys) == len(set(keys)) == len(selectors.offered_reasons(case)) > 9
    assert not set(keys) & set(re.findall(r'data-effect-key="(\w)"', page)) | set(keys) & set("nhdwsyxagcrjklt")
