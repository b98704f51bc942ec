"""What a decision in the queue does, whom it tells, and how an appeal turns it round."""

import pytest
from django.urls import reverse
from django.utils import translation

from marketplace.gigs.models import Gig
from marketplace.gigs.services import pause_gig, resume_gig
from marketplace.gigs.states import GigStatus
from marketplace.messaging.models import FlagStatus, MessageFlag
from marketplace.messaging.services import start_conversation
from marketplace.moderation import appeals, reports, strikes
from marketplace.moderation.errors import ReportError, ReportErrorCode
from marketplace.moderation.models import (
    AdminLog,
    DecisionReason,
    Effect,
    ModerationDecision,
    ModerationQueue,
    QueueKind,
    QueueStatus,
    ReportReason,
    ReportStatus,
)
from marketplace.moderation.queue import services
from marketplace.moderation.queue.errors import QueueError, QueueErrorCode
from marketplace.moderation.queue.undoing import undo_decision
from marketplace.moderation.review_watch import queue_review
from marketplace.moderation.subjects import Hidden
from marketplace.notifications.models import Notification, NotificationSettings
from marketplace.reviews.appeals import open_appeal
from marketplace.reviews.models import AppealKind, MaskedPart, MaskGround, Review
from tests.factories import (
    make_completed_order,
    make_gig,
    make_moderator,
    make_public_review,
    make_seller,
    make_user,
    make_verified_seller,
    submit_identity,
)
from tests.logins import log_in
from tests.messaging.test_flagging import CONTACT, hold, send
from tests.reviews.level_situations import make_reputation

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


@pytest.fixture
def reported(gig, buyer):
    reports.report_gig(gig=gig, reporter=buyer, reason=ReportReason.COPIED, words="第二张图是别人的作品。")
    return case_of(QueueKind.REPORT)


@pytest.fixture
def flagged(buyer, seller):
    send(start_conversation(buyer=buyer, seller=seller), buyer, CONTACT, confirmed=True)
    return case_of(QueueKind.MESSAGE)


@pytest.fixture
def found_review(db):
    review = make_public_review(make_completed_order(), body="加我微信 moon_0413 聊")
    queue_review(review.pk)
    return case_of(QueueKind.REVIEW)


def case_of(kind):
    services.take_in()
    return ModerationQueue.objects.get(kind=kind)


def decide(case, staff, effect, code="C1", words="", **of_kind):
    reason = DecisionReason.objects.get(code=code) if code else None
    return services.decide_case(case_id=case.pk, staff=staff, effect=effect, reason=reason, words=words, **of_kind)


def refused(wanted, case, /, *arguments, **more):
    with pytest.raises(QueueError) as refusal:
        decide(case, *arguments, **more)
    assert refusal.value.code == wanted
    case.refresh_from_db()
    assert case.decided_at is None
    assert not ModerationDecision.objects.exists()


def test_taking_down_tells_the_owner_why_and_how_to_appeal(reported, gig, moderator):
    decision = decide(reported, moderator, Effect.REMOVE, "I1")
    gig.refresh_from_db()
    reported.refresh_from_db()
    assert gig.status == GigStatus.DENIED
    assert (reported.status, reported.decided_by) == (QueueStatus.DECIDED, moderator)
    assert decision.words == DecisionReason.objects.get(code="I1").answer
    told = Notification.objects.get(recipient=gig.seller, notice="moderation.decision")
    assert told.url == reverse("moderation:decision", args=[decision.pk])
    assert "电子商务法第四十二条" in told.body
    line = AdminLog.objects.get(action="queue.decide")
    assert (line.subject, line.data["code"], line.data["effect"]) == (gig.seller, "I1", "remove")


def test_nothing_wrong_dismisses_and_takes_nothing_away(reported, gig, buyer, moderator):
    decision = decide(reported, moderator, Effect.NOTHING, "N1")
    gig.refresh_from_db()
    assert gig.status == GigStatus.LIVE
    assert reports.Report.objects.get().status == ReportStatus.DISMISSED
    assert not Notification.objects.filter(recipient=gig.seller, notice="moderation.decision").exists()
    assert decision.effect == Effect.NOTHING


