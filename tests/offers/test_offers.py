"""Sending, answering and ending an offer; what was accepted is what is ordered."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import pgettext

from marketplace.accounts.models import BlockedPerson
from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.gigs.content import MOST_DELIVERY_DAYS
from marketplace.notifications.models import Notification
from marketplace.offers import services, tasks
from marketplace.offers.errors import OfferError, OfferErrorCode
from marketplace.offers.models import DeclineReason, Negotiation, Offer
from marketplace.offers.states import OFFER_TRANSITIONS, OfferStatus
from marketplace.orders import channels
from marketplace.orders import services as orders
from marketplace.orders.models import Order, OrderKind
from marketplace.orders.states import OrderStatus
from marketplace.payments.services.custody import longest_delivery_days
from tests.factories import make_gig, make_seller, make_user
from tests.offers.situations import make_agreement, make_offer, pay, stages, terms

S = OfferStatus

# The rules as the product has them, written down a second time on purpose.
ALLOWED = {
    (S.OPEN, S.ACCEPTED): {"asked"},
    (S.OPEN, S.COUNTERED): {"asked"},
    (S.OPEN, S.DECLINED): {"asked"},
    (S.OPEN, S.WITHDRAWN): {"proposer"},
    (S.OPEN, S.EXPIRED): {"system"},
    (S.OPEN, S.OVERTAKEN): {"system"},
    (S.ACCEPTED, S.EXPIRED): {"system"},
    (S.ACCEPTED, S.OVERTAKEN): {"system"},
}


def footprint() -> tuple:
    """Everything a refused act must leave as it was."""
    return (
        list(Negotiation.objects.order_by("pk").values_list("pk", "order", "plan")),
        list(Offer.objects.order_by("pk").values()),
        list(Order.objects.order_by("pk").values_list("pk", "status")),
        Notification.objects.count(),
    )


def refused(code: OfferErrorCode, act, *args, **kwargs) -> None:
    before = footprint()
    with pytest.raises(OfferError) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code
    assert refusal.value.message
    assert footprint() == before


@pytest.mark.parametrize("source", S)
@pytest.mark.parametrize("target", S)
def test_the_table_allows_exactly_these_moves(source, target):
    actors = {who for who in ("asked", "proposer", "system") if OFFER_TRANSITIONS.allows(source, target, who)}
    assert actors == ALLOWED.get((source, target), set())


def test_an_offer_reaches_the_buyer_with_its_terms(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, questions=("店名是什么？",), words="按你说的来。", valid_days=3)
    assert (offer.number, offer.status, offer.total_fen, offer.questions) == (1, S.OPEN, 80_000, ["店名是什么？"])
    assert offer.expires_at - offer.created_at == timedelta(days=3)
    told = Notification.objects.get(recipient=buyer)
    assert told.url == offer.negotiation.get_absolute_url()


def test_an_accepted_offer_is_an_order_that_waits_for_its_payment(buyer, seller):
    gig = make_gig(seller=seller)
    offer = make_offer(seller=seller, buyer=buyer, gig=gig, questions=("店名是什么？",))
    order = services.accept_offer(offer_id=offer.pk, user=buyer).order
    assert (order.status, order.total_fen, order.delivery_days, order.revisions_allowed) == (
        OrderStatus.PENDING_PAYMENT, 80_000, 5, 2,
    )  # fmt: skip
    assert (order.buyer, order.seller, order.gig, order.kind) == (buyer, seller, gig, OrderKind.STANDARD)
    assert order.commission_basis_points == 1000
    assert [one.prompt for one in order.requirements.all()] == ["店名是什么？"]
    assert order.rules is not None


def test_what_was_accepted_is_frozen_in_the_order(buyer, seller):
    agreed = make_agreement(seller=seller, buyer=buyer)
    kept = agreed.order.snapshot["agreed"]
    assert (kept["scope"], kept["version"], kept["by"]) == (terms().scope, 1, "seller")
    Offer.objects.update(scope="别的", total_fen=1)
    agreed.order.refresh_from_db()
    assert agreed.order.snapshot["agreed"] == kept
    assert agreed.order.total_fen == 80_000


def test_accepting_twice_is_one_order(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer)
    first = services.accept_offer(offer_id=offer.pk, user=buyer)
    second = services.accept_offer(offer_id=offer.pk, user=buyer)
    assert first.order == second.order
    assert Order.objects.count() == 1


def test_a_counter_offer_is_the_next_version_and_the_only_open_one(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer)
    counter = services.counter_offer(
        offer_id=offer.pk, user=buyer, terms=terms(total_fen=70_000), valid_days=3, words="七百可以吗"
    )
    offer.refresh_from_db()
    assert (offer.status, counter.number, counter.status) == (S.COUNTERED, 2, S.OPEN)
    assert counter.negotiation_id == offer.negotiation_id
    assert Notification.objects.filter(recipient=seller, url=offer.negotiation.get_absolute_url()).count() == 1
    again = services.counter_offer(offer_id=counter.pk, user=seller, terms=terms(total_fen=75_000), valid_days=3)
    assert again.number == 3
    assert Offer.objects.filter(status=S.OPEN).get() == again


def test_a_counter_that_the_seller_accepts_waits_for_the_buyer_to_pay(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer)
    counter = services.counter_offer(offer_id=offer.pk, user=buyer, terms=terms(total_fen=70_000), valid_days=3)
    agreed = services.accept_offer(offer_id=counter.pk, user=seller)
    assert agreed.order is None
    order = services.order_agreement(negotiation_id=agreed.pk, buyer=buyer)
    assert (order.total_fen, order.snapshot["agreed"]["by"]) == (70_000, "buyer")
    assert services.order_agreement(negotiation_id=agreed.pk, buyer=buyer) == order


def test_an_order_that_lapsed_unpaid_can_be_placed_again_for_a_while(buyer, seller):
    agreed = make_agreement(seller=seller, buyer=buyer)
    first = agreed.order
    with clock.moved_to(first.payment_expires_at + timedelta(minutes=1)):
        orders.close_unpaid_order(order_id=first.pk)
        second = services.order_agreement(negotiation_id=agreed.pk, buyer=buyer)
        assert second != first
        pay(second)
        assert services.order_agreement(negotiation_id=agreed.pk, buyer=buyer) == second
    assert Order.objects.filter(paid_at__isnull=False).count() == 1


def test_an_agreement_that_was_not_paid_for_in_time_lapses(buyer, seller):
    agreed = make_agreement(seller=seller, buyer=buyer)
    orders.cancel_order(order_id=agreed.order.pk, user=buyer)
    with clock.moved_to(clock.now() + timedelta(days=7, minutes=1)):
        refused(OfferErrorCode.AGREEMENT_LAPSED, services.order_agreement, negotiation_id=agreed.pk, buyer=buyer)
        expire_all()
        refused(OfferErrorCode.AGREEMENT_LAPSED, services.order_agreement, negotiation_id=agreed.pk, buyer=buyer)


def test_an_order_whose_payment_time_is_over_is_placed_anew_before_its_clock_came(buyer, seller):
    agreed = make_agreement(seller=seller, buyer=buyer)
    first = agreed.order
    with clock.moved_to(first.payment_expires_at):
        second = services.order_agreement(negotiation_id=agreed.pk, buyer=buyer)
    first.refresh_from_db()
    assert (first.status, second.status) == (OrderStatus.CANCELLED, OrderStatus.PENDING_PAYMENT)
    assert second.payment_expires_at > first.payment_expires_at


def expire_all() -> int:
    return tasks.lapse_agreements()


def test_what_was_agreed_and_not_paid_ends_once_and_both_are_told(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer)
    counter = services.counter_offer(offer_id=offer.pk, user=buyer, terms=terms(total_fen=70_000), valid_days=3)
    agreed = services.accept_offer(offer_id=counter.pk, user=seller)
    end = Offer.objects.get(pk=counter.pk).answered_at + timedelta(days=7)
    with clock.moved_to(end - timedelta(seconds=1)):
        assert expire_all() == 0
    with clock.moved_to(end):
        assert (expire_all(), expire_all()) == (1, 0)
    counter.refresh_from_db()
    assert (counter.status, counter.answered_by, counter.has_lapsed) == (S.EXPIRED, seller, True)
    for person, title in ((buyer, "你未按时付款，谈好的报价已失效"), (seller, "买家未按时付款，谈好的报价已失效")):
        assert Notification.objects.filter(recipient=person, title=title, url=agreed.get_absolute_url()).count() == 1


def test_what_is_being_paid_or_paid_for_or_in_stages_does_not_lapse(buyer):
    pair = {"buyer": buyer}
    late = clock.now() + timedelta(days=8)
    pay(make_agreement(seller=make_seller(), **pair).order)
    in_stages = make_agreement(seller=make_seller(), stages=stages(), **pair)
    orders.cancel_order(order_id=in_stages.plan.milestones.get(position=1).order_id, user=buyer)
    waiting = make_agreement(seller=make_seller(), **pair)
    with clock.moved_to(late):
        assert [services.lapse_agreement(negotiation_id=one.pk) for one in Negotiation.objects.all()] == [False] * 3
        assert expire_all() == 0
        orders.close_unpaid_order(order_id=waiting.order.pk)
        assert expire_all() == 1


def test_only_the_side_that_was_asked_answers_and_only_the_other_one_takes_back(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer)
    refused(OfferErrorCode.WRONG_STATE, services.accept_offer, offer_id=offer.pk, user=seller)
    refused(
        OfferErrorCode.WRONG_STATE, services.counter_offer, offer_id=offer.pk, user=seller, terms=terms(), valid_days=3
    )
    refused(
        OfferErrorCode.WRONG_STATE, services.decline_offer, offer_id=offer.pk, user=seller, reason=DeclineReason.PRICE
    )
    refused(OfferErrorCode.WRONG_STATE, services.withdraw_offer, offer_id=offer.pk, user=buyer)


def test_strangers_answer_nothing(buyer, seller):
    offer, stranger = make_offer(seller=seller, buyer=buyer), make_user()
    before = footprint()
    for act in (services.accept_offer, services.withdraw_offer):
        with pytest.raises(PermissionDenied):
            act(offer_id=offer.pk, user=stranger)
    with pytest.raises(PermissionDenied):
        services.order_agreement(negotiation_id=offer.negotiation_id, buyer=seller)
    assert footprint() == before


def test_a_declined_offer_tells_the_seller_why(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer)
    for _click in range(2):
        services.decline_offer(offer_id=offer.pk, user=buyer, reason=DeclineReason.TIME, words="月底就要")
    offer.refresh_from_db()
    assert (offer.status, offer.reason, offer.answer) == (S.DECLINED, "time", "月底就要")
    assert Notification.objects.filter(recipient=seller).count() == 1
    refused(OfferErrorCode.WRONG_STATE, services.accept_offer, offer_id=offer.pk, user=buyer)


def test_something_else_needs_words(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer)
    refused(
        OfferErrorCode.REASON_MISSING, services.decline_offer, offer_id=offer.pk, user=buyer, reason=DeclineReason.OTHER
    )


def test_an_offer_that_was_taken_back_is_over(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer)
    for _click in range(2):
        services.withdraw_offer(offer_id=offer.pk, user=seller)
    refused(OfferErrorCode.WRONG_STATE, services.accept_offer, offer_id=offer.pk, user=buyer)
    assert Notification.objects.filter(recipient=buyer, title="报价已撤回").count() == 1


def test_the_time_on_an_offer_counts_however_late_the_clock_is(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, valid_days=1)
    with clock.moved_to(offer.expires_at):
        refused(OfferErrorCode.EXPIRED, services.accept_offer, offer_id=offer.pk, user=buyer)
        refused(
            OfferErrorCode.EXPIRED, services.counter_offer, offer_id=offer.pk, user=buyer, terms=terms(), valid_days=3
        )


def test_the_clock_ends_an_offer_once_and_tells_who_made_it(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, valid_days=1)
    assert services.expire_offer(negotiation_id=offer.negotiation_id) is False
    with clock.moved_to(offer.expires_at):
        assert services.expire_offer(negotiation_id=offer.negotiation_id) is True
        assert services.expire_offer(negotiation_id=offer.negotiation_id) is False
    offer.refresh_from_db()
    assert (offer.status, offer.answered_by) == (S.EXPIRED, None)
    assert Notification.objects.filter(recipient=seller).count() == 1


def test_who_may_not_sell_makes_no_offer(buyer):
    refused(OfferErrorCode.NOT_SELLING, make_offer, seller=make_user(), buyer=buyer)
    refused(OfferErrorCode.NOT_SELLING, make_offer, seller=make_seller(proved=False), buyer=buyer)


def test_nobody_offers_to_themselves(seller):
    refused(OfferErrorCode.ONESELF, make_offer, seller=seller, buyer=seller)


@pytest.mark.parametrize("blocker", ["buyer", "seller"])
def test_between_people_of_whom_one_blocked_the_other_nothing_is_offered_or_agreed(buyer, seller, blocker):
    offer = make_offer(seller=seller, buyer=buyer)
    owner, person = (buyer, seller) if blocker == "buyer" else (seller, buyer)
    BlockedPerson.objects.create(owner=owner, person=person)
    refused(OfferErrorCode.NOT_TAKEN, make_offer, seller=seller, buyer=buyer)
    refused(OfferErrorCode.NOT_TAKEN, services.accept_offer, offer_id=offer.pk, user=buyer)
    services.withdraw_offer(offer_id=offer.pk, user=seller)


def test_nothing_is_offered_to_who_closes_their_account(buyer, seller):
    buyer.is_active = False
    buyer.save()
    refused(OfferErrorCode.ACCOUNT_CLOSING, make_offer, seller=seller, buyer=buyer)


def test_an_offer_is_based_on_a_live_service_of_its_seller(buyer, seller):
    refused(OfferErrorCode.GIG_NOT_LIVE, make_offer, seller=seller, buyer=buyer, gig=make_gig())
    refused(
        OfferErrorCode.GIG_NOT_LIVE, make_offer, seller=seller, buyer=buyer, gig=make_gig(seller=seller, live=False)
    )


def test_a_few_offers_wait_between_two_people_and_no_more(buyer, seller):
    for _offer in range(3):
        make_offer(seller=seller, buyer=buyer)
    refused(OfferErrorCode.TOO_MANY_OPEN, make_offer, seller=seller, buyer=buyer)
    make_offer(seller=seller, buyer=make_user())


@pytest.mark.parametrize("days", [0, 31])
def test_an_offer_is_valid_for_some_days(buyer, seller, days):
    refused(OfferErrorCode.VALIDITY, make_offer, seller=seller, buyer=buyer, valid_days=days)


@pytest.mark.parametrize("total_fen", [499, 20_000_001])
def test_the_price_has_bounds(buyer, seller, total_fen):
    refused(OfferErrorCode.PRICE_RANGE, make_offer, seller=seller, buyer=buyer, total_fen=total_fen)


def test_work_takes_a_day(buyer, seller):
    for days in (0, MOST_DELIVERY_DAYS + 1):
        refused(OfferErrorCode.DAYS, make_offer, seller=seller, buyer=buyer, delivery_days=days)


@pytest.fixture
def held_for(monkeypatch):
    """Say what the channels hold; the real figures come from the gateways (payments/services/custody.py)."""

    def say(**days: int) -> None:
        monkeypatch.setattr(channels, "_limits", [lambda: days])

    return say


def test_work_in_one_piece_fits_into_the_strictest_channel(buyer, seller, held_for):
    held_for(支付宝=8, 微信支付=155)
    make_offer(seller=seller, buyer=buyer, delivery_days=8)
    refused(OfferErrorCode.TOO_LONG, make_offer, seller=seller, buyer=buyer, delivery_days=9)


def test_each_stage_fits_into_the_strictest_channel_and_the_message_says_which(buyer, seller, held_for):
    held_for(支付宝=8, 微信支付=155)
    make_offer(seller=seller, buyer=buyer, stages=stages(days=8))
    with pytest.raises(OfferError) as refusal:
        make_offer(seller=seller, buyer=buyer, stages=stages(days=9))
    assert refusal.value.code == OfferErrorCode.STAGE_TOO_LONG
    assert {"支付宝", "8", "第1阶段"} <= {refusal.value.parameters["channel"], "8", refusal.value.parameters["title"]}
    assert "支付宝" in refusal.value.message


def test_payments_says_what_its_channels_hold(buyer, seller, silent_alipay):
    longest = longest_delivery_days("alipay")
    assert channels.shortest_channel() == channels.ChannelLimit("支付宝", longest)
    make_offer(seller=seller, buyer=buyer, delivery_days=longest)
    refused(OfferErrorCode.TOO_LONG, make_offer, seller=seller, buyer=buyer, delivery_days=longest + 1)


@pytest.mark.parametrize("amounts", [(100_000,), (20_000,) * 6])
def test_stages_are_two_to_five(buyer, seller, amounts):
    refused(OfferErrorCode.STAGE_COUNT, make_offer, seller=seller, buyer=buyer, stages=stages(*amounts))


def test_small_work_is_not_cut_into_stages(buyer, seller):
    refused(OfferErrorCode.STAGES_TOO_SMALL, make_offer, seller=seller, buyer=buyer, stages=stages(34_999, 35_000))
    make_offer(seller=seller, buyer=buyer, stages=stages(35_000, 35_000))


def test_a_stage_has_a_least_amount(buyer, seller):
    refused(OfferErrorCode.STAGE_TOO_SMALL, make_offer, seller=seller, buyer=buyer, stages=stages(100_000, 3_499))


def test_limits_are_settings_of_the_platform(buyer, seller):
    set_config(key="orders.stages_maximum", value=2, reason="test")
    refused(OfferErrorCode.STAGE_COUNT, make_offer, seller=seller, buyer=buyer, stages=stages())


def test_price_days_and_revisions_of_stages_are_summed(buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, total_fen=1, delivery_days=1, stages=stages())
    assert (offer.total_fen, offer.delivery_days, offer.revisions) == (300_000, 30, 3)
    assert [stage.position for stage in offer.stages.all()] == [1, 2, 3]


@pytest.mark.parametrize(
    ("words", "expected"),
    [(S.ACCEPTED.label, "已谈妥"), (pgettext("when", "Paid"), "付款时间"), (pgettext("a version", "Later"), "后一版")],
)
def test_a_word_that_means_something_else_elsewhere_has_a_translation_of_its_own(words, expected):
    assert str(words) == expected
