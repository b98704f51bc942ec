"""Two people answer an offer, or fund and stop an agreement, in the same moment. Each race with its control."""

from functools import partial

import pytest

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.offers import locks as offer_locks
from marketplace.offers import services
from marketplace.offers.errors import BriefErrorCode, OfferError, OfferErrorCode
from marketplace.offers.models import Brief, Negotiation, Offer
from marketplace.offers.services import answering, briefs, clocks, offering
from marketplace.offers.states import BriefStatus, OfferStatus
from marketplace.orders import locks as order_locks
from marketplace.orders import services as orders
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import MilestonePlan, Order
from marketplace.orders.services import milestones
from marketplace.orders.states import OrderStatus
from tests.databases import together
from tests.factories import make_seller, make_user
from tests.offers.situations import complete, make_brief, make_offer, make_plan

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def offer() -> Offer:
    return make_offer(seller=make_seller(), buyer=make_user())


@pytest.fixture
def offer_locks_off(monkeypatch) -> None:
    """The control: rows are read without a lock. Where both have read, and neither has written, the test says itself."""
    monkeypatch.setattr(offer_locks, "lock_brief", lambda pk: Brief.objects.get(pk=pk))
    monkeypatch.setattr(offer_locks, "lock_negotiation", lambda pk: Negotiation.objects.get(pk=pk))
    monkeypatch.setattr(offer_locks, "try_lock_negotiation", lambda pk: Negotiation.objects.get(pk=pk))
    monkeypatch.setattr(offer_locks, "lock_negotiations_of", lambda brief: list(brief.negotiations.order_by("pk")))
    monkeypatch.setattr(order_locks, "lock_plan", lambda pk: MilestonePlan.objects.get(pk=pk))


def accept(offer: Offer):
    return services.accept_offer(offer_id=offer.pk, user=offer.negotiation.buyer)


def withdraw(offer: Offer):
    return services.withdraw_offer(offer_id=offer.pk, user=offer.proposed_by)


def expire(offer: Offer):
    with clock.moved_to(offer.expires_at):  # a thread has a clock of its own
        return services.expire_offer(negotiation_id=offer.negotiation_id)


def refusals(results) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]


def test_two_acceptances_at_once_are_one_order(offer, meet_before):
    meet_before(offer_locks, "lock_negotiation")
    assert refusals(together(partial(accept, offer), partial(accept, offer))) == []
    assert Negotiation.objects.get().order == Order.objects.get()


def test_control_without_the_lock_two_acceptances_are_two_orders(offer, meet_before, offer_locks_off):
    meet_before(answering, "close")
    assert refusals(together(partial(accept, offer), partial(accept, offer))) == []
    assert Order.objects.count() == 2


def test_of_an_acceptance_and_a_withdrawal_at_once_one_wins(offer, meet_before):
    meet_before(offer_locks, "lock_negotiation")
    (refusal,) = refusals(together(partial(accept, offer), partial(withdraw, offer)))
    assert isinstance(refusal, OfferError)
    assert refusal.code == OfferErrorCode.WRONG_STATE
    offer.refresh_from_db()
    assert (offer.status, Order.objects.count()) in {(OfferStatus.ACCEPTED, 1), (OfferStatus.WITHDRAWN, 0)}


def test_control_without_the_lock_both_go_through(offer, meet_before, offer_locks_off):
    meet_before(answering, "close")
    assert refusals(together(partial(accept, offer), partial(withdraw, offer))) == []
    assert Order.objects.count() == 1


def test_of_an_acceptance_and_the_clock_at_once_one_wins(offer, meet_before):
    meet_before(offer_locks, "lock_negotiation", (offer_locks, "try_lock_negotiation"))
    accepted, expired = together(partial(accept, offer), partial(expire, offer))
    offer.refresh_from_db()
    if offer.status == OfferStatus.ACCEPTED:
        assert (expired, Order.objects.count()) == (False, 1)
    else:
        assert offer.status == OfferStatus.EXPIRED
        assert (expired, accepted.code, Order.objects.count()) == (True, OfferErrorCode.WRONG_STATE, 0)


def test_control_without_the_lock_an_expired_offer_becomes_an_order(offer, meet_before, offer_locks_off):
    meet_before(answering, "close", (clocks, "close"))
    accepted, expired = together(partial(accept, offer), partial(expire, offer))
    assert not isinstance(accepted, Exception)
    assert (expired, Order.objects.count()) == (True, 1)


@pytest.fixture
def answers() -> list[Offer]:
    """Two sellers' answers to one brief."""
    brief = make_brief(buyer=make_user())
    return [make_offer(seller=make_seller(), buyer=brief.buyer, brief=brief) for _seller in range(2)]


def test_of_two_answers_to_a_brief_accepted_at_once_one_is_chosen(answers, meet_before):
    meet_before(offer_locks, "lock_brief")
    (refusal,) = refusals(together(*[partial(accept, answer) for answer in answers]))
    assert refusal.code == OfferErrorCode.WRONG_STATE
    assert Order.objects.count() == 1
    assert sorted(Offer.objects.values_list("status", flat=True)) == [OfferStatus.ACCEPTED, OfferStatus.OVERTAKEN]