def test_the_answer_is_in_the_language_of_who_reads_it(reported, buyer, moderator):
    NotificationSettings.objects.update_or_create(user=buyer, defaults={"language": "en"})
    with translation.override("zh-hans"):
        decide(reported, moderator, Effect.NOTHING, "N1")
    assert reports.Report.objects.get().decision == DecisionReason.objects.get(code="N1").answer_en


def test_a_warning_is_a_strike_and_an_appeal_takes_all_of_it_back(reported, gig, moderator):
    decision = decide(reported, moderator, Effect.WARN, "C1", "请改用平台消息。")
    assert strikes.strikes_in_force(gig.seller).get().decision == decision
    appeal = appeals.appeal_decision(decision_id=decision.pk, person=gig.seller, words="图是我自己的。")
    case = case_of(QueueKind.APPEAL)
    refused_by_decider(case, moderator)
    decide(case, make_moderator(), Effect.NOTHING, "B1", upheld=True)
    appeal.refresh_from_db()
    decision.refresh_from_db()
    gig = Gig.objects.get(pk=reported.subject.object_id)
    assert appeal.status == "upheld"
    assert decision.overturned_at is not None
    assert not strikes.strikes_in_force(gig.seller).exists()
    assert gig.status == GigStatus.PAUSED
    assert resume_gig(gig_id=gig.pk, seller=gig.seller).status == GigStatus.LIVE


def refused_by_decider(case, decider):
    with pytest.raises(QueueError) as refusal:
        services.claim_case(case_id=case.pk, staff=decider)
    assert refusal.value.code == QueueErrorCode.DECIDED_BEFORE


def test_a_gig_that_was_never_taken_down_is_left_alone_by_undoing(reported, gig, moderator):
    pause_gig(gig_id=gig.pk, seller=gig.seller)
    decision = decide(reported, moderator, Effect.NOTHING, "N1")
    undo_decision(decision=decision, staff=make_moderator())
    gig.refresh_from_db()
    assert gig.status == GigStatus.PAUSED


def test_suspending_keeps_the_person_out_and_undoing_lets_them_in(flagged, buyer, moderator):
    decision = decide(flagged, moderator, Effect.SUSPEND, "F1", days=3)
    buyer.refresh_from_db()
    assert not buyer.is_active
    flag = MessageFlag.objects.get()
    assert (flag.status, flag.message.is_taken_out) == (FlagStatus.UPHELD, True)
    undo_decision(decision=decision, staff=make_moderator())
    buyer.refresh_from_db()
    flag.message.refresh_from_db()
    assert buyer.is_active
    assert (flag.message.body, flag.message.is_withdrawn) == (CONTACT, False)
    lines = AdminLog.objects.filter(action="queue.undo").count()
    undo_decision(decision=decision, staff=make_moderator())
    assert AdminLog.objects.filter(action="queue.undo").count() == lines


def test_a_held_message_is_delivered_without_a_word(buyer, seller, moderator):
    hold(start_conversation(buyer=buyer, seller=seller), buyer)
    decision = decide(case_of(QueueKind.MESSAGE), moderator, Effect.NOTHING, code="")
    assert MessageFlag.objects.get().message is not None
    assert (decision.words, decision.reason) == ("", None)


def test_a_part_of_a_review_is_hidden_and_comes_back(found_review, moderator):
    hidden = Hidden(MaskedPart.BODY, MaskGround.ADVERTISING)
    decision = decide(found_review, moderator, Effect.MASK, "C1", hidden=hidden)
    review = Review.objects.get(pk=found_review.object_id)
    assert "微信" not in review.body
    undo_decision(decision=decision, staff=make_moderator())
    review.refresh_from_db()
    assert "微信" in review.body
    assert ModerationDecision.objects.count() == 1


def test_hiding_needs_a_part_and_a_ground(found_review, moderator):
    with pytest.raises(ReportError) as refusal:
        decide(found_review, moderator, Effect.MASK, "C1")
    assert refusal.value.code == ReportErrorCode.GROUND_MISSING


def test_a_decision_that_is_not_whole_is_refused(reported, moderator, buyer):
    refused(QueueErrorCode.REASON_MISSING, reported, moderator, Effect.REMOVE, code="")
    refused(QueueErrorCode.WORDS_MISSING, reported, moderator, Effect.NOTHING, code="")
    refused(QueueErrorCode.DAYS_MISSING, reported, moderator, Effect.SUSPEND, "F1", days=0)
    refused(QueueErrorCode.EFFECT_NOT_OFFERED, reported, moderator, Effect.MASK, "C1")
    other = make_moderator()
    services.claim_case(case_id=reported.pk, staff=other)
    refused(QueueErrorCode.CLAIMED_BY_OTHER, reported, moderator, Effect.REMOVE, "I1")


