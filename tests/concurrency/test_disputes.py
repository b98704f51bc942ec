"""Two sides, two mediators and the clock at once; each race with its control without the lock."""

from functools import partial

import pytest
from django.db import IntegrityError

from marketplace.core import clock
from marketplace.ledger.models import Transaction
from marketplace.orders import locks, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, Dispute, EvidenceBundle, Order, Refund
from marketplace.orders.services import bundles, delivery, dispute_decisions, dispute_splits, mutual_cancellation
from marketplace.orders.states import DisputeStatus, OrderStatus
from tests.databases import together
from tests.factories import make_delivered_order, make_moderator, make_paid_order

pytestmark = pytest.mark.usefixtures("committed_db")


def refusals(results):
    return [result for result in results if isinstance(result, Exception)]


def mediated() -> Order:
    order = make_delivered_order()
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="说不拢")
    services.answer_dispute(order_id=order.pk, user=order.seller, text="做完了。")
    return order


def decision(order, mediator, refund_fen=0):
    return partial(
        services.decide_dispute, order_id=order.pk, mediator=mediator, refund_fen=refund_fen, explanation="理由。"
    )


def decided() -> Order:
    order = mediated()
    decision(order, make_moderator(), 4_000)()
    return order


def proposed_to_cancel():
    order = make_paid_order()
    proposal = services.propose_cancellation(order_id=order.pk, user=order.buyer)
    accept = partial(services.accept_cancellation, order_id=order.pk, proposal_id=proposal.pk, user=order.seller)
    deliver = partial(services.deliver_order, order_id=order.pk, seller=order.seller, message="完成了。")
    return order, accept, deliver


def test_of_a_delivery_and_a_cancellation_that_both_want_one_wins(meet_before):
    order, accept, deliver = proposed_to_cancel()
    meet_before(locks, "lock_order")
    (refusal,) = refusals(together(accept, deliver))
    assert isinstance(refusal, OrderError)
    order.refresh_from_db()
    outcome = (order.status, order.deliveries.count(), Refund.objects.filter(order=order).count())
    assert outcome in {(OrderStatus.DELIVERED, 1, 0), (OrderStatus.CANCELLED, 0, 1)}


def test_control_without_the_lock_cancelled_work_is_delivered_too(locks_off, meet_before):
    order, accept, deliver = proposed_to_cancel()
    meet_before(mutual_cancellation, "close", (delivery, "keep_files"))  # it is open, and work can still be delivered
    assert refusals(together(accept, deliver)) == []
    assert (order.deliveries.count(), Refund.objects.filter(order=order).count()) == (1, 1)


def agreed_or_decided():
    order = mediated()
    proposal = services.propose_split(order_id=order.pk, user=order.seller, refund_fen=9_000)
    accept = partial(services.accept_split, order_id=order.pk, proposal_id=proposal.pk, user=order.buyer)
    return order, accept, decision(order, make_moderator(), 1_000)


def test_of_an_agreement_and_a_decision_at_once_one_wins_and_moves_its_own_amount(meet_before):
    order, accept, decide = agreed_or_decided()
    meet_before(locks, "lock_order")
    (refusal,) = refusals(together(accept, decide))
    assert isinstance(refusal, OrderError)
    dispute = Dispute.objects.select_related("order").get(order=order)
    refunds = tuple(Refund.objects.values_list("amount_fen", flat=True))
    outcome = (dispute.order.status, dispute.decisions.count(), refunds)
    assert outcome in {(OrderStatus.RESOLVED, 0, (9_000,)), (OrderStatus.DISPUTED, 1, ())}


def test_control_without_the_lock_what_was_agreed_is_decided_too(locks_off, meet_before):
    order, accept, decide = agreed_or_decided()
    meet_before(dispute_splits, "close", (dispute_decisions, "outcome_of"))
    assert refusals(together(accept, decide)) == []
    assert order.dispute.decisions.count() == 1
    assert Refund.objects.filter(order=order).count() == 1


