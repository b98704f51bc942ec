"""Proposals of every kind: made, answered, taken back, lapsed, overtaken; and what each changes."""

from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from marketplace.accounts.models import BlockedPerson
from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.core.rules import current_rules
from marketplace.gigs.content import MOST_DELIVERY_DAYS
from marketplace.ledger.audit import audit_books
from marketplace.notifications.models import Notification
from marketplace.orders import channels, delivery_selectors, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, Order, OrderKind, OrderProposal, ProposalKind
from marketplace.orders.services.proposals import MOST_A_DAY, declare
from marketplace.orders.states import OrderStatus, ProposalStatus
from marketplace.orders.tasks import run_due_deadlines
from tests.factories import make_delivered_order, make_gig, make_paid_order, make_user
from tests.orders.changing import FIELDS, PROPOSER, make_proposal, other_side, pay
from tests.orders.situations import EVERY_STATE, footprint, make_order_in

pytestmark = pytest.mark.django_db

S, K = OrderStatus, ProposalKind
RUNNING = {S.AWAITING_REQUIREMENTS, S.IN_PROGRESS, S.DELIVERED, S.REVISION_REQUESTED}
# The rules as the product has them, written down a second time on purpose: kind → side → states.
ALLOWED = {
    K.EXTEND: {"seller": {S.IN_PROGRESS, S.REVISION_REQUESTED}, "buyer": set()},
    K.DISCOUNT: {"seller": RUNNING, "buyer": set()},
    K.SUPPLEMENT: {"seller": RUNNING, "buyer": RUNNING},
    K.REVISION: {"buyer": {S.DELIVERED}, "seller": set()},
}
CLOCKED = [K.EXTEND, K.DISCOUNT, K.SUPPLEMENT]


def order_for(kind: ProposalKind) -> Order:
    return make_delivered_order(gig=make_gig(revisions=0)) if kind == K.REVISION else make_paid_order()


@pytest.mark.parametrize("status", EVERY_STATE, ids=str)
def test_each_kind_can_be_proposed_by_exactly_these_sides_in_exactly_these_states(status):
    revisions = {} if status == S.REVISION_REQUESTED else {"revisions": 0}
    order = make_order_in(status, **revisions)
    for kind, side in product(ALLOWED, ("buyer", "seller")):
        before, proposals = footprint(order), order.proposals.count()
        user = getattr(order, side)
        if status in ALLOWED[kind][side]:
            assert services.may_propose(order, kind=kind, user=user)
            proposal = make_proposal(order, kind, side=side)
            assert (proposal.status, order.events.first().type) == ("open", "proposed")
            services.withdraw_proposal(proposal_id=proposal.pk, user=user)
            assert order.events.first().type == "proposal_withdrawn"
            order.refresh_from_db()
            assert order.status == status
        else:
            assert not services.may_propose(order, kind=kind, user=user)
            with pytest.raises(OrderError) as refusal:
                make_proposal(order, kind, side=side)
            assert refusal.value.code == OrderErrorCode.WRONG_STATE
            assert (footprint(order), order.proposals.count()) == (before, proposals)
    assert audit_books().violations == []


@pytest.mark.parametrize("kind", ALLOWED, ids=str)
def test_strangers_neither_propose_nor_answer_and_nobody_answers_themselves(kind):
    order, stranger = order_for(kind), make_user()
    with pytest.raises(PermissionDenied):
        services.propose(order_id=order.pk, user=stranger, kind=kind, **FIELDS[kind])
    proposal = make_proposal(order, kind)
    before = footprint(order)
    attempts = [
        lambda: services.accept_proposal(proposal_id=proposal.pk, user=stranger),
        lambda: services.decline_proposal(proposal_id=proposal.pk, user=stranger),
        lambda: services.withdraw_proposal(proposal_id=proposal.pk, user=stranger),
        lambda: services.accept_proposal(proposal_id=proposal.pk, user=proposal.proposed_by),
        lambda: services.decline_proposal(proposal_id=proposal.pk, user=proposal.proposed_by),
        lambda: services.withdraw_proposal(proposal_id=proposal.pk, user=other_side(proposal)),
    ]
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()
    proposal.refresh_from_db()
    assert (proposal.status, footprint(order)) == ("open", before)


