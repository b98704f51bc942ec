"""The table of allowed moves, each pair of it, and every service against every state and every side."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied

from marketplace.core import clock
from marketplace.ledger.audit import audit_books
from marketplace.orders import services
from marketplace.orders.deadlines import SAYINGS, clocks_of
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, MilestonePlan, Order, OrderEventType, OrderProposal, ProposalKind
from marketplace.orders.states import FINAL_STATUSES, ORDER_TRANSITIONS, OrderStatus
from tests.factories import decide_finally, make_moderator, make_user
from tests.orders.situations import EVERY_STATE, far_future, footprint, make_order_in

S, E = OrderStatus, OrderEventType

# The rules as the product has them, written down a second time on purpose.
ALLOWED = {
    (S.PENDING_PAYMENT, S.AWAITING_REQUIREMENTS): {"system"},
    (S.PENDING_PAYMENT, S.IN_PROGRESS): {"system"},
    (S.PENDING_PAYMENT, S.COMPLETED): {"system"},
    (S.PENDING_PAYMENT, S.CANCELLED): {"buyer", "stopper", "system"},
    (S.AWAITING_REQUIREMENTS, S.IN_PROGRESS): {"buyer", "seller"},
    (S.AWAITING_REQUIREMENTS, S.CANCELLED): {"buyer", "seller"},
    (S.IN_PROGRESS, S.DELIVERED): {"seller"},
    (S.IN_PROGRESS, S.CANCELLED): {"buyer", "seller", "both"},
    (S.IN_PROGRESS, S.DISPUTED): {"buyer", "seller"},
    (S.DELIVERED, S.COMPLETED): {"buyer", "system"},
    (S.DELIVERED, S.REVISION_REQUESTED): {"buyer"},
    (S.DELIVERED, S.DISPUTED): {"buyer", "seller"},
    (S.REVISION_REQUESTED, S.DELIVERED): {"seller"},
    (S.REVISION_REQUESTED, S.CANCELLED): {"buyer", "seller", "both"},
    (S.DELIVERED, S.CANCELLED): {"both"},
    (S.REVISION_REQUESTED, S.DISPUTED): {"buyer", "seller"},
    (S.DISPUTED, S.RESOLVED): {"mediator", "both"},
    (S.DISPUTED, S.IN_PROGRESS): {"opener"},
    (S.DISPUTED, S.REVISION_REQUESTED): {"opener"},
    (S.DISPUTED, S.DELIVERED): {"opener"},
}


@pytest.mark.parametrize(("source", "target"), list(product(EVERY_STATE, EVERY_STATE)))
def test_the_table_allows_exactly_these_moves(source, target):
    actors = {
        actor
        for actor in ("buyer", "seller", "system", "mediator", "both", "opener", "stopper", "stranger")
        if ORDER_TRANSITIONS.allows(source, target, actor)
    }
    assert actors == ALLOWED.get((source, target), set())


def test_nothing_leaves_a_final_state_and_every_other_state_has_a_way_on():
    sources = {source for source, _target in ALLOWED}
    assert sources == set(EVERY_STATE) - set(FINAL_STATUSES)
    assert {target for _source, target in ALLOWED} == set(EVERY_STATE) - {S.PENDING_PAYMENT}


@dataclass(frozen=True)
class Act:
    """One thing a service does: by whom, and where it leads from each state that allows it."""

    name: str
    run: Callable[[Order], object]
    leads: dict[OrderStatus, tuple[OrderStatus, OrderEventType]]
    repeats: frozenset[OrderStatus] = frozenset()  # states in which it quietly does nothing, because it was done
    events: int = 1  # lines of the time line that it writes, the last of which is named above
    quiet: bool = False  # a clock: where it has nothing to do it returns False instead of refusing


def answers(order):
    return {requirement.pk: "青绿色" for requirement in order.requirements.all()}


def agreement_around(order: Order) -> MilestonePlan:
    """An agreement of two stages, of which this order is the first."""
    stage = services.Stage("第一步", order.total_fen, 5, 1)
    plan = services.make_plan(
        buyer=order.buyer, seller=order.seller, gig=None, title="分两步", stages=(stage, stage), terms={}
    )
    plan.milestones.filter(position=1).update(order=order)
    return plan


def acts() -> list[Act]:
    def by(side, run):
        return lambda order: run(order, getattr(order, side))

    def requirements(order, user):
        return services.submit_requirements(order_id=order.pk, buyer=user, answers=answers(order))

    def skip(order, user):
        return services.skip_requirements(order_id=order.pk, seller=user, message="先按常规做")

    def deliver(order, user):
        return services.deliver_order(order_id=order.pk, seller=user, message="完成了。")

    def accept(order, user):
        return services.accept_delivery(order_id=order.pk, buyer=user)

    def revise(order, user):
        return services.request_revision(order_id=order.pk, buyer=user, message="再改一次")

    def cancel(order, user):
        return services.cancel_order(order_id=order.pk, user=user)

    def dispute(order, user):
        return services.open_dispute(order_id=order.pk, user=user, reason="说不拢")

    def stop(order, user):
        """As a stage of an agreement that is stopped: only what waits for its payment ends with it."""
        services.stop_plan(plan_id=agreement_around(order).pk, user=user, words="先做到这里")
        is_closed = Order.objects.filter(pk=order.pk, status=S.CANCELLED, paid_at=None).exists()
        return is_closed  # so that whatever was paid for is seen to have been left alone

    def grant(order, user):
        asked = OrderProposal.objects.create(
            order=order, kind=ProposalKind.REVISION, proposed_by=order.buyer, message="再改一次"
        )
        try:
            return services.accept_proposal(proposal_id=asked.pk, user=user)
        except OrderError:
            # Asked here and not by the act, so that what is refused is seen to have changed nothing.
            assert asked.delete()[0] == 1
            raise

    def pay(order):
        return services.confirm_payment(
            order_id=order.pk, gateway="alipay", payment_reference="PANEW", amount_fen=order.total_fen
        )

    def cancel_together(order):
        proposal = services.propose_cancellation(order_id=order.pk, user=order.seller)
        return services.accept_cancellation(order_id=order.pk, proposal_id=proposal.pk, user=order.buyer)

    def cancel_by_silence(order):
        proposal = services.propose_cancellation(order_id=order.pk, user=order.buyer)
        with clock.moved_to(proposal.expires_at):
            assert services.run_deadline(order_id=order.pk, kind=DeadlineKind.PROPOSAL_CANCEL)

    def agree(order):
        proposal = services.propose_split(order_id=order.pk, user=order.seller, refund_fen=4_005)
        return services.accept_split(order_id=order.pk, proposal_id=proposal.pk, user=order.buyer)

    def decide(order):
        if order.status != S.DISPUTED:
            services.decide_dispute(order_id=order.pk, mediator=make_moderator(), refund_fen=0, explanation="说明。")
        return decide_finally(order, refund_fen=0)

    def take_back(order, user):
        return services.withdraw_dispute(order_id=order.pk, user=user)

    cancelled = {S.CANCELLED}
    running = (S.IN_PROGRESS, S.DELIVERED, S.REVISION_REQUESTED)
    disputable = dict.fromkeys(running, (S.DISPUTED, E.DISPUTE_OPENED))
    to_cancelled = (S.CANCELLED, E.CANCELLED)
    return [
        Act("pay", pay, {S.PENDING_PAYMENT: (S.IN_PROGRESS, E.PAID)}, quiet=True),
        Act(
            "close unpaid",
            lambda order: services.close_unpaid_order(order_id=order.pk),
            {S.PENDING_PAYMENT: (S.CANCELLED, E.PAYMENT_EXPIRED)},
            quiet=True,
        ),
        Act(
            "accept by the clock",
            lambda order: services.run_deadline(order_id=order.pk, kind=DeadlineKind.ACCEPT),
            {S.DELIVERED: (S.COMPLETED, E.AUTO_ACCEPTED)},
            quiet=True,
        ),
        Act(
            "buyer answers",
            by("buyer", requirements),
            {S.AWAITING_REQUIREMENTS: (S.IN_PROGRESS, E.REQUIREMENTS_SUBMITTED)},
        ),
        Act("seller answers", by("seller", requirements), {}),
        Act(
            "seller begins without answers",
            by("seller", skip),
            {S.AWAITING_REQUIREMENTS: (S.IN_PROGRESS, E.REQUIREMENTS_SKIPPED)},
        ),
        Act("buyer begins without answers", by("buyer", skip), {}),
        Act("buyer delivers", by("buyer", deliver), {}),
        Act(
            "seller delivers",
            by("seller", deliver),
            {S.IN_PROGRESS: (S.DELIVERED, E.DELIVERED), S.REVISION_REQUESTED: (S.DELIVERED, E.DELIVERED)},
        ),
        Act(
            "buyer accepts",
            by("buyer", accept),
            {S.DELIVERED: (S.COMPLETED, E.ACCEPTED)},
            repeats=frozenset({S.COMPLETED}),
        ),
        Act("seller accepts", by("seller", accept), {}, repeats=frozenset({S.COMPLETED})),
        Act("buyer revises", by("buyer", revise), {S.DELIVERED: (S.REVISION_REQUESTED, E.REVISION_REQUESTED)}),
        Act("seller revises", by("seller", revise), {}),
        Act(
            "seller gives one more revision",
            by("seller", grant),
            {S.DELIVERED: (S.REVISION_REQUESTED, E.REVISION_REQUESTED)},
        ),
        Act(
            "buyer cancels",
            by("buyer", cancel),
            dict.fromkeys(
                (S.PENDING_PAYMENT, S.AWAITING_REQUIREMENTS, S.IN_PROGRESS, S.REVISION_REQUESTED), to_cancelled
            ),
            repeats=frozenset(cancelled),
        ),
        Act(
            "seller cancels",
            by("seller", cancel),
            dict.fromkeys((S.AWAITING_REQUIREMENTS, S.IN_PROGRESS, S.REVISION_REQUESTED), to_cancelled),
            repeats=frozenset(cancelled),
        ),
        Act("buyer disputes", by("buyer", dispute), disputable),
        Act("seller disputes", by("seller", dispute), disputable),
        Act("buyer stops the agreement", by("buyer", stop), {S.PENDING_PAYMENT: to_cancelled}, quiet=True),
        Act("seller stops the agreement", by("seller", stop), {S.PENDING_PAYMENT: to_cancelled}, quiet=True),
        Act("both cancel", cancel_together, dict.fromkeys(running, to_cancelled), events=2),
        Act("silence cancels", cancel_by_silence, dict.fromkeys(running, to_cancelled), events=2),
        Act("both agree on a division", agree, {S.DISPUTED: (S.RESOLVED, E.DISPUTE_RESOLVED)}, events=2),
        # answered, decided, accepted by both, in effect
        Act("a decision is accepted", decide, {S.DISPUTED: (S.RESOLVED, E.DISPUTE_RESOLVED)}, events=5),
        Act("the buyer takes back", by("buyer", take_back), {S.DISPUTED: (S.DELIVERED, E.DISPUTE_WITHDRAWN)}),
        Act("the seller takes back the buyer's", by("seller", take_back), {}),
    ]


@pytest.mark.parametrize("act", acts(), ids=lambda act: act.name)
@pytest.mark.parametrize("status", EVERY_STATE, ids=str)
def test_every_act_in_every_state_does_what_the_rules_say_or_nothing(db, status, act):
    order = make_order_in(status)
    before = footprint(order)
    events = order.events.count()

    with clock.moved_to(far_future()):  # so that no clock stands in the way: they have tests of their own
        if status in act.leads:
            act.run(order)
            target, event = act.leads[status]
            order.refresh_from_db()
            assert order.status == target
            assert order.events.count() == events + act.events
            assert order.events.order_by("-pk").first().type == event
            assert (status, target) in ALLOWED
        elif status in act.repeats:
            act.run(order)
            assert footprint(order) == before
        elif act.quiet:
            assert act.run(order) is False
            assert footprint(order) == before
        else:
            with pytest.raises(OrderError) as refusal:
                act.run(order)
            assert refusal.value.code == OrderErrorCode.WRONG_STATE
            assert footprint(order) == before
    assert audit_books().violations == []


@pytest.mark.parametrize("act", acts(), ids=lambda act: act.name)
def test_after_every_act_exactly_the_clocks_run_that_the_new_state_asks_for(db, act):
    for source in act.leads:
        order = make_order_in(source)
        with clock.moved_to(far_future()):
            act.run(order)
            order = Order.objects.get(pk=order.pk)
            # A reminder whose moment is over is none.
            expected = {kind: at for kind, at in clocks_of(order).items() if at > clock.now() or kind not in SAYINGS}
            if order.status == S.DISPUTED:
                answer_due_at = order.dispute.answer_due_at
                expected = {
                    DeadlineKind.DISPUTE_REMINDER: answer_due_at - timedelta(hours=24),
                    DeadlineKind.DISPUTE_ANSWER: answer_due_at,
                }
            assert dict(order.deadlines.values_list("kind", "due_at")) == expected


@pytest.mark.parametrize("status", EVERY_STATE, ids=str)
def test_a_stranger_can_do_nothing_with_an_order(db, status):
    order, stranger = make_order_in(status), make_user()
    before = footprint(order)
    attempts = [
        lambda: services.submit_requirements(order_id=order.pk, buyer=stranger, answers=answers(order)),
        lambda: services.save_requirements(order_id=order.pk, buyer=stranger, answers=answers(order)),
        lambda: services.skip_requirements(order_id=order.pk, seller=stranger, message="x"),
        lambda: services.add_requirement_note(order_id=order.pk, buyer=stranger, message="x"),
        lambda: services.deliver_order(order_id=order.pk, seller=stranger, message="x"),
        lambda: services.accept_delivery(order_id=order.pk, buyer=stranger),
        lambda: services.request_revision(order_id=order.pk, buyer=stranger, message="x"),
        lambda: services.cancel_order(order_id=order.pk, user=stranger),
        lambda: services.open_dispute(order_id=order.pk, user=stranger, reason="x"),
        lambda: services.pause_acceptance(order_id=order.pk, buyer=stranger),
        lambda: services.give_tip(order_id=order.pk, buyer=stranger, amount_fen=1000),
        lambda: services.propose_cancellation(order_id=order.pk, user=stranger),
        lambda: services.accept_cancellation(order_id=order.pk, proposal_id=0, user=stranger),
        lambda: services.decline_cancellation(order_id=order.pk, proposal_id=0, user=stranger),
        lambda: services.withdraw_cancellation(order_id=order.pk, proposal_id=0, user=stranger),
        lambda: services.answer_dispute(order_id=order.pk, user=stranger, text="x"),
        lambda: services.add_evidence(order_id=order.pk, user=stranger, text="x"),
        lambda: services.withdraw_dispute(order_id=order.pk, user=stranger),
        lambda: services.propose_split(order_id=order.pk, user=stranger, refund_fen=1),
        lambda: services.accept_split(order_id=order.pk, proposal_id=0, user=stranger),
        lambda: services.decline_split(order_id=order.pk, proposal_id=0, user=stranger),
        lambda: services.withdraw_split(order_id=order.pk, proposal_id=0, user=stranger),
        lambda: services.accept_decision(order_id=order.pk, user=stranger),
        lambda: services.appeal_decision(order_id=order.pk, user=stranger, text="x"),
        lambda: services.advise(order_id=order.pk, mediator=stranger, text="x"),
        lambda: services.decide_dispute(order_id=order.pk, mediator=stranger, refund_fen=0, explanation="x"),
    ]
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()
    assert footprint(order) == before
