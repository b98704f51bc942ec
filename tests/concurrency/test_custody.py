"""Two people, or a person and a job, at the same time about custody; each with its control without the lock."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger.models import Account, Clearing
from marketplace.ledger.services import clear_earnings
from marketplace.moderation.models import AdminLog
from marketplace.orders import locks as order_locks
from marketplace.orders import services as orders
from marketplace.orders.models import Refund, RefundStatus
from marketplace.payments import custody_selectors, locks, selectors, services
from marketplace.payments.audit import audit_money
from marketplace.payments.errors import CustodyError, CustodyErrorCode
from marketplace.payments.gateways.base import (
    PaymentState,
    PayScene,
    PaySnapshot,
    SettleSnapshot,
    SettleState,
)
from marketplace.payments.models import Settlement, SettlementReturn, SettlementStatus, SubMerchant, SubMerchantStatus
from marketplace.payments.services import custody, settlement_repairs, settlement_returns, sub_merchants
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_finance, make_gig, make_order, make_seller, make_sub_merchant
from tests.payments.conftest import deliver_and_accept

pytestmark = pytest.mark.usefixtures("committed_db")

OLD, NEW = "1900000001", "1900000002"


def codes(results):
    """The refusals among the results; anything else that was raised is a failure of the test."""
    found = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, CustodyError) for error in found), found
    return [error.code for error in found]


# A seller's number


@pytest.fixture
def seller():
    """With a number in use."""
    person = make_seller()
    make_sub_merchant(user=person, gateway_code="alipay", number=OLD)
    return person


@pytest.fixture
def asked(seller):
    """Another number, asked for a day ago."""
    row = sub_merchants.ask_sub_merchant(staff=make_finance(), user=seller, gateway_code="alipay", sub_merchant_id=NEW)
    SubMerchant.objects.filter(pk=row.pk).update(usable_from=timezone.now())
    return row


def approval(row):
    return partial(sub_merchants.approve_sub_merchant, sub_merchant_id=row.pk, staff=make_finance())


def refusing(row):
    return partial(sub_merchants.refuse_sub_merchant, sub_merchant_id=row.pk, staff=make_finance(), reason="不知情")


@pytest.fixture
def numbers_unlocked(monkeypatch):
    """The control: both have read the row before either goes on."""
    point = MeetingPoint(once=True)

    def unlocked(sub_merchant_id):
        row = SubMerchant.objects.get(pk=sub_merchant_id)
        point.wait()
        return row

    monkeypatch.setattr(locks, "lock_sub_merchants", unlocked)


def in_use(seller):
    return selectors.active_sub_merchant_id(user_id=seller.pk, gateway_code="alipay")


def approvals_logged():
    return AdminLog.objects.filter(action="sub_merchant.approved", data__number=NEW).count()


def test_of_two_approvals_at_once_one_counts(seller, asked, meet_before):
    meet_before(locks, "lock_sub_merchants")
    results = together(approval(asked), approval(asked))
    assert codes(results) == [CustodyErrorCode.NOT_WAITING]
    assert (in_use(seller), approvals_logged()) == (NEW, 1)


def test_control_without_the_lock_both_approve(seller, asked, numbers_unlocked):
    together(approval(asked), approval(asked))
    assert approvals_logged() == 2


def test_a_number_is_approved_or_refused_at_once_and_never_both(seller, asked, meet_before):
    meet_before(locks, "lock_sub_merchants")
    results = together(approval(asked), refusing(asked))
    assert codes(results) == [CustodyErrorCode.NOT_WAITING]
    asked.refresh_from_db()
    assert (asked.status, in_use(seller)) in {
        (SubMerchantStatus.ACTIVE, NEW),
        (SubMerchantStatus.REFUSED, OLD),
    }


def test_control_without_the_lock_a_number_is_approved_and_refused(seller, asked, numbers_unlocked):
    results = together(approval(asked), refusing(asked))
    assert codes(results) == []


def test_two_numbers_asked_for_at_once_are_one(seller):
    ask = partial(sub_merchants.ask_sub_merchant, user=seller, gateway_code="alipay")
    results = together(
        partial(ask, staff=make_finance(), sub_merchant_id=NEW),
        partial(ask, staff=make_finance(), sub_merchant_id="1900000003"),
    )
    assert codes(results) == [CustodyErrorCode.ANOTHER_WAITS]
    assert SubMerchant.objects.filter(status=SubMerchantStatus.ASKED).count() == 1


# Settlements


@pytest.fixture
def payment(seller, institutions, settings):
    """1,000.00 yuan in the seller's old account at the institution, cleared."""
    settings.SETTLEMENT_MODE = "custody"
    order = make_order(gig=make_gig(seller=seller, price_fen=100_000))
    made = services.start_payment(order_id=order.pk, gateway_code="alipay")
    services.begin_payment(payment=made, scene=PayScene.QR)
    trade = institutions["alipay"].trades[made.out_trade_no]
    trade.state, trade.paid_at = PaymentState.PAID, timezone.now()
    paid = PaySnapshot(made.out_trade_no, PaymentState.PAID, trade.trade_no, made.amount_fen, trade.paid_at)
    services.apply_snapshot(payment_id=made.pk, snapshot=paid)
    deliver_and_accept(order)
    clear_earnings(clearing_id=Clearing.objects.get().pk)
    made.refresh_from_db()
    return made