def test_of_two_mediators_at_once_one_decides(meet_before):
    order, one, two = mediated(), make_moderator(), make_moderator()
    meet_before(locks, "lock_order")
    (refusal,) = refusals(together(decision(order, one, 1_000), decision(order, two, 9_000)))
    assert isinstance(refusal, OrderError)
    assert refusal.code == OrderErrorCode.WRONG_STATE
    assert order.dispute.decisions.count() == 1
    assert order.events.filter(type="dispute_decided").count() == 1


def test_control_without_the_lock_only_the_database_stops_the_second_decision(locks_off, meet_before):
    order, one, two = mediated(), make_moderator(), make_moderator()
    meet_before(dispute_decisions, "outcome_of")
    (refusal,) = refusals(together(decision(order, one, 1_000), decision(order, two, 9_000)))
    assert isinstance(refusal, IntegrityError)
    assert "orders_decision_number" in str(refusal)


def appeal_and_effect():
    order = decided()
    until = order.dispute.takes_effect_at

    def effect():
        with clock.moved_to(until):
            return services.run_deadline(order_id=order.pk, kind=DeadlineKind.DISPUTE_APPEAL)

    return order, partial(services.appeal_decision, order_id=order.pk, user=order.buyer, text="再看一次。"), effect


def test_of_an_appeal_and_the_clock_of_the_decision_at_once_one_wins(meet_before):
    order, appeal, effect = appeal_and_effect()
    meet_before(locks, "lock_order", (locks, "try_lock_order"))
    results = together(appeal, effect)
    dispute = Dispute.objects.select_related("order").get(order=order)
    moved = Transaction.objects.filter(kind="escrow_released").exists()
    outcome = (dispute.status, dispute.order.status, moved, len(refusals(results)))
    assert outcome in {
        (DisputeStatus.APPEALED, OrderStatus.DISPUTED, False, 0),
        (DisputeStatus.CLOSED, OrderStatus.RESOLVED, True, 1),
    }


def test_control_without_the_lock_the_money_has_moved_when_it_is_appealed(monkeypatch):
    _order, appeal, effect = appeal_and_effect()
    looked = dispute_decisions.running_dispute

    def overtaken(found):
        dispute = looked(found)
        assert together(effect) == [True]  # between the look and the appeal
        return dispute

    monkeypatch.setattr(locks, "lock_order", lambda order_id: Order.objects.get(pk=order_id))
    monkeypatch.setattr(dispute_decisions, "running_dispute", overtaken)
    assert appeal().status == DisputeStatus.APPEALED
    assert Transaction.objects.filter(kind="escrow_released").exists()


def test_two_acceptances_of_one_decision_at_once_move_the_money_once(meet_before):
    order = decided()
    meet_before(locks, "lock_order")
    sides = [partial(services.accept_decision, order_id=order.pk, user=side) for side in (order.buyer, order.seller)]
    assert refusals(together(*sides)) == []
    order.refresh_from_db()
    assert order.status == OrderStatus.RESOLVED
    assert Transaction.objects.filter(kind="escrow_released").count() == 1


def test_control_without_the_lock_the_money_does_not_move_although_both_accepted(locks_off, meet_before):
    order = decided()
    meet_before(Dispute, "save")  # each has read that the other has not accepted
    sides = [partial(services.accept_decision, order_id=order.pk, user=side) for side in (order.buyer, order.seller)]
    assert refusals(together(*sides)) == []
    order.refresh_from_db()
    assert order.status == OrderStatus.DISPUTED  # each saw only its own consent


def test_two_who_ask_for_the_evidence_at_once_get_one_bundle(meet_before):
    order = mediated()
    meet_before(bundles, "_begin")  # both have looked for one, neither has made it
    asks = [
        partial(services.ask_for_bundle, dispute_id=order.dispute.pk, user=user) for user in (order.buyer, order.seller)
    ]
    first, second = together(*asks)
    assert first == second
    assert EvidenceBundle.objects.count() == 1
