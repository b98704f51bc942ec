"""What two people, or a person and a clock, do to one order at the same time: proposals, revisions, the pause, tips."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError

from marketplace.core import clock
from marketplace.ledger.audit import audit_books
from marketplace.orders import locks, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, Order, OrderKind, OrderProposal, ProposalKind
from marketplace.orders.services import proposals, tips
from marketplace.orders.states import OrderStatus
from tests.databases import together
from tests.factories import make_completed_order, make_delivered_order, make_gig, make_paid_order
from tests.orders.changing import make_proposal, make_tip, pay

pytestmark = pytest.mark.usefixtures("committed_db")


def refusals(results):
    return [result for result in results if isinstance(result, Exception)]


def accept(proposal):
    user = proposal.order.buyer if proposal.proposed_by_id == proposal.order.seller_id else proposal.order.seller
    return services.accept_proposal(proposal_id=proposal.pk, user=user)


def withdraw(proposal):
    return services.withdraw_proposal(proposal_id=proposal.pk, user=proposal.proposed_by)


def test_more_time_accepted_twice_at_once_is_given_once(meet_before):
    order = make_paid_order()
    proposal = make_proposal(order, ProposalKind.EXTEND, days=3)
    meet_before(locks, "lock_order")
    assert refusals(together(partial(accept, proposal), partial(accept, proposal))) == []
    due_at = order.due_at
    order.refresh_from_db()
    assert order.due_at == due_at + timedelta(days=3)
    assert order.events.filter(type="proposal_accepted").count() == 1


def test_control_without_the_lock_it_is_accepted_twice(locks_off, meet_before):
    order = make_paid_order()
    proposal = make_proposal(order, ProposalKind.EXTEND, days=3)
    meet_before(proposals, "close")
    assert refusals(together(partial(accept, proposal), partial(accept, proposal))) == []
    assert order.events.filter(type="proposal_accepted").count() == 2


def test_a_lower_price_accepted_twice_at_once_is_given_back_once(meet_before):
    order = make_paid_order()
    proposal = make_proposal(order, ProposalKind.DISCOUNT, amount_fen=1000)
    meet_before(locks, "lock_order")
    assert refusals(together(partial(accept, proposal), partial(accept, proposal))) == []
    assert [refund.amount_fen for refund in order.refunds.all()] == [1000]


def test_additional_work_accepted_twice_at_once_is_one_order(meet_before):
    order = make_paid_order()
    proposal = make_proposal(order, ProposalKind.SUPPLEMENT)
    meet_before(locks, "lock_order")
    assert refusals(together(partial(accept, proposal), partial(accept, proposal))) == []
    assert Order.objects.filter(parent=order).count() == 1


def test_control_without_the_lock_only_its_key_keeps_it_one_order(locks_off, meet_before):
    order = make_paid_order()
    proposal = make_proposal(order, ProposalKind.SUPPLEMENT)
    meet_before(proposals, "close")
    (refusal,) = refusals(together(partial(accept, proposal), partial(accept, proposal)))
    assert isinstance(refusal, IntegrityError)
    assert Order.objects.filter(parent=order).count() == 1


def test_of_an_acceptance_and_a_withdrawal_at_once_one_wins(meet_before):
    order = make_paid_order()
    proposal, due_at = make_proposal(order, ProposalKind.EXTEND), order.due_at
    meet_before(locks, "lock_order")
    (refusal,) = refusals(together(partial(accept, proposal), partial(withdraw, proposal)))
    assert refusal.code == OrderErrorCode.PROPOSAL_OVER
    proposal.refresh_from_db()
    order.refresh_from_db()
    assert (proposal.status, order.due_at > due_at) in {("accepted", True), ("withdrawn", False)}


def test_of_an_answer_in_time_and_the_clock_at_once_one_wins(meet_before):
    order = make_paid_order()
    proposal, due_at = make_proposal(order, ProposalKind.EXTEND), order.due_at

    def run_out():
        with clock.moved_to(proposal.expires_at):
            return services.run_deadline(order_id=order.pk, kind="proposal_extend")

    meet_before(locks, "lock_order", (locks, "try_lock_order"))
    results = together(partial(accept, proposal), run_out)
    proposal.refresh_from_db()
    order.refresh_from_db()
    assert (proposal.status, order.due_at > due_at) in {("accepted", True), ("lapsed", False)}
    assert [refusal.code for refusal in refusals(results)] in ([], [OrderErrorCode.PROPOSAL_OVER])


def test_two_proposals_of_a_kind_at_once_are_one(meet_before):
    order = make_paid_order()
    meet_before(locks, "lock_order")
    propose = partial(make_proposal, order, ProposalKind.EXTEND)
    (refusal,) = refusals(together(propose, propose))
    assert refusal.code == OrderErrorCode.PROPOSAL_OPEN
    assert order.proposals.count() == 1


def test_control_without_the_lock_only_the_database_stops_the_second_one(locks_off, meet_before):
    order = make_paid_order()
    meet_before(OrderProposal, "save")
    propose = partial(make_proposal, order, ProposalKind.EXTEND)
    (refusal,) = refusals(together(propose, propose))
    assert isinstance(refusal, IntegrityError)
    assert order.proposals.count() == 1


def accept_work(order):
    return services.accept_delivery(order_id=order.pk, buyer=order.buyer)


def revise(order):
    return services.request_revision(order_id=order.pk, buyer=order.buyer, message="再改一次")


def test_of_an_acceptance_and_a_revision_at_once_one_wins(meet_before):
    order = make_delivered_order(gig=make_gig(revisions=1))
    meet_before(locks, "lock_order")
    (refusal,) = refusals(together(partial(accept_work, order), partial(revise, order)))
    assert refusal.code == OrderErrorCode.WRONG_STATE
    order.refresh_from_db()
    outcome = (order.status, order.revision_requests.count())
    assert outcome in {(OrderStatus.COMPLETED, 0), (OrderStatus.REVISION_REQUESTED, 1)}
    assert audit_books().violations == []


def test_control_without_the_lock_accepted_work_is_revised_too(locks_off):
    order = make_delivered_order(gig=make_gig(revisions=1))
    assert refusals(together(partial(accept_work, order), partial(revise, order))) == []
    assert {"accepted", "revision_requested"} <= set(order.events.values_list("type", flat=True))


def test_two_revisions_at_once_use_one(meet_before):
    order = make_delivered_order(gig=make_gig(revisions=2))
    meet_before(locks, "lock_order")
    (refusal,) = refusals(together(partial(revise, order), partial(revise, order)))
    assert refusal.code == OrderErrorCode.WRONG_STATE
    order.refresh_from_db()
    assert (order.revisions_used, order.revision_requests.count()) == (1, 1)


def pause(order):
    return services.pause_acceptance(order_id=order.pk, buyer=order.buyer)


def accept_by_the_clock(order):
    with clock.moved_to(order.auto_accept_at):
        return services.run_deadline(order_id=order.pk, kind=DeadlineKind.ACCEPT)


def test_of_a_pause_and_the_acceptance_clock_at_once_one_wins(meet_before):
    order = make_delivered_order()
    meet_before(locks, "lock_order", (locks, "try_lock_order"))
    results = together(partial(pause, order), partial(accept_by_the_clock, order))
    order.refresh_from_db()
    is_paused = order.acceptance_paused_at is not None
    assert (order.status, is_paused) in {(OrderStatus.COMPLETED, False), (OrderStatus.DELIVERED, True)}
    assert [refusal.code for refusal in refusals(results)] == ([] if is_paused else [OrderErrorCode.WRONG_STATE])
    assert audit_books().violations == []


def test_control_without_the_lock_an_accepted_order_is_paused(monkeypatch):
    """The buyer has read that the order waits; the clock does all it does before anything is written about that."""
    order = make_delivered_order()
    read, accepted = threading.Event(), threading.Event()

    def unlocked(order_id):
        found = Order.objects.get(pk=order_id)
        read.set()
        assert accepted.wait(60)
        return found

    def run_out():
        assert read.wait(60)
        try:
            return accept_by_the_clock(order)
        finally:
            accepted.set()

    monkeypatch.setattr(locks, "lock_order", unlocked)
    assert refusals(together(partial(pause, order), run_out)) == []
    order.refresh_from_db()
    assert (order.status, order.acceptance_paused_at is not None) == (OrderStatus.COMPLETED, True)


def test_two_pauses_at_once_are_one(meet_before):
    order = make_delivered_order()
    at = order.auto_accept_at
    meet_before(locks, "lock_order")
    (refusal,) = refusals(together(partial(pause, order), partial(pause, order)))
    assert refusal.code == OrderErrorCode.ALREADY_PAUSED
    order.refresh_from_db()
    assert order.auto_accept_at == at + timedelta(days=7)


def tip(order, amount_fen=2000):
    return services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=amount_fen)


def test_two_tips_at_once_are_one(meet_before):
    order = make_completed_order()
    meet_before(locks, "lock_order")
    first, second = together(partial(tip, order), partial(tip, order))
    assert first == second
    assert Order.objects.filter(kind=OrderKind.TIP).count() == 1


def test_control_without_the_lock_there_are_two_tips(locks_off, meet_before):
    order = make_completed_order()
    meet_before(tips, "place_agreed_order")
    assert refusals(together(partial(tip, order), partial(tip, order))) == []
    assert Order.objects.filter(kind=OrderKind.TIP).count() == 2


def test_of_a_tips_payment_and_another_amount_at_once_one_wins(meet_before):
    given = make_tip(amount_fen=2000)
    order = given.parent
    meet_before(locks, "lock_order")
    results = together(partial(pay, given), partial(tip, order, 3000))
    paid = Order.objects.filter(kind=OrderKind.TIP, status=OrderStatus.COMPLETED)
    waiting = Order.objects.filter(kind=OrderKind.TIP, status=OrderStatus.PENDING_PAYMENT)
    if results[0] is True:  # the money was first
        assert isinstance(results[1], OrderError)
        assert results[1].code == OrderErrorCode.TIP_GIVEN
        assert (paid.count(), waiting.count()) == (1, 0)
    else:  # payments gives it back
        assert results[0] is False
        assert (paid.count(), [row.total_fen for row in waiting]) == (0, [3000])
    assert audit_books().violations == []