def test_what_has_a_desk_of_its_own_is_decided_there(moderator):
    submit_identity(make_user())
    refused(QueueErrorCode.AT_ITS_DESK, case_of(QueueKind.IDENTITY), moderator, Effect.NOTHING, code="")


def test_an_appeal_about_a_level_is_answered_with_yes_or_no(moderator):
    seller = make_seller()
    make_reputation(seller)
    from marketplace.reviews.levels import evaluate_level

    evaluate_level(user_id=seller.pk)
    appeal = open_appeal(user=seller, kind=AppealKind.LEVEL, words="请再看一次。")
    case = case_of(QueueKind.APPEAL)
    refused(QueueErrorCode.ANSWER_MISSING, case, moderator, Effect.NOTHING, "B2")
    decide(case, moderator, Effect.NOTHING, "B2", upheld=False)
    appeal.refresh_from_db()
    assert (appeal.status, appeal.decided_by) == ("dismissed", moderator)


# On the page


def test_the_page_decides_by_the_reasons_usual_effect_and_goes_on(reported, flagged, gig, moderator):
    client = log_in(moderator)
    address = reverse("moderation_queue_decide", args=[reported.pk])
    answer = client.post(address, {"reason": "I1", "words": "", "effect": ""})
    assert answer.url == reverse("moderation_queue_case", args=[flagged.pk])
    gig.refresh_from_db()
    assert gig.status == GigStatus.DENIED
    flagged.refresh_from_db()
    assert flagged.claimed_by == moderator
    back = client.post(
        reverse("moderation_queue_decide", args=[flagged.pk]),
        {"reason": "N1", "effect": "nothing", "words": "没有问题。", "then": "list"},
    )
    assert back.url == reverse("moderation_queue")
    page = client.get(reverse("moderation_queue_case", args=[reported.pk])).content.decode()
    assert "data-decide" not in page


def test_a_refused_decision_keeps_what_was_typed(reported, moderator):
    client = log_in(moderator)
    address = reverse("moderation_queue_decide", args=[reported.pk])
    answer = client.post(address, {"effect": "remove", "words": "这段话还在", "note": "同事看"})
    assert answer.status_code == 422
    assert "这段话还在" in answer.content.decode()
    assert client.post(address, {"reason": "I1", "effect": "remove", "words": "长" * 301}).status_code == 422
    reported.refresh_from_db()
    assert reported.decided_at is None


def test_a_decision_without_a_choice_is_asked_for_one(reported, moderator):
    client = log_in(moderator)
    address = reverse("moderation_queue_decide", args=[reported.pk])
    answer = client.post(address, {"words": "这段话还在"})
    assert answer.status_code == 422
    assert "effect" in answer.context["form"].errors
    assert "这段话还在" in answer.content.decode()


def test_cases_like_this_one_are_shown_with_their_decisions(reported, gig, moderator):
    decide(reported, moderator, Effect.REMOVE, "I1")
    other = make_gig(title="另一张海报", seller=make_verified_seller(name="钱小满"))
    reports.report_gig(gig=other, reporter=make_user(), reason=ReportReason.COPIED, words="也是抄的。")
    services.take_in()
    case = ModerationQueue.objects.get(decided_at=None, kind=QueueKind.REPORT)
    page = log_in(moderator).get(reverse("moderation_queue_case", args=[case.pk])).content.decode()
    assert "奶茶店标志" in page
    assert "I1" in page


def test_the_old_page_of_one_kind_closes_the_case_too(flagged, moderator):
    flag = MessageFlag.objects.get()
    log_in(moderator).post(reverse("moderation_flag_uphold", args=[flag.pk]), {"words": "请在平台内沟通。"})
    services.take_in()
    decision = ModerationDecision.objects.get()
    assert (decision.effect, decision.decided_by, decision.words) == (Effect.REMOVE, moderator, "请在平台内沟通。")
    assert Notification.objects.filter(recipient=flag.sender, notice="moderation.decision").exists()