def test_control_without_the_lock_both_are_chosen(answers, meet_before, offer_locks_off):
    meet_before(answering, "choose")
    assert refusals(together(*[partial(accept, answer) for answer in answers])) == []
    assert Order.objects.count() == 2


def answer(brief: Brief, seller):
    return make_offer(seller=seller, buyer=brief.buyer, brief=brief)


def test_the_last_place_of_a_brief_is_taken_once(meet_before):
    set_config(key="briefs.offers_maximum", value=1, reason="test")
    brief, sellers = make_brief(buyer=make_user()), [make_seller(), make_seller()]
    meet_before(offer_locks, "lock_brief")
    (refusal,) = refusals(together(*[partial(answer, brief, seller) for seller in sellers]))
    assert refusal.code == OfferErrorCode.BRIEF_FULL
    assert Negotiation.objects.count() == 1


def test_control_without_the_lock_it_is_taken_twice(meet_before, offer_locks_off):
    set_config(key="briefs.offers_maximum", value=1, reason="test")
    brief, sellers = make_brief(buyer=make_user()), [make_seller(), make_seller()]
    meet_before(offering, "write_version")
    assert refusals(together(*[partial(answer, brief, seller) for seller in sellers])) == []
    assert Negotiation.objects.count() == 2


@pytest.fixture
def plan() -> MilestonePlan:
    """An agreement whose first stage was accepted: the second one can be paid for."""
    plan = make_plan(seller=make_seller(), buyer=make_user())
    complete(plan.milestones.get(position=1).order)
    return plan


def fund(plan: MilestonePlan):
    return orders.fund_stage(plan_id=plan.pk, buyer=plan.buyer)


def stop(plan: MilestonePlan):
    return orders.stop_plan(plan_id=plan.pk, user=plan.seller, words="后面的排不开")


def second_stages() -> int:
    return Order.objects.filter(snapshot__stage=2, status=OrderStatus.PENDING_PAYMENT).count()


def test_the_next_stage_funded_twice_at_once_is_one_order(plan, meet_before):
    meet_before(order_locks, "lock_plan")
    first, second = together(partial(fund, plan), partial(fund, plan))
    assert first == second
    assert second_stages() == 1


def test_control_without_the_lock_the_stage_is_owed_twice(plan, meet_before, offer_locks_off):
    meet_before(milestones, "place_agreed_order")
    assert refusals(together(partial(fund, plan), partial(fund, plan))) == []
    assert second_stages() == 2


def test_a_stage_funded_while_the_agreement_is_stopped_is_not_owed(plan, meet_before):
    meet_before(order_locks, "lock_plan")
    funded, stopped = together(partial(fund, plan), partial(stop, plan))
    assert not isinstance(stopped, Exception)
    assert second_stages() == 0
    assert isinstance(funded, Order) or (isinstance(funded, OrderError) and funded.code == OrderErrorCode.PLAN_STOPPED)


def test_control_without_the_lock_a_stopped_agreement_goes_on(plan, meet_before, offer_locks_off):
    meet_before(milestones, "place_agreed_order", (milestones, "_tell"))
    assert refusals(together(partial(fund, plan), partial(stop, plan))) == []
    plan.refresh_from_db()
    assert plan.stopped_at is not None
    assert second_stages() == 1


@pytest.fixture
def unpaid():
    """A brief whose chosen offer became an order that lapsed unpaid: both its payment and its reopening are one click away."""
    brief = make_brief(buyer=make_user())
    agreed = accept(make_offer(seller=make_seller(), buyer=brief.buyer, brief=brief))
    orders.cancel_order(order_id=agreed.order.pk, user=brief.buyer)
    return agreed


def order_again(agreed: Negotiation):
    return services.order_agreement(negotiation_id=agreed.pk, buyer=agreed.buyer)


def reopen(agreed: Negotiation):
    return services.reopen_brief(brief_id=agreed.brief_id, buyer=agreed.buyer, valid_days=7)


def waiting_orders() -> int:
    return Order.objects.filter(status=OrderStatus.PENDING_PAYMENT).count()


def test_of_opening_a_brief_again_and_ordering_what_was_agreed_one_wins(unpaid, meet_before):
    meet_before(offer_locks, "lock_negotiation", (offer_locks, "lock_negotiations_of"))
    ordered, opened = together(partial(order_again, unpaid), partial(reopen, unpaid))
    is_open = Brief.objects.get().status == BriefStatus.OPEN
    assert waiting_orders() == (0 if is_open else 1)
    assert (ordered.code if is_open else opened.code) == (
        OfferErrorCode.WRONG_STATE if is_open else BriefErrorCode.PAID
    )


def test_control_without_the_lock_an_open_brief_has_an_order(unpaid, meet_before, offer_locks_off, monkeypatch):
    monkeypatch.setattr(order_locks, "lock_order", lambda pk: Order.objects.get(pk=pk))
    meet_before(answering, "place_agreed_order", (briefs, "end_agreement"))
    assert refusals(together(partial(order_again, unpaid), partial(reopen, unpaid))) == []
    assert (Brief.objects.get().status, waiting_orders()) == (BriefStatus.OPEN, 1)
