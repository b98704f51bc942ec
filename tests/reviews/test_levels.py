"""Levels move by the gates and the clock, the highest by a person; each move is written, told and has its effects."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import UserProfile
from marketplace.core import clock
from marketplace.core.config import get_config, set_config
from marketplace.gigs.limits import gig_limit
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from marketplace.orders.quotes import commission_rate
from marketplace.orders.selectors import clearing_days_of
from marketplace.reviews.levels import decide_selection, effects_of, evaluate_level
from marketplace.reviews.levels.appeal_effects import event_effect, level_effect
from marketplace.reviews.levels.errors import LevelError, LevelErrorCode
from marketplace.reviews.levels.selectors import to_evaluate
from marketplace.reviews.levels.states import LEVEL_TRANSITIONS
from marketplace.reviews.models import (
    AppealKind,
    IntegrityCase,
    IntegrityMember,
    LevelChange,
    LevelReason,
    ReputationAppeal,
    ScoreException,
    SelectionCase,
    SelectionStatus,
    SellerLevel,
)
from marketplace.reviews.score import score_of
from marketplace.reviews.tasks import evaluate_levels
from marketplace.support.selectors import inbox
from marketplace.support.services import open_case
from tests.factories import make_completed_order, make_gig, make_moderator, make_seller, make_user
from tests.reviews.level_situations import make_reputation

pytestmark = pytest.mark.django_db


def level_of(seller):
    copy = UserProfile.objects.values_list("level", flat=True).get(user=seller)
    row = SellerLevel.objects.get(user=seller)
    assert copy == row.level
    return row.level


def history(seller):
    return [(row.old, row.new, row.reason) for row in LevelChange.objects.filter(user=seller).order_by("pk")]


def told(seller):
    return list(
        Notification.objects.filter(recipient=seller, notice__startswith="level.")
        .order_by("pk")
        .values_list("notice", flat=True)
    )


def later(**by):
    return clock.moved_to(clock.now() + timedelta(**by))


def make_candidate():
    seller = make_seller()
    make_reputation(seller, "top")
    evaluate_level(user_id=seller.pk)
    return seller, SelectionCase.objects.get(user=seller)


def test_the_job_lifts_a_seller_to_the_highest_level_whose_gates_are_met(seller):
    make_reputation(seller, "level_2")
    evaluate_levels()
    assert level_of(seller) == "level_2"
    assert history(seller) == [("new", "level_2", LevelReason.PROMOTED)]
    assert told(seller) == ["level.promoted"]
    assert LevelChange.objects.get(user=seller).figures["orders"] == 25


def test_the_job_runs_often_enough_for_a_promotion_within_a_day():
    from portal.schedule import INTERVALS

    assert INTERVALS["marketplace.reviews.tasks.evaluate_levels"] <= 24 * 3600


def test_the_job_is_safe_twice_and_looks_only_at_what_has_changed(seller):
    make_reputation(seller, "level_1")
    evaluate_levels()
    assert to_evaluate() == []
    evaluate_levels()
    assert len(history(seller)) == 1
    make_reputation(seller, "level_2")
    assert to_evaluate() == [seller.pk]
    evaluate_levels()
    assert level_of(seller) == "level_2"


def test_every_seller_gets_a_row_with_the_level_of_the_profile():
    seller = make_seller(level="level_1")
    evaluate_levels()
    assert SellerLevel.objects.get(user=seller).level == "level_1"


def test_who_misses_a_gate_has_thirty_days_and_a_plan(seller):
    make_reputation(seller, "level_2")
    evaluate_level(user_id=seller.pk)
    make_reputation(seller, "level_2", response_percent=70)
    evaluate_levels()
    assert level_of(seller) == "level_2"
    row = SellerLevel.objects.get(user=seller)
    assert timedelta(days=29) < row.grace_until - clock.now() <= timedelta(days=30)
    notice = Notification.objects.get(recipient=seller, notice="level.grace")
    assert "70%" in notice.words["plan"]
    assert "90%" in notice.words["plan"]
    with later(days=29):
        evaluate_levels()
        assert level_of(seller) == "level_2"
    with later(days=31):
        evaluate_levels()
        assert level_of(seller) == "new"
    assert history(seller)[1:] == [
        ("level_2", "level_2", LevelReason.GRACE),
        ("level_2", "new", LevelReason.DEMOTED),
    ]
    assert told(seller) == ["level.promoted", "level.grace", "level.demoted"]


def test_a_level_falls_no_deeper_than_the_gates_that_are_met(seller):
    make_reputation(seller, "level_2")
    evaluate_level(user_id=seller.pk)
    make_reputation(seller, "level_1")
    evaluate_level(user_id=seller.pk)
    with later(days=31):
        evaluate_levels()
    assert level_of(seller) == "level_1"


def test_who_meets_the_gates_again_in_time_keeps_the_level(seller):
    make_reputation(seller, "level_1")
    evaluate_level(user_id=seller.pk)
    make_reputation(seller, "level_1", rating_sum=40)
    evaluate_level(user_id=seller.pk)
    make_reputation(seller, "level_1")
    with later(days=10):
        evaluate_levels()
    assert SellerLevel.objects.get(user=seller).grace_until is None
    with later(days=40):
        evaluate_levels()
    assert level_of(seller) == "level_1"
    assert [reason for _old, _new, reason in history(seller)] == ["promoted", "grace", "recovered"]


def test_the_highest_level_waits_for_a_person():
    seller, case = make_candidate()
    assert level_of(seller) == "level_2"
    assert case.status == SelectionStatus.OPEN
    staff = make_moderator()
    decide_selection(case_id=case.pk, staff=staff, is_chosen=True, words="作品扎实。")
    assert level_of(seller) == "top"
    assert history(seller)[-1] == ("level_2", "top", LevelReason.SELECTED)
    assert told(seller)[-1] == "level.selected"
    assert AdminLog.objects.filter(action="level.selection", actor=staff).exists()
    evaluate_level(user_id=seller.pk)
    assert not SelectionCase.objects.filter(user=seller, status=SelectionStatus.OPEN).exists()


def test_who_was_refused_is_a_candidate_again_after_a_time():
    seller, case = make_candidate()
    decide_selection(case_id=case.pk, staff=make_moderator(), is_chosen=False, words="再看看。")
    assert told(seller)[-1] == "level.not_selected"
    evaluate_level(user_id=seller.pk)
    assert SelectionCase.objects.filter(user=seller).count() == 1
    with later(days=get_config("levels.selection_again_days") + 1):
        evaluate_level(user_id=seller.pk)
    assert SelectionCase.objects.filter(user=seller, status=SelectionStatus.OPEN).count() == 1


def test_a_candidate_who_no_longer_meets_the_gates_lapses():
    seller, case = make_candidate()
    make_reputation(seller, "level_2")
    evaluate_level(user_id=seller.pk)
    case.refresh_from_db()
    assert case.status == SelectionStatus.LAPSED


@pytest.mark.parametrize(
    ("code", "who", "words"),
    [
        (LevelErrorCode.WORDS_MISSING, "staff", " "),
        (LevelErrorCode.OWN_CASE, "seller", "不行。"),
    ],
)
def test_a_refusal_needs_words_and_nobody_decides_about_themself(code, who, words):
    seller, case = make_candidate()
    staff = seller if who == "seller" else make_moderator()
    with pytest.raises(LevelError) as refusal:
        decide_selection(case_id=case.pk, staff=staff, is_chosen=False, words=words)
    assert refusal.value.code == code


def test_a_candidate_is_decided_about_once():
    _seller, case = make_candidate()
    decide_selection(case_id=case.pk, staff=make_moderator(), is_chosen=True)
    with pytest.raises(LevelError) as refusal:
        decide_selection(case_id=case.pk, staff=make_moderator(), is_chosen=False, words="不行。")
    assert refusal.value.code == LevelErrorCode.DECIDED_ALREADY


def test_who_has_fallen_below_the_gates_since_cannot_be_chosen():
    seller, case = make_candidate()
    make_reputation(seller, "level_2")
    with pytest.raises(LevelError) as refusal:
        decide_selection(case_id=case.pk, staff=make_moderator(), is_chosen=True)
    assert refusal.value.code == LevelErrorCode.GATES_MISSED
    assert level_of(seller) == "level_2"


def test_who_is_in_a_confirmed_case_does_not_rise_while_it_stands(seller):
    now = clock.now()
    case = IntegrityCase.objects.create(
        status="confirmed", score=200, circle="x" * 64, opened_at=now, due_at=now, decided_at=now
    )
    IntegrityMember.objects.create(case=case, user=seller)
    make_reputation(seller, "top")
    evaluate_level(user_id=seller.pk)
    assert level_of(seller) == "new"
    assert not SelectionCase.objects.exists()
    case.status = "reversed"
    case.save()
    evaluate_level(user_id=seller.pk)
    assert level_of(seller) == "level_2"


def test_a_level_changes_how_many_services_what_fee_and_how_long_money_clears():
    seller, case = make_candidate()
    decide_selection(case_id=case.pk, staff=make_moderator(), is_chosen=True)
    seller.profile.refresh_from_db()
    set_config(key="payments.commission_basis_points_top", value=800, reason="test")
    newcomer = make_seller()
    for person, level in ((seller, "top"), (newcomer, "new")):
        effects = effects_of(level)
        assert gig_limit(person) == effects.gigs
        assert commission_rate(person) == effects.commission_basis_points
        assert clearing_days_of(person) == effects.clearing_days
    assert gig_limit(seller) > gig_limit(newcomer)
    assert commission_rate(seller) < commission_rate(newcomer)
    assert clearing_days_of(seller) < clearing_days_of(newcomer)


def test_support_answers_higher_levels_first_among_equally_urgent_questions():
    people = [make_seller(level=level) for level in ("new", "level_2", "level_1", "top")]
    for person in people:
        open_case(person=person, topic="other", subject="问题", body="请问怎么提现？")
    levels = [case.person.profile.level for case in inbox(make_user(), show="")]
    assert levels[:2] == ["top", "level_2"]
    assert sorted(levels[2:]) == ["level_1", "new"]


def test_no_level_passes_a_question_that_is_due_within_the_hour():
    waiting = open_case(person=make_seller(), topic="other", subject="问题", body="请问怎么提现？")
    with clock.moved_to(waiting.due_at - timedelta(minutes=30)):
        newest = open_case(person=make_seller(level="top"), topic="other", subject="问题", body="请问怎么提现？")
        assert newest.due_at > waiting.due_at + timedelta(minutes=30)
        assert list(inbox(make_user(), show="")) == [waiting, newest]


def test_an_appeal_about_an_event_takes_the_order_out_of_the_score(order, seller):
    assert len(score_of(seller.pk).events) == 1
    now = clock.now()
    appeal = ReputationAppeal.objects.create(
        user=seller,
        kind=AppealKind.EVENT,
        order=order,
        words="是买家要求的。",
        opened_at=now,
        due_at=now,
        answer="成立。",
    )
    staff = make_moderator()
    event_effect(appeal, staff)
    event_effect(appeal, staff)
    assert score_of(seller.pk).events == ()
    assert ScoreException.objects.get().decided_by == staff


def test_an_appeal_about_a_level_gives_back_what_was_lost_and_ends_the_grace_period(seller, order):
    make_reputation(seller, "level_1")
    evaluate_level(user_id=seller.pk)
    make_reputation(seller, "level_1", buyers=1)
    evaluate_level(user_id=seller.pk)
    with later(days=31):
        evaluate_level(user_id=seller.pk)
        assert level_of(seller) == "new"
        now = clock.now()
        appeal = ReputationAppeal.objects.create(
            user=seller, kind=AppealKind.LEVEL, words="请再看。", opened_at=now, due_at=now, answer="成立。"
        )
        staff = make_moderator()
        level_effect(appeal, staff)
    assert level_of(seller) == "level_1"
    line = LevelChange.objects.filter(user=seller).first()
    assert (line.reason, line.decided_by, line.words) == (LevelReason.STAFF, staff, "成立。")
    assert SellerLevel.objects.get(user=seller).grace_until is None


def test_the_table_knows_every_move_and_nobody_rises_to_select_by_figures():
    assert not any(row.target == "top" and "gates" in row.actors for row in LEVEL_TRANSITIONS.rows)
    assert not any(row.source == row.target for row in LEVEL_TRANSITIONS.rows)


def test_completed_orders_make_events(seller):
    gig = make_gig(seller=seller)
    make_completed_order(gig=gig)
    make_completed_order(gig=gig)
    assert len(score_of(seller.pk).events) == 2
