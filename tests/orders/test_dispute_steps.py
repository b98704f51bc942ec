"""Every thing that can be done in a dispute, in every state of it, by each side: what the table says, or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied

from marketplace.core import clock
from marketplace.ledger.audit import audit_books
from marketplace.orders import services
from marketplace.orders.errors import OrderError
from marketplace.orders.models import DeadlineKind, Dispute, Order
from marketplace.orders.states import DISPUTE_TRANSITIONS, DisputeStatus, OrderStatus
from tests.factories import decide_finally, make_delivered_order, make_moderator
from tests.orders.situations import footprint

D = DisputeStatus
# The rules as the product has them, written down a second time on purpose.
ALLOWED = {
    (D.ANSWER, D.MEDIATION): {"answerer", "system"},
    (D.MEDIATION, D.DECISION): {"system"},
    (D.MEDIATION, D.DECIDED): {"mediator"},
    (D.DECISION, D.DECIDED): {"mediator"},
    (D.DECIDED, D.APPEALED): {"buyer", "seller"},
    (D.DECIDED, D.CLOSED): {"system", "both"},
    (D.APPEALED, D.CLOSED): {"mediator", "both"},
    (D.ANSWER, D.CLOSED): {"both"},
    (D.MEDIATION, D.CLOSED): {"both"},
    (D.DECISION, D.CLOSED): {"both"},
    (D.ANSWER, D.WITHDRAWN): {"opener"},
    (D.MEDIATION, D.WITHDRAWN): {"opener"},
    (D.DECISION, D.WITHDRAWN): {"opener"},
    (D.WITHDRAWN, D.ANSWER): {"buyer", "seller"},
}
RUNNING = (D.ANSWER, D.MEDIATION, D.DECISION, D.DECIDED, D.APPEALED)


@pytest.mark.parametrize(("source", "target"), list(product(D, D)))
def test_the_table_allows_exactly_these_steps(source, target):
    actors = ("buyer", "seller", "system", "mediator", "both", "opener", "answerer")
    found = {actor for actor in actors if DISPUTE_TRANSITIONS.allows(source, target, actor)}
    assert found == ALLOWED.get((source, target), set())


def ring(order: Order, kind: DeadlineKind, moment: str) -> None:
    with clock.moved_to(getattr(Dispute.objects.get(order=order), moment)):
        assert services.run_deadline(order_id=order.pk, kind=kind)


def make_dispute_in(status: DisputeStatus) -> Order:
    """A delivered order whose buyer opened a dispute, brought to `status` by the services."""
    order = make_delivered_order()
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="和说好的不一样")
    if status not in (D.ANSWER, D.WITHDRAWN):
        services.answer_dispute(order_id=order.pk, user=order.seller, text="做完了。")
    if status == D.DECISION:
        ring(order, DeadlineKind.DISPUTE_MEDIATION, "mediation_ends_at")
    if status in (D.DECIDED, D.APPEALED):
        services.decide_dispute(
            order_id=order.pk, mediator=make_moderator(), refund_fen=4_000, explanation="做完了一半。"
        )
    if status == D.APPEALED:
        services.appeal_decision(order_id=order.pk, user=order.buyer, text="没有看第二份文件。")
    if status == D.CLOSED:
        decide_finally(order, refund_fen=4_000)
    if status == D.WITHDRAWN:
        services.withdraw_dispute(order_id=order.pk, user=order.buyer)
    order = Order.objects.get(pk=order.pk)
    assert order.dispute.status == status
    return order


@dataclass(frozen=True)
class Step:
    """One thing somebody does, and where it leads from each state that allows it; the buyer opened the dispute."""

    name: str
    run: Callable[[Order], object]
    leads: dict[DisputeStatus, DisputeStatus]


def steps() -> list[Step]:
    def by(side: str, run: Callable[..., object]) -> Callable[[Order], object]:
        return lambda order: run(order, getattr(order, side))

    def answer(order, user):
        return services.answer_dispute(order_id=order.pk, user=user, text="我的说法。")

    def add(order, user):
        return services.add_evidence(order_id=order.pk, user=user, text="补一句。")

    def take_back(order, user):
        return services.withdraw_dispute(order_id=order.pk, user=user)

    def appeal(order, user):
        return services.appeal_decision(order_id=order.pk, user=user, text="再看一次。")

    def accept(order, user):
        return services.accept_decision(order_id=order.pk, user=user)

    def propose(order, user):
        return services.propose_split(order_id=order.pk, user=user, refund_fen=1)

    def agree(order):
        proposal = services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=5_000)
        return services.accept_split(order_id=order.pk, proposal_id=proposal.pk, user=order.seller)

    def decide(order):
        return services.decide_dispute(
            order_id=order.pk, mediator=make_moderator(), refund_fen=2_500, explanation="理由。"
        )

    def advise(order):
        return services.advise(order_id=order.pk, mediator=make_moderator(), text="建议各让一步。", refund_fen=5_000)

    stays = {status: status for status in RUNNING}
    withdrawn = dict.fromkeys((D.ANSWER, D.MEDIATION, D.DECISION), D.WITHDRAWN)
    reopened = {D.WITHDRAWN: D.ANSWER}

    def reopen(order, user):
        return services.open_dispute(order_id=order.pk, user=user, reason="还是没有改")

    return [
        Step("the other side answers", by("seller", answer), {D.ANSWER: D.MEDIATION}),
        Step("who opened it answers", by("buyer", answer), {}),
        Step("the buyer adds", by("buyer", add), stays),
        Step("the seller adds", by("seller", add), stays),
        Step("who opened it takes back", by("buyer", take_back), withdrawn),
        Step("the other side takes back", by("seller", take_back), {}),
        Step("the buyer opens again", by("buyer", reopen), reopened),
        Step("the seller opens again", by("seller", reopen), reopened),
        Step("the buyer proposes", by("buyer", propose), stays),
        Step("the seller proposes", by("seller", propose), stays),
        Step("both agree", agree, dict.fromkeys(RUNNING, D.CLOSED)),
        Step("a mediator advises", advise, stays),
        Step("a mediator decides", decide, {D.MEDIATION: D.DECIDED, D.DECISION: D.DECIDED, D.APPEALED: D.CLOSED}),
        Step("the buyer accepts the decision", by("buyer", accept), {D.DECIDED: D.DECIDED}),
        Step("the seller accepts the decision", by("seller", accept), {D.DECIDED: D.DECIDED}),
        Step("the buyer appeals", by("buyer", appeal), {D.DECIDED: D.APPEALED}),
        Step("the seller appeals", by("seller", appeal), {D.DECIDED: D.APPEALED}),
    ]


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.name)
@pytest.mark.parametrize("status", list(D), ids=str)
def test_every_step_in_every_state_leads_where_the_table_says_or_is_refused(db, status, step):
    order = make_dispute_in(status)
    before = footprint(order)
    if status in step.leads:
        step.run(order)
        dispute = Dispute.objects.select_related("order").get(order=order)
        assert dispute.status == step.leads[status]
        closed = {D.CLOSED: OrderStatus.RESOLVED, D.WITHDRAWN: OrderStatus.DELIVERED}
        assert dispute.order.status == closed.get(dispute.status, OrderStatus.DISPUTED)
        assert footprint(order) != before
    else:
        with pytest.raises(OrderError):
            step.run(order)
        assert footprint(order) == before
    assert audit_books().violations == []


CLOCKS = {
    DeadlineKind.DISPUTE_REMINDER: {status: status for status in (D.ANSWER, D.MEDIATION, D.DECIDED)},
    DeadlineKind.DISPUTE_ANSWER: {D.ANSWER: D.MEDIATION},
    DeadlineKind.DISPUTE_MEDIATION: {D.MEDIATION: D.DECISION},
    DeadlineKind.DISPUTE_DECISION: {status: status for status in (D.MEDIATION, D.DECISION, D.APPEALED)},
    DeadlineKind.DISPUTE_APPEAL: {D.DECIDED: D.CLOSED},
}


@pytest.mark.parametrize("kind", CLOCKS, ids=str)
@pytest.mark.parametrize("status", list(D), ids=str)
def test_every_clock_runs_where_it_has_something_to_do_and_nowhere_else(db, status, kind):
    order = make_dispute_in(status)
    before = footprint(order)
    with clock.moved_to(clock.now() + timedelta(days=60)):
        rang = services.run_deadline(order_id=order.pk, kind=kind)
        again = services.run_deadline(order_id=order.pk, kind=kind)
    assert (rang, again) == (status in CLOCKS[kind], False)
    dispute = Dispute.objects.get(order=order)
    assert dispute.status == CLOCKS[kind].get(status, status)
    if not rang:
        assert footprint(order) == before
    assert audit_books().violations == []


def test_no_clock_ever_refunds_or_releases_what_nobody_decided(db):
    """Idle goes to a person: with nobody at work for months the case is still there, and all its money too."""
    order = make_dispute_in(D.ANSWER)
    money = footprint(order)[-1]
    for day in range(0, 120, 4):
        with clock.moved_to(clock.now() + timedelta(days=day)):
            for kind in DeadlineKind:
                services.run_deadline(order_id=order.pk, kind=kind)
    order.refresh_from_db()
    assert (order.status, order.dispute.status) == (OrderStatus.DISPUTED, D.DECISION)
    assert footprint(order)[-1] == money
    assert order.refunds.count() == 0


def test_a_stranger_with_no_right_does_not_mediate(db):
    order = make_dispute_in(D.MEDIATION)
    before = footprint(order)
    for person in (order.buyer, order.seller):
        for attempt in (
            lambda person=person: services.advise(order_id=order.pk, mediator=person, text="x"),
            lambda person=person: services.decide_dispute(
                order_id=order.pk, mediator=person, refund_fen=0, explanation="x"
            ),
        ):
            with pytest.raises(PermissionDenied):
                attempt()
    assert footprint(order) == before