@pytest.mark.parametrize("kind", ALLOWED, ids=str)
def test_a_second_one_of_the_same_kind_waits_for_the_first(kind):
    order = order_for(kind)
    make_proposal(order, kind)
    with pytest.raises(OrderError) as refusal:
        make_proposal(order, kind)
    assert refusal.value.code == OrderErrorCode.PROPOSAL_OPEN
    assert order.proposals.count() == 1


def test_additional_work_can_be_answered_with_a_counter_proposal():
    order = make_paid_order()
    first = make_proposal(order, K.SUPPLEMENT, side="buyer")
    second = make_proposal(order, K.SUPPLEMENT, side="seller", amount_fen=8000)
    first.refresh_from_db()
    assert (first.status, second.status) == ("overtaken", "open")
    assert first.answered_at is not None


@pytest.mark.parametrize("kind", ALLOWED, ids=str)
def test_a_declined_one_changes_nothing_and_is_over(kind):
    order = order_for(kind)
    proposal = make_proposal(order, kind)
    order.refresh_from_db()
    row = Order.objects.filter(pk=order.pk).values().get()
    for _click in range(2):
        services.decline_proposal(proposal_id=proposal.pk, user=other_side(proposal))
    assert Order.objects.filter(pk=order.pk).values().get() == row
    assert order.events.filter(type="proposal_declined").count() == 1
    with pytest.raises(OrderError) as refusal:
        services.accept_proposal(proposal_id=proposal.pk, user=other_side(proposal))
    assert refusal.value.code == OrderErrorCode.PROPOSAL_OVER
    assert Order.objects.filter(pk=order.pk).values().get() == row
    assert not order.deadlines.filter(kind__startswith="proposal").exists()


@pytest.mark.parametrize("kind", CLOCKED, ids=str)
def test_an_unanswered_one_lapses_after_four_days_and_changes_nothing(kind):
    order = make_paid_order()
    proposal = make_proposal(order, kind)
    assert proposal.expires_at - timezone.now() > timedelta(days=3, hours=23)
    row = Order.objects.filter(pk=order.pk).values().get()
    with clock.moved_to(proposal.expires_at - timedelta(minutes=1)):
        assert run_due_deadlines() == 0
    with clock.moved_to(proposal.expires_at + timedelta(seconds=1)):
        # Too late, even before the job has come by.
        with pytest.raises(OrderError) as refusal:
            services.accept_proposal(proposal_id=proposal.pk, user=other_side(proposal))
        assert refusal.value.code == OrderErrorCode.PROPOSAL_OVER
        assert (run_due_deadlines(), run_due_deadlines()) == (1, 0)
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.LAPSED
    assert order.events.filter(type="proposal_lapsed", actor=None).count() == 1
    assert Notification.objects.filter(recipient=proposal.proposed_by, title__contains="没有").exists()
    assert Order.objects.filter(pk=order.pk).values().get() == row


def test_the_time_to_answer_is_that_of_the_rules_the_order_was_made_under():
    order = make_paid_order()
    Order.objects.filter(pk=order.pk).update(rules=current_rules())
    set_config(key="orders.proposal_days", value=9, reason="test")
    proposal = make_proposal(order, K.EXTEND)
    assert proposal.expires_at - timezone.now() < timedelta(days=4, minutes=1)


def test_more_time_moves_the_promise_and_its_clocks():
    order = make_paid_order()
    due_at = order.due_at
    proposal = make_proposal(order, K.EXTEND, days=3)
    for _click in range(2):
        services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    order.refresh_from_db()
    assert order.due_at == due_at + timedelta(days=3)
    clocks = dict(order.deadlines.values_list("kind", "due_at"))
    assert clocks[DeadlineKind.LATE] == order.due_at
    assert clocks[DeadlineKind.VERY_LATE] == order.due_at + timedelta(hours=24)
    assert DeadlineKind.PROPOSAL_EXTEND not in clocks
    assert order.events.filter(type="proposal_accepted").count() == 1


def test_more_time_for_what_is_late_already_counts_from_now():
    order = make_paid_order()
    with clock.moved_to(order.due_at + timedelta(days=10)):
        proposal = make_proposal(order, K.EXTEND, days=2)
        services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
        order.refresh_from_db()
        assert timedelta(days=2) - timedelta(minutes=1) < order.due_at - clock.now() <= timedelta(days=2)
        with pytest.raises(OrderError) as refusal:  # and so the buyer may not cancel alone
            services.cancel_order(order_id=order.pk, user=order.buyer)
        assert refusal.value.code == OrderErrorCode.NOT_LATE_ENOUGH