def settle(payment):
    settlement = custody.owe_settlement(payment_id=payment.pk)
    return custody.send_settlement(settlement=settlement)


def test_a_payment_is_settled_with_the_account_it_was_made_to_whatever_is_approved_meanwhile(
    seller, asked, payment, institutions, meet_before
):
    meet_before(custody, "send_settlement", (locks, "lock_sub_merchants"))
    results = together(partial(settle, payment), approval(asked))
    assert results[0] is True
    assert codes(results) == []
    assert institutions["alipay"].breaches == []
    assert institutions["alipay"].trades[payment.out_trade_no].sub_merchant_id == OLD
    assert in_use(seller) == NEW
    assert audit_money().violations == []


def test_control_with_the_sellers_present_number_the_settlement_goes_astray(
    seller, asked, payment, institutions, monkeypatch
):
    approved = approval(asked)
    original = custody.request_of

    def present(settlement):
        approved()  # between the decision to settle and the call
        settlement.payment.sub_merchant_id = in_use(seller)
        return original(settlement)

    monkeypatch.setattr(custody, "request_of", present)
    assert settle(payment) is False
    assert "another account" in " ".join(institutions["alipay"].breaches)


@pytest.fixture
def sent(payment):
    """Asked for, and not answered."""
    settlement = custody.owe_settlement(payment_id=payment.pk)
    custody._begin_attempt(settlement_id=settlement.pk)
    return settlement


@pytest.fixture
def stuck(sent):
    """Refused by the institution, which knows nothing of it."""
    tell(sent, SettleState.FAILED)()
    return sent


def tell(settlement, state):
    snapshot = SettleSnapshot(settlement.reference, state, problem="ACCOUNT_ABNORMAL")
    return partial(custody.apply_settle_snapshot, settlement_id=settlement.pk, snapshot=snapshot)


@pytest.fixture
def settlements_unlocked(monkeypatch):
    """The control: both have read the settlement before either goes on; the one that failed is the slower to write."""
    point = MeetingPoint(once=True)

    def unlocked(settlement_id):
        row = Settlement.objects.select_related("payment__order", "seller").get(pk=settlement_id)
        point.wait()
        return row

    monkeypatch.setattr(locks, "lock_settlement", unlocked)


def test_of_two_answers_at_once_the_one_that_says_done_stays(sent, meet_before):
    meet_before(locks, "lock_settlement")
    together(tell(sent, SettleState.DONE), tell(sent, SettleState.FAILED))
    sent.refresh_from_db()
    assert sent.status == SettlementStatus.DONE
    assert audit_money().violations == []


def test_control_without_the_lock_what_is_booked_as_done_waits_for_a_person(sent, settlements_unlocked, monkeypatch):
    written = MeetingPoint(once=True)
    original = Settlement.save

    def save(row, *args, **kwargs):
        if row.status == SettlementStatus.STUCK:
            written.wait()  # until the other one has written DONE
        original(row, *args, **kwargs)
        if row.status == SettlementStatus.DONE:
            transaction.on_commit(written.wait)

    monkeypatch.setattr(Settlement, "save", save)
    together(tell(sent, SettleState.DONE), tell(sent, SettleState.FAILED))
    sent.refresh_from_db()
    assert sent.status == SettlementStatus.STUCK
    assert audit_money().violations != []


def cancelling(settlement):
    return partial(
        settlement_repairs.cancel_settlement, settlement_id=settlement.pk, staff=make_finance(), reason="账户异常"
    )


def retrying(settlement):
    return partial(settlement_repairs.retry_settlement, settlement_id=settlement.pk, staff=make_finance())


@pytest.mark.parametrize("other", [cancelling, retrying], ids=["cancel", "retry"])
def test_two_people_do_not_both_decide_about_a_settlement(stuck, other, meet_before):
    meet_before(settlement_repairs, "_lock")
    results = together(cancelling(stuck), other(stuck))
    assert codes(results) == [CustodyErrorCode.NOT_WAITING]
    assert AdminLog.objects.filter(action__startswith="settlement.").count() == 1
    assert audit_money().violations == []


