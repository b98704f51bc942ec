"""Appeals about the score and the level: what was right is given back, and nothing else moves."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import SellerLevelChoice
from marketplace.core import clock
from marketplace.notifications.models import Notification
from marketplace.orders import services as orders
from marketplace.reviews import appeals
from marketplace.reviews.appeal_presenters import event_of, outcome_of
from marketplace.reviews.errors import AppealError, AppealErrorCode
from marketplace.reviews.levels import decide_selection, evaluate_level
from marketplace.reviews.levels import figures as level_figures
from marketplace.reviews.levels.selectors import LOST_DAYS, level_at, lost_level, to_evaluate
from marketplace.reviews.models import (
    AppealKind,
    IntegrityCase,
    IntegrityMember,
    LevelChange,
    LevelReason,
    Reputation,
    ReputationAppeal,
    ScoreException,
    SelectionCase,
    SelectionStatus,
    SellerLevel,
)
from marketplace.reviews.reputation import mark_changed
from marketplace.reviews.score import score_of
from marketplace.reviews.tasks import evaluate_levels
from tests.factories import make_completed_order, make_gig, make_moderator, make_paid_order, make_seller
from tests.logins import log_in
from tests.offers.situations import complete, make_plan
from tests.reviews.level_situations import FIGURES_OF, make_reputation

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep_figures(monkeypatch):
    """The figures that a test has written are what a recount finds: see level_situations."""
    monkeypatch.setattr("marketplace.reviews.reputation.recompute_reputation", lambda user_id: None)


def ask(user, kind=AppealKind.LEVEL, **about):
    return appeals.open_appeal(user=user, kind=kind, words="请再看一次。", **about)


def uphold(appeal, staff=None):
    return appeals.decide_appeal(appeal_id=appeal.pk, staff=staff or make_moderator(), upheld=True, answer="成立。")


def reasons(seller):
    return list(LevelChange.objects.filter(user=seller).order_by("pk").values_list("old", "new", "reason"))


def make_demoted(level="level_2"):
    """A seller of this level who has lost it: their figures are worth nothing now."""
    seller = make_seller(level=level)
    make_reputation(seller)
    evaluate_level(user_id=seller.pk)
    with clock.moved_to(clock.now() + timedelta(days=31)):
        evaluate_level(user_id=seller.pk)
    assert SellerLevel.objects.get(user=seller).level == "new"
    return seller


# Figures that nobody has counted.


def test_figures_that_were_never_counted_are_counted_before_they_cost_anybody_a_level():
    seller = make_seller(level="level_2")
    Reputation.objects.filter(user=seller).delete()
    mark_changed([seller.pk])  # a row of zeros that waits
    evaluate_level(user_id=seller.pk)
    assert Reputation.objects.get(user=seller).counted_on is not None


def test_a_marked_row_is_counted_and_its_zeros_are_not_read(monkeypatch):
    seller = make_seller(level="level_2")
    mark_changed([seller.pk])

    def count(user_id):
        return make_reputation_again(seller)

    def make_reputation_again(user):
        row = Reputation.objects.get(user=user)
        for name, value in FIGURES_OF["level_2"].items():
            setattr(row, name, value)
        row.counted_on = timezone.localdate(clock.now())
        row.save()
        return row

    monkeypatch.setattr(level_figures, "recompute_reputation", count)
    evaluate_level(user_id=seller.pk)
    assert reasons(seller) == []
    assert SellerLevel.objects.get(user=seller).grace_until is None


# The level.


def test_a_level_is_given_back_although_the_seller_has_risen_half_of_the_way_since(keep_figures):
    seller = make_demoted()
    make_reputation(seller, "level_1")
    evaluate_level(user_id=seller.pk)
    assert reasons(seller)[-1] == ("new", "level_1", LevelReason.PROMOTED)
    uphold(ask(seller))
    assert SellerLevel.objects.get(user=seller).level == "level_2"
    assert reasons(seller)[-1] == ("level_1", "level_2", LevelReason.STAFF)


def test_it_is_given_back_when_only_the_recount_would_have_lifted_them(keep_figures):
    seller = make_demoted()
    make_reputation(seller, "level_1")
    uphold(ask(seller))
    assert SellerLevel.objects.get(user=seller).level == "level_2"


def test_what_a_person_has_settled_is_not_given_back_again(keep_figures):
    seller = make_demoted()
    uphold(ask(seller))
    assert lost_level(seller.pk, "new") is None
    assert lost_level(seller.pk, "level_2") is None


def test_what_was_lost_long_ago_is_not_given_back_with_an_appeal_about_the_level_of_now(keep_figures):
    seller = make_demoted()
    assert lost_level(seller.pk, "new") == "level_2"
    with clock.moved_to(clock.now() + timedelta(days=31 + LOST_DAYS + 1)):
        uphold(ask(seller))
    assert SellerLevel.objects.get(user=seller).level == "new"


def test_nothing_is_given_back_while_a_confirmed_case_stands(keep_figures):
    seller = make_demoted()
    case = IntegrityCase.objects.create(
        status="confirmed", score=200, circle="x", opened_at=clock.now(), due_at=clock.now(), decided_at=clock.now()
    )
    IntegrityMember.objects.create(case=case, user=seller)
    appeal = ask(seller)
    assert len(outcome_of(appeal)) == 1
    uphold(appeal)
    assert SellerLevel.objects.get(user=seller).level == "new"


def test_the_job_looks_at_whom_an_appeal_gave_something_back():
    seller = make_demoted()
    evaluate_levels()
    assert seller.pk not in to_evaluate()
    uphold(ask(seller))
    assert seller.pk in to_evaluate()


def test_the_level_at_a_moment_is_what_it_was_then(seller):
    before = clock.now()
    make_reputation(seller, "level_1")
    evaluate_level(user_id=seller.pk)
    change = LevelChange.objects.get(user=seller)
    assert level_at(seller, before) == ("new", None)
    assert level_at(seller, clock.now()) == ("level_1", change.created_at)


# A candidate for Select who was refused.


@pytest.fixture
def refused():
    seller = make_seller()
    make_reputation(seller, "top")
    evaluate_level(user_id=seller.pk)
    case = SelectionCase.objects.get(user=seller)
    decide_selection(case_id=case.pk, staff=make_moderator(), is_chosen=False, words="再看看。")
    case.refresh_from_db()
    return case


def test_a_refused_candidate_who_was_right_is_a_candidate_at_once_and_is_told(refused, keep_figures):
    seller = refused.user
    uphold(ask(seller))
    anew = SelectionCase.objects.get(user=seller, status=SelectionStatus.OPEN)
    assert anew.pk != refused.pk
    assert Notification.objects.filter(recipient=seller, notice="level.candidate_again").count() == 1
    evaluate_level(user_id=seller.pk)
    anew.refresh_from_db()
    assert anew.status == SelectionStatus.OPEN


def test_who_no_longer_meets_the_gates_is_no_candidate_again(refused, keep_figures):
    make_reputation(refused.user, "level_2")
    uphold(ask(refused.user))
    assert not SelectionCase.objects.filter(user=refused.user, status=SelectionStatus.OPEN).exists()
    assert not Notification.objects.filter(notice="level.candidate_again").exists()


def test_who_refused_a_candidate_does_not_answer_the_appeal(refused):
    appeal = ask(refused.user)
    with pytest.raises(AppealError) as refusal:
        uphold(appeal, refused.decided_by)
    assert refusal.value.code == AppealErrorCode.OWN_DECISION
    assert SelectionCase.objects.count() == 1


def test_an_appeal_of_who_was_never_refused_opens_no_candidacy(seller, keep_figures):
    make_reputation(seller, "level_1")
    evaluate_level(user_id=seller.pk)
    uphold(ask(seller))
    assert not SelectionCase.objects.exists()


# An order in the score.


@pytest.fixture
def late_plan(seller, buyer):
    """Two stages that have ended, and another order beside them."""
    plan = make_plan(seller=seller, buyer=buyer, amounts=(100_000, 150_000))
    for position in (1, 2):
        stage = plan.milestones.get(position=position)
        complete(stage.order or orders.fund_stage(plan_id=plan.pk, buyer=buyer))
    make_completed_order(gig=make_gig(seller=seller))
    return plan


def stage_orders(plan):
    return [stage.order for stage in plan.milestones.order_by("position")]


def event_of_plan(seller):
    return next(event for event in score_of(seller.pk).events if event.stages == 2)


def test_an_appeal_about_a_plan_takes_the_whole_event_out(late_plan, seller):
    alone = [event for event in score_of(seller.pk).events if event.stages == 1]
    last = stage_orders(late_plan)[-1]
    assert event_of_plan(seller).order_number == last.number
    uphold(ask(seller, AppealKind.EVENT, order=last))
    left = score_of(seller.pk).events
    assert [event.order_number for event in left] == [event.order_number for event in alone]
    assert ScoreException.objects.count() == 2


def test_a_plan_is_one_matter_whichever_stage_is_named(late_plan, seller):
    first, last = stage_orders(late_plan)
    appeal = ask(seller, AppealKind.EVENT, order=last)
    with pytest.raises(AppealError) as refusal:
        ask(seller, AppealKind.EVENT, order=first)
    assert refusal.value.code == AppealErrorCode.ALREADY_OPEN
    appeals.decide_appeal(appeal_id=appeal.pk, staff=make_moderator(), upheld=False, answer="不成立。")
    with pytest.raises(AppealError) as refusal:
        ask(seller, AppealKind.EVENT, order=first)
    assert refusal.value.code == AppealErrorCode.ALREADY_ANSWERED


def test_a_stage_that_ends_after_the_answer_can_be_asked_about(seller, buyer):
    plan = make_plan(seller=seller, buyer=buyer, amounts=(100_000, 150_000))
    complete(plan.milestones.get(position=1).order)
    (first,) = score_of(seller.pk).events
    uphold(ask(seller, AppealKind.EVENT, order=plan.milestones.get(position=1).order))
    assert score_of(seller.pk).events == ()
    second = orders.fund_stage(plan_id=plan.pk, buyer=buyer)
    complete(second)
    (later,) = score_of(seller.pk).events
    assert later.order_number == second.number != first.order_number
    second.refresh_from_db()
    assert ask(seller, AppealKind.EVENT, order=second).pk


def test_what_is_no_part_of_a_score_cannot_be_asked_about(seller):
    left = make_paid_order(gig=make_gig(seller=seller, requirements=1))
    orders.cancel_order(order_id=left.pk, user=left.buyer)
    left.refresh_from_db()
    with pytest.raises(AppealError) as refusal:
        ask(seller, AppealKind.EVENT, order=left)
    assert refusal.value.code == AppealErrorCode.NOTHING_DECIDED


# What the desk says before.


def test_the_desk_says_what_a_yes_would_do_and_when_it_would_do_nothing(refused):
    again = outcome_of(ask(refused.user))
    nothing = outcome_of(ask(make_seller()))
    lost = outcome_of(ask(make_demoted()))
    assert len(again) == len(nothing) == 1
    assert again != nothing
    make_reputation(refused.user, "level_2")
    assert outcome_of(ReputationAppeal.objects.get(user=refused.user)) not in (again, nothing)
    assert str(SellerLevelChoice.TWO.label) in lost[0]


def test_the_desk_names_the_event_and_that_its_stages_go_together(late_plan, seller):
    appeal = ask(seller, AppealKind.EVENT, order=stage_orders(late_plan)[0])
    assert event_of(appeal) == event_of_plan(seller)
    assert "2" in outcome_of(appeal)[0]
    page = log_in(make_moderator()).get(reverse("moderation_appeal", args=[appeal.pk])).content.decode()
    assert outcome_of(appeal)[0] in page
    assert event_of(appeal).shown_contribution in page


def test_the_next_decision_about_a_candidate_is_made_with_the_earlier_words(refused, keep_figures):
    uphold(ask(refused.user))
    anew = SelectionCase.objects.get(user=refused.user, status=SelectionStatus.OPEN)
    page = log_in(make_moderator()).get(reverse("reviews_candidate", args=[anew.pk])).content.decode()
    assert refused.words in page
    assert "请再看一次。" in page
