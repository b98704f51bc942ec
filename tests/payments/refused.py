"""Settlements of 1,000.00 yuan that Alipay refused, and what finance and the jobs do about them."""

import pytest

from marketplace.ledger.models import Account, Transaction
from marketplace.ledger.selectors import wallet_of
from marketplace.orders import services as orders
from marketplace.payments.errors import CustodyError
from marketplace.payments.models import Settlement, SettlementStatus
from marketplace.payments.services import settlement_repairs
from marketplace.payments.tasks import pay_due_refunds, settle_cleared_payments
from tests.factories import make_finance
from tests.payments.held import CONFIRM, SPLIT, later, spoil

REFUSED = "ACQ.ALLOC_AMOUNT_VALIDATE_ERROR"
FEE, SHARE = ("split", "100.00"), ("release", "900.00")  # as the sandbox lists what it moved


@pytest.fixture
def refused(cleared):
    """Alipay did not take the split on: it knows nothing under this number."""
    spoil(cleared, SPLIT, refuse_with=REFUSED)
    return stuck(cleared)


@pytest.fixture
def failed(cleared):
    """Alipay took the split on, and it failed for good."""
    cleared.sandbox.control(
        "faults", {"out_trade_no": cleared.payment.out_trade_no, "faults": {"split_status": "FAIL"}, "times": 1}
    )
    return stuck(cleared)


@pytest.fixture
def half_done(cleared):
    """Our fee is split off; the release of the rest was refused."""
    spoil(cleared, CONFIRM, refuse_with=REFUSED)
    return stuck(cleared)


def stuck(purchase):
    with later(days=8):
        settle_cleared_payments()
    assert Settlement.objects.get().status == SettlementStatus.STUCK
    assert in_transit() == 900_00
    return purchase


def retry(settlement=None, staff=None):
    settlement = settlement or Settlement.objects.get()
    return settlement_repairs.retry_settlement(settlement_id=settlement.pk, staff=staff or make_finance())


def cancel(settlement=None, staff=None):
    settlement = settlement or Settlement.objects.get()
    return settlement_repairs.cancel_settlement(
        settlement_id=settlement.pk, staff=staff or make_finance(), reason="收款账户异常"
    )


def refusal(action, *args, **kwargs):
    with pytest.raises(CustodyError) as caught:
        action(*args, **kwargs)
    return caught.value.code


def give_back(purchase, amount_fen):
    """Finance decides a refund."""
    return orders.refund_part(
        order_id=purchase.order.pk, actor=make_finance(), amount_fen=amount_fen, reason="一半不能用"
    )


def settle_on(days):
    with later(days=days):
        return settle_cleared_payments()


def refund_on(days):
    with later(days=days):
        return pay_due_refunds()


def in_transit():
    rows = Settlement.objects.exclude(status__in=(SettlementStatus.DONE, SettlementStatus.CANCELLED))
    booked = sum(
        Transaction.objects.filter(entries__account__code="platform:payouts_in_transit").values_list(
            "entries__amount_fen", flat=True
        )
    )
    assert booked == sum(rows.values_list("seller_fen", flat=True))
    return booked


def left_with(seller):
    """In the wallet, and owed."""
    owed = Account.objects.filter(code=f"user:{seller.pk}:debt").values_list("balance_fen", flat=True)
    return (wallet_of(seller).available_fen, sum(owed))


def states():
    return dict(Settlement.objects.values_list("reference", "status"))