def test_a_lower_price_goes_back_in_part_and_the_rest_is_released():
    order = make_paid_order()
    proposal = make_proposal(order, K.DISCOUNT, amount_fen=1500)
    for _click in range(2):
        services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    assert [refund.amount_fen for refund in order.refunds.all()] == [1500]
    services.deliver_order(order_id=order.pk, seller=order.seller, message="好了")
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    assert order.events.get(type="accepted").data["amount_fen"] == order.total_fen - 1500
    assert audit_books().violations == []


def test_a_lower_price_that_no_longer_fits_is_refused_whole():
    order = make_paid_order()
    proposal = make_proposal(order, K.DISCOUNT, amount_fen=order.total_fen - 1)
    services.refund_part(order_id=order.pk, actor=order.seller, amount_fen=100, reason="先退一点")
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    assert refusal.value.code == OrderErrorCode.REFUND_TOO_LARGE
    proposal.refresh_from_db()
    assert (proposal.status, footprint(order)) == ("open", before)


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_additional_work_becomes_one_order_of_its_own_that_waits_for_the_buyers_payment(side):
    order = make_paid_order(gig=make_gig(revisions=2))
    proposal = make_proposal(order, K.SUPPLEMENT, side=side, amount_fen=5000, days=2)
    for _click in range(2):
        services.accept_proposal(proposal_id=proposal.pk, user=other_side(proposal))
    supplement = Order.objects.get(parent=order)
    assert (supplement.kind, supplement.status) == (OrderKind.SUPPLEMENT, OrderStatus.PENDING_PAYMENT)
    assert (supplement.total_fen, supplement.delivery_days, supplement.revisions_allowed) == (5000, 2, 2)
    # The buyer need not be there when the seller agrees.
    assert supplement.payment_expires_at - timezone.now() > timedelta(hours=71)
    agreed = {"scope": "加一版外卖头像", "total_fen": 5000, "delivery_days": 2, "revisions": order.revisions_allowed}
    assert supplement.snapshot == {"agreed": agreed}
    told = Notification.objects.filter(recipient=order.buyer, url=supplement.get_absolute_url())
    assert told.exists() is (side == "buyer")  # who has just agreed is at the payment already
    assert pay(supplement)
    supplement.refresh_from_db()
    assert supplement.status == OrderStatus.IN_PROGRESS
    assert audit_books().violations == []


def test_cancelling_an_order_leaves_its_additional_work_alone_and_overtakes_what_waits():
    order = make_paid_order()
    services.accept_proposal(proposal_id=make_proposal(order, K.SUPPLEMENT).pk, user=order.seller)
    supplement = Order.objects.get(parent=order)
    pay(supplement)
    waiting = [make_proposal(order, kind) for kind in (K.EXTEND, K.DISCOUNT)]
    services.cancel_order(order_id=order.pk, user=order.seller)
    supplement.refresh_from_db()
    assert supplement.status == OrderStatus.IN_PROGRESS
    assert {OrderProposal.objects.get(pk=proposal.pk).status for proposal in waiting} == {"overtaken"}
    assert not order.deadlines.exists()
    assert audit_books().violations == []


def test_a_granted_revision_is_one_more_and_is_used_at_once():
    order = order_for(K.REVISION)
    proposal = make_proposal(order, K.REVISION, message="叶脉再简一点")
    for _click in range(2):
        services.accept_proposal(proposal_id=proposal.pk, user=order.seller)
    order.refresh_from_db()
    assert (order.status, order.revisions_allowed, order.revisions_used) == ("revision_requested", 1, 1)
    assert order.revision_requests.get().message == "叶脉再简一点"
    assert order.auto_accept_at is None
    assert order.events.filter(type="revision_requested").count() == 1


def test_one_more_revision_is_asked_for_only_when_none_is_left():
    order = make_delivered_order(gig=make_gig(revisions=1))
    with pytest.raises(OrderError) as refusal:
        make_proposal(order, K.REVISION)
    assert refusal.value.code == OrderErrorCode.REVISIONS_LEFT
    assert not order.proposals.exists()


