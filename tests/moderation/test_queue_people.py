"""Whom a decision concerns, and what its undoing leaves alone because another decision stands."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.accounts.models import Suspension
from marketplace.accounts.services import lift_suspension, suspend_person
from marketplace.core import clock
from marketplace.gigs.states import GigStatus
from marketplace.messaging.models import MessageFlag
from marketplace.messaging.services import start_conversation
from marketplace.moderation import reports, review_decisions, strikes
from marketplace.moderation.models import (
    DecisionReason,
    Effect,
    ModerationDecision,
    ModerationQueue,
    QueueKind,
    ReportReason,
)
from marketplace.moderation.queue import services
from marketplace.moderation.queue.undoing import undo_decision
from marketplace.moderation.review_watch import queue_review
from marketplace.moderation.subjects import Hidden
from marketplace.notifications.models import Notification
from marketplace.reviews.models import MaskedPart, MaskGround, Review
from marketplace.reviews.services import reply_to_review
from tests.factories import (
    make_completed_order,
    make_gig,
    make_moderator,
    make_public_review,
    make_user,
    make_verified_seller,
)
from tests.gigs.test_review_desk import revised
from tests.logins import log_in
from tests.messaging.test_flagging import CONTACT, send

pytestmark = pytest.mark.django_db

REPLY = Hidden(MaskedPart.REPLY, MaskGround.PRIVACY)


@pytest.fixture
def seller(db):
    return make_verified_seller()


@pytest.fixture
def moderator(db):
    return make_moderator()


@pytest.fixture
def replied(db):
    """A harmless review, and a reply that is not."""
    review = make_public_review(make_completed_order(), body="字距偏挤，改了两次。")
    reply_to_review(order_id=review.order_id, author=review.subject, text="加我微信 moon_0413 聊", confirmed=True)
    return Review.objects.get(pk=review.pk)


def case_of(kind):
    services.take_in()
    return ModerationQueue.objects.get(kind=kind, decided_at=None)


def decide(case, staff, effect, code="I1", **of_kind):
    reason = DecisionReason.objects.get(code=code)
    return services.decide_case(case_id=case.pk, staff=staff, effect=effect, reason=reason, words="", **of_kind)


def test_a_strike_for_a_reply_goes_to_who_wrote_the_reply(replied, moderator):
    queue_review(replied.pk)
    decision = decide(case_of(QueueKind.REVIEW), moderator, Effect.WARN, "H1", hidden=REPLY)
    assert decision.person == decision.case.person == replied.subject
    assert strikes.strikes_in_force(replied.subject).count() == 1
    assert not strikes.strikes_in_force(replied.author).exists()
    assert Notification.objects.get(notice="moderation.decision").recipient == replied.subject


def test_who_reports_the_reply_to_their_review_is_not_who_is_punished_for_it(replied, moderator):
    reports.report_review(
        review=replied, reporter=replied.author, reason=ReportReason.PRIVACY, words="回复里留了我的电话。"
    )
    decision = decide(case_of(QueueKind.REPORT), moderator, Effect.SUSPEND, "P1", hidden=REPLY, days=3)
    assert decision.person == replied.subject
    assert Suspension.objects.get().user == replied.subject
    undo_decision(decision=decision, staff=make_moderator())
    replied.refresh_from_db()
    assert replied.reply
    assert Suspension.objects.get().over_at is not None


def test_what_was_hidden_at_the_desk_of_reviews_is_told_to_its_writer_in_full(replied, moderator):
    words = "回复里公开了买家的联系方式，" * 20
    queue_review(replied.pk)
    services.take_in()
    review_decisions.hide_part(review=replied, hidden=REPLY, words=words[:300], staff=moderator)
    services.take_in()
    decision = ModerationDecision.objects.get()
    assert (decision.person, decision.words) == (replied.subject, words[:300])


def test_a_reply_that_is_hidden_at_the_desk_of_reports_concerns_its_writer(replied, moderator):
    report = reports.report_review(
        review=replied, reporter=replied.author, reason=ReportReason.PRIVACY, words="回复里留了我的电话。"
    )
    services.take_in()
    reports.uphold_report(report=report, staff=moderator, words="已隐藏。", hidden=REPLY)
    services.take_in()
    assert ModerationDecision.objects.get().person == replied.subject


def report(gig):
    return reports.report_gig(gig=gig, reporter=make_user(), reason=ReportReason.COPIED, words="抄的。")


def test_undoing_one_of_two_decisions_leaves_what_the_other_took_down(seller, moderator):
    gig = make_gig(seller=seller)
    report(gig)
    first = decide(case_of(QueueKind.REPORT), moderator, Effect.REMOVE)
    report(gig)
    second = decide(case_of(QueueKind.REPORT), moderator, Effect.WARN, "A2")
    undo_decision(decision=first, staff=make_moderator())
    gig.refresh_from_db()
    assert gig.status == GigStatus.DENIED
    undo_decision(decision=second, staff=make_moderator())
    gig.refresh_from_db()
    assert gig.status == GigStatus.PAUSED


def test_a_take_down_ends_the_reading_of_a_change_without_a_second_decision(seller, moderator):
    gig = revised(seller, {"title": "原来的茶饮品牌标志"}, {"title": "全新的餐厅海报设计"})
    assert gig.review_cases.filter(task_state__status="in_progress").exists()
    services.take_in()
    report(gig)
    decision = decide(case_of(QueueKind.REPORT), moderator, Effect.REMOVE)
    services.take_in()
    assert ModerationDecision.objects.get() == decision
    assert not ModerationQueue.objects.filter(decided_at=None).exists()
    undo_decision(decision=decision, staff=make_moderator())
    gig.refresh_from_db()
    assert gig.status == GigStatus.PAUSED


def test_where_nothing_is_wrong_the_part_that_the_form_names_changes_nobody(replied, moderator):
    queue_review(replied.pk)
    decision = decide(case_of(QueueKind.REVIEW), moderator, Effect.NOTHING, "N1", hidden=REPLY)
    assert decision.case.person == replied.author


def test_a_message_that_rules_and_a_report_took_out_comes_back_when_neither_stands(seller, buyer, moderator):
    send(start_conversation(buyer=buyer, seller=seller), buyer, CONTACT, confirmed=True)
    message = MessageFlag.objects.get().message
    first = decide(case_of(QueueKind.MESSAGE), moderator, Effect.REMOVE, "C1")
    reports.report_message(message=message, reporter=seller, reason=ReportReason.OFF_PLATFORM, words="要我加微信。")
    second = decide(case_of(QueueKind.REPORT), moderator, Effect.WARN, "C2")
    undo_decision(decision=second, staff=make_moderator())
    message.refresh_from_db()
    assert message.is_taken_out
    undo_decision(decision=first, staff=make_moderator())
    message.refresh_from_db()
    assert (message.is_taken_out, message.body) == (False, CONTACT)


def test_who_wrote_a_message_that_was_taken_out_reads_which_one_was_meant(seller, buyer, moderator):
    send(start_conversation(buyer=buyer, seller=seller), buyer, CONTACT, confirmed=True)
    first = decide(case_of(QueueKind.MESSAGE), moderator, Effect.REMOVE, "C1")
    page = log_in(buyer).get(reverse("moderation:decision", args=[first.pk])).content.decode()
    assert f"你发的内容</dt><dd>{CONTACT}" in page


def test_undoing_a_suspension_lifts_that_one_alone(seller, moderator):
    report(make_gig(seller=seller))
    decision = decide(case_of(QueueKind.REPORT), moderator, Effect.SUSPEND, "F1", days=3)
    lift_suspension(user_id=seller.pk, staff=moderator, reason="误判。")
    ends_at = clock.now() + timedelta(days=30)
    suspend_person(user_id=seller.pk, staff=moderator, reason="另一件事。", ends_at=ends_at)
    undo_decision(decision=decision, staff=make_moderator())
    seller.refresh_from_db()
    assert not seller.is_active
