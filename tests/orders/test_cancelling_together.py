"""Cancelling together: proposed, accepted, declined, taken back, silent, overtaken; and what one side alone may do."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.ledger.audit import audit_books
from marketplace.orders import services
from marketplace.orders.dispute_words import event_text
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, OrderDeadline, Refund
from marketplace.orders.states import OrderStatus, ProposalStatus
from marketplace.orders.tasks import run_due_deadlines
from tests.factories import make_paid_order
from tests.logins import log_in
from tests.orders.situations import footprint, make_order_in

pytestmark = pytest.mark.django_db
RUNNING = (OrderStatus.IN_PROGRESS, OrderStatus.DELIVERED, OrderStatus.REVISION_REQUESTED)


@pytest.fixture(autouse=True)
def _books_balance():
    yield
    assert audit_books().violations == []


@pytest.fixture
def order():
    return make_paid_order()


def propose(order, side="seller", **more):
    return services.propose_cancellation(order_id=order.pk, user=getattr(order, side), **more)


def refused(code, act, *args, **kwargs):
    with pytest.raises(OrderError) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code


@pytest.mark.parametrize("status", RUNNING, ids=str)
@pytest.mark.parametrize(("proposer", "answerer"), [("buyer", "seller"), ("seller", "buyer")])
def test_either_side_proposes_the_other_accepts_and_all_goes_back(status, proposer, answerer):
    order = make_order_in(status)
    proposal = propose(order, proposer, reason_code="no_reply", message=" 联系不上 ")
    assert (proposal.message, proposal.amount_fen) == ("联系不上", 10_000)
    services.accept_cancellation(order_id=order.pk, proposal_id=proposal.pk, user=getattr(order, answerer))
    order.refresh_from_db()
    proposal.refresh_from_db()
    assert (order.status, order.cancelled_by, order.cancel_reason) == (OrderStatus.CANCELLED, "both", "no_reply")
    assert (proposal.status, proposal.answered_at is not None) == (ProposalStatus.ACCEPTED, True)
    assert Refund.objects.get().amount_fen == 10_000
    assert not OrderDeadline.objects.filter(order=order).exists()
    said = order.events.get(type="cancelled")
    assert (said.actor, said.data["by"], said.data["refund_fen"]) == (getattr(order, answerer), "both", 10_000)


def test_silence_cancels_after_the_hours_and_not_before(order):
    proposal = propose(order)
    with clock.moved_to(proposal.expires_at - timedelta(minutes=1)):
        run_due_deadlines()
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS
    with clock.moved_to(proposal.expires_at):
        run_due_deadlines()
        run_due_deadlines()
    order.refresh_from_db()
    proposal.refresh_from_db()
    assert proposal.expires_at - proposal.created_at < timedelta(hours=48, minutes=1)
    assert (order.status, order.cancelled_by, proposal.status) == ("cancelled", "silence", ProposalStatus.LAPSED)
    assert Refund.objects.get().amount_fen == 10_000
    assert order.events.get(type="cancelled").actor is None


def test_the_hours_are_those_of_the_rules_the_order_was_made_under(order):
    set_config(key="orders.cancel_answer_hours", value=96, reason="测试")
    new = make_paid_order()
    for each, hours in ((order, 48), (new, 96)):
        until = propose(each).expires_at - clock.now()
        expected = 96 if each.rules is None else hours
        assert timedelta(hours=expected - 1) < until <= timedelta(hours=expected)


@pytest.mark.parametrize("how", ["decline", "withdraw"])
def test_a_declined_or_withdrawn_proposal_changes_nothing_and_its_clock_stops(order, how):
    proposal = propose(order, "buyer")
    act = services.decline_cancellation if how == "decline" else services.withdraw_cancellation
    act(order_id=order.pk, proposal_id=proposal.pk, user=order.seller if how == "decline" else order.buyer)
    with clock.moved_to(proposal.expires_at + timedelta(days=1)):
        assert services.run_deadline(order_id=order.pk, kind=DeadlineKind.PROPOSAL_CANCEL) is False
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS
    refused(
        OrderErrorCode.PROPOSAL_OVER,
        services.accept_cancellation,
        order_id=order.pk,
        proposal_id=proposal.pk,
        user=order.seller,
    )


def test_nobody_answers_their_own_proposal_and_nobody_takes_back_the_others(order):
    proposal = propose(order, "seller")
    before = footprint(order)
    for act, user in (
        (services.accept_cancellation, order.seller),
        (services.decline_cancellation, order.seller),
        (services.withdraw_cancellation, order.buyer),
    ):
        with pytest.raises(PermissionDenied):
            act(order_id=order.pk, proposal_id=proposal.pk, user=user)
    assert footprint(order) == before


def test_one_proposal_waits_at_a_time_and_a_side_proposes_three_times_at_most(order):
    for _time in range(3):
        proposal = propose(order)
        refused(OrderErrorCode.PROPOSAL_OPEN, propose, order, "buyer")
        services.decline_cancellation(order_id=order.pk, proposal_id=proposal.pk, user=order.buyer)
    before = footprint(order)
    refused(OrderErrorCode.PROPOSED_TOO_OFTEN, propose, order)
    assert footprint(order) == before
    assert propose(order, "buyer").status == ProposalStatus.OPEN


def _deliver(order):
    services.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。")


def _accept(order):
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)


def _revise(order):
    services.request_revision(order_id=order.pk, buyer=order.buyer, message="标志请再大一点")


def _cancel(order):
    services.cancel_order(order_id=order.pk, user=order.seller)


def _dispute(order):
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="说不拢")


@pytest.mark.parametrize(
    ("status", "act"),
    [
        (OrderStatus.IN_PROGRESS, _deliver),
        (OrderStatus.REVISION_REQUESTED, _deliver),
        (OrderStatus.DELIVERED, _accept),
        (OrderStatus.DELIVERED, _revise),
        (OrderStatus.IN_PROGRESS, _dispute),
        (OrderStatus.DELIVERED, _dispute),
        (OrderStatus.REVISION_REQUESTED, _dispute),
        (OrderStatus.IN_PROGRESS, _cancel),
        (OrderStatus.REVISION_REQUESTED, _cancel),
    ],
)
def test_what_happens_meanwhile_overtakes_a_proposal(status, act):
    order = make_order_in(status)
    proposal = propose(order)
    act(order)
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.OVERTAKEN
    with clock.moved_to(proposal.expires_at):
        assert services.run_deadline(order_id=order.pk, kind=DeadlineKind.PROPOSAL_CANCEL) is False
    before = footprint(order)
    refused(
        OrderErrorCode.PROPOSAL_OVER,
        services.accept_cancellation,
        order_id=order.pk,
        proposal_id=proposal.pk,
        user=order.buyer,
    )
    assert footprint(order) == before


def test_a_seller_who_cancels_alone_bears_a_mark_and_nobody_else_does(order):
    services.cancel_order(order_id=order.pk, user=order.seller, reason_code="no_time")
    late = make_paid_order()
    with clock.moved_to(late.due_at + timedelta(hours=25)):
        services.cancel_order(order_id=late.pk, user=late.buyer, reason_code="late")
    for each, by, reason in ((order, "seller", "no_time"), (late, "buyer", "late")):
        each.refresh_from_db()
        assert (each.cancelled_by, each.cancel_reason) == (by, reason)


def test_a_reason_that_the_side_does_not_have_is_refused_and_none_is_something_else(order):
    before = footprint(order)
    with pytest.raises(ValueError, match="no_time"):
        propose(order, "buyer", reason_code="no_time")
    assert footprint(order) == before
    assert propose(order, "buyer").reason_code == "other"


def test_a_part_given_back_before_stays_given_back_and_the_rest_follows(order):
    services.refund_part(order_id=order.pk, actor=order.seller, amount_fen=4_000, reason="少做一项")
    proposal = propose(order)
    assert proposal.amount_fen == 6_000
    services.accept_cancellation(order_id=order.pk, proposal_id=proposal.pk, user=order.buyer)
    assert sorted(Refund.objects.values_list("amount_fen", flat=True)) == [4_000, 6_000]


def test_a_buyer_is_very_late_by_the_rules_of_the_order(order):
    """Orders carry the rules they were placed under; the fixture's may carry none, then today's count."""
    hours = (order.rules.values if order.rules else {"orders.very_late_hours": 24})["orders.very_late_hours"]
    before = footprint(order)
    with clock.moved_to(order.due_at + timedelta(hours=hours) - timedelta(minutes=1)):
        refused(OrderErrorCode.NOT_LATE_ENOUGH, services.cancel_order, order_id=order.pk, user=order.buyer)
    assert footprint(order) == before
    with clock.moved_to(order.due_at + timedelta(hours=hours)):
        services.cancel_order(order_id=order.pk, user=order.buyer)
    order.refresh_from_db()
    assert order.cancelled_at >= order.due_at > timezone.now()


def test_it_is_shown_once_and_answered_at_its_own_address_alone(order):
    proposal = propose(order, "seller")
    general = reverse("orders:answer_proposal", args=[order.number, proposal.pk, "accept"])
    own = reverse("orders:cancel_answer", args=[order.number, proposal.pk, "accept"])
    client = log_in(order.buyer)
    page = client.get(order.get_absolute_url()).content.decode()
    assert (own in page, general in page) == (True, False)
    assert client.post(general).status_code == 404
    assert client.post(own).status_code == 302
    order.refresh_from_db()
    assert (order.status, order.cancelled_by) == (OrderStatus.CANCELLED, "both")
    assert Refund.objects.get().amount_fen == 10_000


@pytest.mark.parametrize("proposer", ["buyer", "seller"])
def test_the_silence_that_was_announced_is_the_one_that_counts(proposer):
    """An hour before the automatic acceptance somebody reads "without an answer it is cancelled": so it is."""
    order = make_order_in(OrderStatus.DELIVERED)
    accepted_at = order.auto_accept_at
    with clock.moved_to(accepted_at - timedelta(hours=1)):
        proposal = propose(order, proposer)
    for moment in (accepted_at, proposal.expires_at - timedelta(minutes=1)):
        with clock.moved_to(moment):
            run_due_deadlines()
        order.refresh_from_db()
        assert order.status == OrderStatus.DELIVERED
    with clock.moved_to(proposal.expires_at):
        run_due_deadlines()
    order.refresh_from_db()
    assert (order.status, order.cancelled_by) == (OrderStatus.CANCELLED, "silence")


@pytest.mark.parametrize("how", ["decline", "withdraw"])
def test_after_a_no_the_acceptance_clock_goes_on_from_where_it_stood(how):
    order = make_order_in(OrderStatus.DELIVERED)
    accepted_at = order.auto_accept_at
    with clock.moved_to(accepted_at - timedelta(hours=1)):
        proposal = propose(order, "buyer")
    act, user = {
        "decline": (services.decline_proposal, order.seller),
        "withdraw": (services.withdraw_proposal, order.buyer),
    }[how]
    with clock.moved_to(accepted_at + timedelta(hours=9)):
        act(proposal_id=proposal.pk, user=user)
    order.refresh_from_db()
    assert abs(order.auto_accept_at - accepted_at - timedelta(hours=10)) < timedelta(minutes=1)
    assert order.deadlines.get(kind=DeadlineKind.ACCEPT).due_at == order.auto_accept_at
    with clock.moved_to(order.auto_accept_at):
        run_due_deadlines()
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED


def test_after_a_standstill_of_the_jobs_the_proposal_counts_whichever_clock_is_looked_at_first():
    order = make_order_in(OrderStatus.DELIVERED)
    propose(order, "buyer")
    with clock.moved_to(timezone.now() + timedelta(days=30)):
        services.run_deadline(order_id=order.pk, kind=DeadlineKind.ACCEPT)
        order.refresh_from_db()
        assert order.status == OrderStatus.DELIVERED
        run_due_deadlines()
    order.refresh_from_db()
    assert (order.status, order.cancelled_by) == (OrderStatus.CANCELLED, "silence")


def test_who_has_to_answer_is_reminded_at_half_of_the_time_and_not_after_the_answer(order):
    proposal = propose(order)
    told = order.buyer.notifications.count()
    with clock.moved_to(timezone.now() + timedelta(hours=24, minutes=1)):
        run_due_deadlines()
        run_due_deadlines()
    assert order.buyer.notifications.count() == told + 1
    services.decline_cancellation(order_id=order.pk, proposal_id=proposal.pk, user=order.buyer)
    proposal = propose(order)
    services.decline_cancellation(order_id=order.pk, proposal_id=proposal.pk, user=order.buyer)
    assert not order.deadlines.filter(kind=DeadlineKind.CANCEL_REMINDER).exists()


@pytest.mark.parametrize("how", ["accepted", "silence"])
def test_the_time_line_gives_the_reason_of_who_proposed_it(order, how):
    proposal = propose(order, "buyer", reason_code="no_reply")
    if how == "accepted":
        services.accept_cancellation(order_id=order.pk, proposal_id=proposal.pk, user=order.seller)
    else:
        with clock.moved_to(proposal.expires_at):
            run_due_deadlines()
    with override("en"):
        text = event_text(order.events.get(type="cancelled"))
    assert "The seller does not reply" in text
    assert "The buyer" not in text


def test_words_are_kept_whole_and_a_no_can_say_why(order):
    words = "长" * 450
    proposal = propose(order)
    decline = reverse("orders:cancel_answer", args=[order.number, proposal.pk, "decline"])
    log_in(order.buyer).post(decline, {"message": "我们说好了的"})
    assert order.events.get(type="cancel_declined").data["reason"] == "我们说好了的"
    form = {"way": "alone", "reason_code": "no_time", "reason": words}
    log_in(order.seller).post(reverse("orders:cancel", args=[order.number]), form)
    assert order.events.get(type="cancelled").data["reason"] == words


def test_the_card_shows_what_would_go_back_now(order):
    propose(order)
    services.refund_part(order_id=order.pk, actor=order.seller, amount_fen=4_000, reason="少做一项")
    card = log_in(order.buyer).get(order.get_absolute_url()).content.decode().split("cancel-card")[1].split("</dl>")[0]
    assert 'value="60.00"' in card or 'value="60"' in card