def test_the_acceptance_clock_goes_on_while_the_seller_thinks_and_overtakes_the_question():
    order = order_for(K.REVISION)
    proposal = make_proposal(order, K.REVISION)
    with clock.moved_to(order.auto_accept_at + timedelta(minutes=1)):
        assert services.run_deadline(order_id=order.pk, kind=DeadlineKind.ACCEPT)
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.OVERTAKEN
    with pytest.raises(OrderError) as refusal:
        services.accept_proposal(proposal_id=proposal.pk, user=order.seller)
    assert refusal.value.code == OrderErrorCode.PROPOSAL_OVER


def test_a_delivery_overtakes_the_question_for_more_time():
    order = make_paid_order()
    proposal = make_proposal(order, K.EXTEND)
    services.deliver_order(order_id=order.pk, seller=order.seller, message="赶出来了")
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.OVERTAKEN
    assert set(order.deadlines.values_list("kind", flat=True)) <= {"accept", "accept_reminder_1", "accept_reminder_2"}


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        (K.EXTEND, {"days": 0}, OrderErrorCode.BAD_DAYS),
        (K.EXTEND, {"days": 31}, OrderErrorCode.BAD_DAYS),
        (K.EXTEND, {"message": "  "}, OrderErrorCode.WORDS_MISSING),
        (K.DISCOUNT, {"amount_fen": 0}, OrderErrorCode.REFUND_TOO_LARGE),
        (K.DISCOUNT, {"amount_fen": 10**9}, OrderErrorCode.REFUND_TOO_LARGE),
        (K.SUPPLEMENT, {"amount_fen": 1}, OrderErrorCode.BAD_AMOUNT),
        (K.SUPPLEMENT, {"amount_fen": 10**12}, OrderErrorCode.BAD_AMOUNT),
        (K.SUPPLEMENT, {"days": 0}, OrderErrorCode.BAD_DAYS),
        (K.SUPPLEMENT, {"message": ""}, OrderErrorCode.WORDS_MISSING),
    ],
)
def test_what_makes_no_sense_is_refused(kind, fields, code):
    order = make_paid_order()
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        make_proposal(order, kind, **fields)
    assert refusal.value.code == code
    assert footprint(order) == before
    assert not order.proposals.exists()


@pytest.fixture
def held_until(monkeypatch):
    """Say until when the channel of an order holds its money; the real answer is that of payments (tests/payments)."""

    def say(moment) -> None:
        monkeypatch.setattr(channels, "_held", [lambda order: channels.HeldWork("支付宝", moment)])

    return say


def test_more_time_however_often_ends_where_the_channel_lets_the_money_go(held_until):
    order = make_paid_order()
    held_until(order.due_at + timedelta(days=7))
    for _time in range(2):
        proposal = make_proposal(order, K.EXTEND, days=3)
        services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    order.refresh_from_db()
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        make_proposal(order, K.EXTEND, days=2)
    assert refusal.value.code == OrderErrorCode.HELD_TOO_SHORT
    assert "支付宝" in refusal.value.message
    assert footprint(order) == before
    make_proposal(order, K.EXTEND, days=1)


def test_what_no_longer_fits_when_it_is_answered_is_not_given(held_until):
    order = make_paid_order()
    with clock.moved_to(order.due_at - timedelta(hours=1)):
        proposal = make_proposal(order, K.EXTEND, days=3)
    held_until(order.due_at + timedelta(days=3))
    before = footprint(order)
    late = order.due_at + timedelta(hours=1)  # then it is counted from now
    with clock.moved_to(late), pytest.raises(OrderError) as refusal:
        services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    assert refusal.value.code == OrderErrorCode.HELD_TOO_SHORT
    proposal.refresh_from_db()
    assert (proposal.status, footprint(order)) == (ProposalStatus.OPEN, before)


def test_additional_work_fits_into_each_channel_that_its_buyer_can_choose(monkeypatch):
    monkeypatch.setattr(channels, "_limits", [lambda: {"支付宝": 8, "微信支付": 155}])
    order = make_paid_order()
    with pytest.raises(OrderError) as refusal:
        make_proposal(order, K.SUPPLEMENT, days=9)
    assert refusal.value.code == OrderErrorCode.TOO_LONG
    assert not order.proposals.exists()
    make_proposal(order, K.SUPPLEMENT, days=8)


def block(owner, person) -> None:
    BlockedPerson.objects.create(owner=owner, person=person)


