"""Custody: what happens between a question and the use of its answer, and what ends while something waits for it."""

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied

from marketplace.orders import services as orders
from marketplace.orders.models import Refund, RefundStatus
from marketplace.orders.selectors import due_refunds
from marketplace.payments import services
from marketplace.payments.errors import CustodyErrorCode
from marketplace.payments.gateways.alipay import AlipayGateway
from marketplace.payments.gateways.base import SettleSnapshot, SettleState
from marketplace.payments.models import Settlement, SettlementReturn, SettlementStatus
from marketplace.payments.selectors import due_settlements
from marketplace.payments.services import custody, settlement_repairs, settlement_returns
from tests.factories import make_finance, make_user
from tests.logins import log_in
from tests.payments.held import CONFIRM, later, movements, spoil
from tests.payments.refused import (
    FEE,
    REFUSED,
    SHARE,
    cancel,
    give_back,
    in_transit,
    left_with,
    refund_on,
    refusal,
    retry,
    settle_on,
    states,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


def meanwhile(monkeypatch, module, name, happens):
    """Something happens once, right after a function has come back."""
    original = getattr(module, name)

    def function(*args, **kwargs):
        result = original(*args, **kwargs)
        monkeypatch.setattr(module, name, original)
        happens()
        return result

    monkeypatch.setattr(module, name, function)


def half_do(purchase, day):
    """A colleague settles again; our fee is split off, and the release of the rest is refused: it waits once more."""
    retry()
    spoil(purchase, CONFIRM, refuse_with=REFUSED)
    assert settle_on(day) == 0
    assert list(states().values()) == [SettlementStatus.STUCK]


@pytest.mark.parametrize("action", [retry, cancel])
@pytest.mark.parametrize("tried_before", [0, 1])
def test_an_answer_from_before_a_second_try_is_not_believed(refused, monkeypatch, tried_before, action):
    for _try in range(tried_before):  # `attempts` is the same before and after the try that counts
        retry()
        spoil(refused, "alipay.trade.order.settle", refuse_with=REFUSED)
        assert settle_on(9) == 0
    meanwhile(monkeypatch, settlement_repairs, "_ask", lambda: half_do(refused, 10))
    assert refusal(action) == CustodyErrorCode.NOT_WAITING
    assert (list(states().values()), in_transit()) == ([SettlementStatus.STUCK], 900_00)
    assert movements(refused) == [FEE]
    retry()
    assert settle_on(11) == 1
    assert movements(refused) == [FEE, SHARE]


# Refunds behind a settlement that ends


def test_a_refund_is_not_handed_to_a_person_for_a_settlement_that_was_cancelled_meanwhile(refused, monkeypatch):
    refund = give_back(refused, 400_00)
    hand_over = settlement_returns._wait_for_settlement

    def cancelled_meanwhile(**what):
        cancel()  # the job has read STUCK
        hand_over(**what)

    monkeypatch.setattr(settlement_returns, "_wait_for_settlement", cancelled_meanwhile)
    with later(days=8):
        assert services.pay_refund(refund=refund) is False
    assert list(states().values()) == [SettlementStatus.CANCELLED]
    assert Refund.objects.get().status == RefundStatus.SENT
    assert refund_on(9) == 1
    assert settle_on(9) == 1
    assert left_with(refused.order.seller) == (0, 0)


def test_a_settlement_that_is_done_after_all_lets_the_refund_behind_it_go_on(refused):
    refund, settlement = give_back(refused, 400_00), Settlement.objects.get()
    assert refund_on(8) == 0
    with later(days=9):  # it went through after all
        custody.custody_gateway("alipay").settle(custody.request_of(settlement))
    done = SettleSnapshot(settlement.reference, SettleState.DONE)
    assert custody.apply_settle_snapshot(settlement_id=settlement.pk, snapshot=done) is True
    refund.refresh_from_db()
    assert (refund.status, refund.problem) == (RefundStatus.DUE, "")
    assert refund_on(10) == 1
    assert movements(refused) == [FEE, SHARE, ("return", "40.00")]
    assert left_with(refused.order.seller) == (0, 0)


@pytest.mark.parametrize("action", [retry, cancel])
def test_a_refund_that_was_refused_for_a_reason_of_its_own_stays_with_its_person(refused, action):
    behind, own = give_back(refused, 100_00), give_back(refused, 200_00)
    orders.hand_refund_to_a_person(refund_id=own.pk, problem="ACQ.SELLER_BALANCE_NOT_ENOUGH: ")
    assert refund_on(8) == 0
    action()
    behind.refresh_from_db()
    own.refresh_from_db()
    assert (behind.status, own.status) == (RefundStatus.DUE, RefundStatus.STUCK)
    assert own.problem == "ACQ.SELLER_BALANCE_NOT_ENOUGH: "


# Runs that overlap


@pytest.fixture
def calls(monkeypatch):
    """The methods Alipay is asked by, in order."""
    asked = []
    original = AlipayGateway._api

    def api(self, method, content):
        asked.append(method)
        return original(self, method, content)

    monkeypatch.setattr(AlipayGateway, "_api", api)
    return asked


def test_of_two_runs_that_read_the_same_settlement_one_asks(cleared, calls):
    spoil(cleared, "alipay.trade.order.settle", drop_before_accept=True)
    with later(days=8):
        custody.owe_settlement(payment_id=cleared.payment.pk)
        one, other = due_settlements().get(), due_settlements().get()
        assert custody.send_settlement(settlement=one) is False
        assert calls == ["alipay.trade.order.settle"]
        assert custody.send_settlement(settlement=other) is False
    assert calls == ["alipay.trade.order.settle"]
    assert Settlement.objects.get().attempts == 1


def test_of_two_runs_that_read_the_same_refund_one_asks(held, monkeypatch):
    give_back(held, 400_00)
    asked = []
    monkeypatch.setattr(AlipayGateway, "refund", lambda self, request: asked.append(request) or _unanswered())
    one, other = due_refunds().get(), due_refunds().get()
    assert [services.pay_refund(refund=refund) for refund in (one, other)] == [False, False]
    assert (len(asked), Refund.objects.get().attempts) == (1, 1)


def _unanswered():
    raise services.refunds.GatewayError("no answer")


# Who may


@pytest.mark.parametrize("permission", ["change_settlement", "change_refund"])
def test_ending_a_settlement_takes_both_permissions_before_anybody_is_asked(refused, client, permission, monkeypatch):
    give_back(refused, 400_00)
    assert refund_on(8) == 0
    half = make_user(is_staff=True)
    half.user_permissions.set(Permission.objects.filter(codename__in=(permission, "view_settlement", "access_admin")))
    monkeypatch.setattr(custody, "request_of", None)  # nobody gets as far
    monkeypatch.setattr(settlement_repairs, "custody_gateway", None)
    for action in (retry, cancel):
        with pytest.raises(PermissionDenied):
            action(staff=half)
    log_in(half, client=client)
    page = client.get("/admin/settlements/").content.decode()
    settlement = Settlement.objects.get()
    assert settlement.reference in page
    assert f"/admin/settlements/{settlement.pk}/" not in page
    assert client.post(f"/admin/settlements/{settlement.pk}/retry/").status_code == 302
    assert states() == {settlement.reference: SettlementStatus.STUCK}
    log_in(make_finance(), client=client)
    assert f"/admin/settlements/{settlement.pk}/retry/" in client.get("/admin/settlements/").content.decode()


# Returns: answers about another number


@pytest.fixture
def returning(settled):
    """A return of our fee that failed for good and goes on under a new number. The old one is `.before`."""
    give_back(settled, 400_00)
    settled.sandbox.control(
        "faults", {"out_trade_no": settled.payment.out_trade_no, "faults": {"return_result": "FAILED"}, "times": 1}
    )
    assert refund_on(8) == 0
    failed = SettlementReturn.objects.get()
    settlement_returns.retry_return(return_id=failed.pk, staff=make_finance())
    return failed


def test_an_answer_about_the_number_before_does_not_end_a_return(returning):
    old = SettleSnapshot(returning.reference, SettleState.DONE)
    assert settlement_returns._apply_return(return_id=returning.pk, snapshot=old) is False
    taken = SettlementReturn.objects.get()
    assert (taken.status, taken.done_at) == (SettlementStatus.DUE, None)
    assert refund_on(9) == 1
    assert SettlementReturn.objects.get().status == SettlementStatus.DONE


def test_who_was_slower_than_a_colleague_does_not_retry_a_return_that_failed_again(returning):
    taken = SettlementReturn.objects.get()
    SettlementReturn.objects.update(status=SettlementStatus.STUCK, problem="FAIL")
    asked = SettleSnapshot(returning.reference, SettleState.FAILED)
    assert (
        refusal(settlement_returns._retry, return_id=returning.pk, asked=asked, staff=make_finance())
        == CustodyErrorCode.NOT_WAITING
    )
    again = SettlementReturn.objects.get()
    assert (again.reference, again.status) == (taken.reference, SettlementStatus.STUCK)