def test_a_refund_and_the_cancellation_of_the_settlement_before_it_do_not_lose_each_other(stuck, payment, meet_before):
    meet_before(orders.refunds.locks, "lock_order")
    refunding = partial(
        orders.refund_part, order_id=payment.order_id, actor=make_finance(), amount_fen=40_000, reason="协商"
    )
    results = together(refunding, cancelling(stuck))
    assert not [result for result in results if isinstance(result, Exception)]
    seller = payment.order.seller
    balances = dict(Account.objects.filter(owner=seller).values_list("kind", "balance_fen"))
    assert balances["user_available"] + balances.get("user_debt", 0) == 54_000
    refund = Refund.objects.get()
    assert services.pay_refund(refund=refund) is True
    assert settle(payment) is True
    assert audit_money().violations == []
    assert set(Account.objects.filter(owner=seller).values_list("balance_fen", flat=True)) == {0}


def test_a_refund_is_not_left_with_a_person_by_a_job_that_looked_before_the_settlement_was_cancelled(
    stuck, payment, meet_before
):
    refund = orders.refund_part(order_id=payment.order_id, actor=make_finance(), amount_fen=40_000, reason="协商")
    meet_before(settlement_returns, "_wait_for_settlement", (settlement_repairs, "_lock"))
    results = together(partial(services.pay_refund, refund=refund), cancelling(stuck))
    assert codes(results) == []
    refund.refresh_from_db()
    assert refund.status in (RefundStatus.SENT, RefundStatus.DUE)
    assert custody_selectors.refunds_behind(payment.order).count() == 0
    with clock.moved_to(timezone.now() + timedelta(hours=1)):
        assert services.pay_refund(refund=refund) is True
    assert audit_money().violations == []


def test_control_without_another_look_the_refund_stays_with_a_person_for_nothing(stuck, payment, monkeypatch):
    refund = orders.refund_part(order_id=payment.order_id, actor=make_finance(), amount_fen=40_000, reason="协商")
    read, cancelled = MeetingPoint(once=True), MeetingPoint(once=True)

    def without_another_look(*, refund, payment):
        read.wait()
        cancelled.wait()
        orders.hand_refund_to_a_person(refund_id=refund.pk, problem=custody_selectors.SETTLEMENT_STUCK)

    def cancel():
        read.wait()
        cancelling(stuck)()
        cancelled.wait()

    monkeypatch.setattr(settlement_returns, "_wait_for_settlement", without_another_look)
    together(partial(services.pay_refund, refund=refund), cancel)
    refund.refresh_from_db()
    assert refund.status == RefundStatus.STUCK


# What a lock is: who comes second waits


def impatient(action, *args, **kwargs):
    """Do it, and wait for a lock no longer than a moment."""

    def act():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            return action(*args, **kwargs)

    return act


def assert_waits_for(lock, pk, action):
    """While somebody else holds the lock the action gets nowhere; afterwards it does."""
    with transaction.atomic():
        lock(pk)
        (second,) = together(action)
    assert isinstance(second, OperationalError)
    assert "lock timeout" in str(second)
    (third,) = together(action)
    assert not isinstance(third, Exception), third


@pytest.fixture
def given_back(payment):
    """Settled, and a refund of a part that has begun: its return is noted."""
    assert settle(payment) is True
    refund = orders.refund_part(order_id=payment.order_id, actor=make_finance(), amount_fen=40_000, reason="协商")
    assert settlement_returns.take_back_settlement(refund=refund, payment=payment) is True
    return payment


@pytest.mark.parametrize("name", ["lock_settlement", "lock_settlement_return", "lock_sub_merchants"])
def test_a_row_that_somebody_has_locked_is_waited_for(given_back, name):
    models = {"lock_settlement": Settlement, "lock_settlement_return": SettlementReturn}
    row, lock = models.get(name, SubMerchant).objects.first(), getattr(locks, name)

    assert_waits_for(lock, row.pk, impatient(lock, row.pk))


def test_a_return_is_begun_and_a_settlement_ended_under_the_lock_of_the_payment(payment, stuck):
    refund = orders.refund_part(order_id=payment.order_id, actor=make_finance(), amount_fen=40_000, reason="协商")
    begun = impatient(settlement_returns._begin_return, refund_id=refund.pk, payment_id=payment.pk)
    assert_waits_for(locks.lock_payment, payment.pk, begun)
    assert_waits_for(locks.lock_payment, payment.pk, impatient(cancelling(stuck)))


def test_a_return_goes_on_under_the_lock_of_the_order(given_back):
    SettlementReturn.objects.update(status=SettlementStatus.STUCK)
    taken = SettlementReturn.objects.get()
    asked = SettleSnapshot(taken.reference, SettleState.NOT_FOUND)
    goes_on = impatient(settlement_returns._retry, return_id=taken.pk, asked=asked, staff=make_finance())
    assert_waits_for(order_locks.lock_order, given_back.order_id, goes_on)
    taken.refresh_from_db()
    assert taken.status == SettlementStatus.DUE