@pytest.mark.parametrize("blocker", ["buyer", "seller"])
def test_who_is_blocked_agrees_to_no_additional_work(blocker):
    order = make_paid_order()
    proposal = make_proposal(order, K.SUPPLEMENT)
    other = order.seller if blocker == "buyer" else order.buyer
    block(getattr(order, blocker), other)
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        services.accept_proposal(proposal_id=proposal.pk, user=order.seller)
    assert refusal.value.code == OrderErrorCode.NOT_FOR_YOU
    proposal.refresh_from_db()
    assert (proposal.status, footprint(order)) == (ProposalStatus.OPEN, before)
    assert not order.children.exists()


def test_a_kind_has_one_rule():
    with pytest.raises(ValueError, match="two rules"):
        declare(K.EXTEND, rule=None)  # type: ignore[arg-type]


def test_who_proposes_is_written_down_in_the_tests_too():
    assert set(PROPOSER) == set(FIELDS) == set(ALLOWED)


def test_each_accepted_proposal_of_additional_work_leads_to_its_own_payment():
    order = make_paid_order()
    proposals = []
    for number in (1, 2):
        proposal = make_proposal(order, K.SUPPLEMENT, side="seller", amount_fen=5000 * number, days=2)
        proposals.append(services.accept_proposal(proposal_id=proposal.pk, user=order.buyer))
    found = [delivery_selectors.supplement_to_pay(order.buyer, proposal) for proposal in proposals]
    assert [one.total_fen for one in found] == [5000, 10_000]
    assert delivery_selectors.supplement_to_pay(order.seller, proposals[0]) is None


def test_a_side_proposes_the_same_kind_only_so_often_a_day():
    order = make_paid_order()
    for _time in range(MOST_A_DAY):
        proposal = make_proposal(order, K.EXTEND)
        services.withdraw_proposal(proposal_id=proposal.pk, user=order.seller)
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        make_proposal(order, K.EXTEND)
    assert refusal.value.code == OrderErrorCode.ASKED_TOO_OFTEN
    assert footprint(order) == before
    make_proposal(order, K.DISCOUNT)  # another kind is another matter
    with clock.moved_to(clock.now() + timedelta(days=1)):
        make_proposal(order, K.EXTEND)


def test_work_is_never_due_so_late_that_nothing_can_be_given_back_any_more():
    order = make_paid_order()
    Order.objects.filter(pk=order.pk).update(due_at=order.paid_at + timedelta(days=MOST_DELIVERY_DAYS - 2))
    order.refresh_from_db()
    make_proposal(order, K.EXTEND, days=2)
    services.accept_proposal(proposal_id=order.proposals.get().pk, user=order.buyer)
    with pytest.raises(OrderError) as refusal:
        make_proposal(order, K.EXTEND, days=1)
    assert refusal.value.code == OrderErrorCode.DUE_TOO_LATE
    latest = order.paid_at + timedelta(days=MOST_DELIVERY_DAYS)
    with clock.moved_to(latest - timedelta(hours=1)):
        services.open_dispute(order_id=order.pk, user=order.buyer, reason="说不拢")
    with clock.moved_to(latest + timedelta(days=3)):
        services.withdraw_dispute(order_id=order.pk, user=order.buyer)
    order.refresh_from_db()
    assert order.due_at == latest


def test_a_revision_asked_for_at_the_end_of_that_time_moves_nothing_beyond_it():
    order = make_delivered_order(gig=make_gig(revisions=1))
    latest = order.paid_at + timedelta(days=MOST_DELIVERY_DAYS)
    Order.objects.filter(pk=order.pk).update(due_at=latest - timedelta(hours=1), auto_accept_at=latest)
    with clock.moved_to(latest - timedelta(hours=1)):
        services.request_revision(order_id=order.pk, buyer=order.buyer, message="再改一处")
    order.refresh_from_db()
    assert order.due_at == latest


def test_a_proposal_to_end_the_order_is_not_answered_where_changes_are(client):
    order = make_paid_order()
    proposal = services.propose_cancellation(order_id=order.pk, user=order.seller, reason_code="", message="做不了")
    assert delivery_selectors.proposals_of(order) == [proposal]
    with pytest.raises(Http404):
        delivery_selectors.proposal_for(order.buyer, order.number, proposal.pk)
