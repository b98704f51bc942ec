"""`manage.py audit_ledger`: clean books end with 0, any violation with 1 and a sentence."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from marketplace.ledger.models import Account
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Refund
from marketplace.payments import services
from marketplace.payments.audit import audit_money
from marketplace.payments.models import Payment, Payout, PayoutStatus, TaxYear
from tests.factories import make_gig, make_order
from tests.ledger.books import execute
from tests.payments.conftest import hand_over
from tests.payments.test_payouts import request as withdraw
from tests.payments.test_payouts import seller  # noqa: F401 a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(silent_alipay, forge):
    order = make_order(gig=make_gig(price_fen=12_800))
    payment = services.start_payment(order_id=order.pk, gateway_code="alipay")
    assert hand_over(forge(payment)) == "success"
    assert audit_money().violations == []
    return order


def audit():
    out, err = StringIO(), StringIO()
    try:
        call_command("audit_ledger", stdout=out, stderr=err)
    except CommandError as error:
        return error.returncode, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_clean_books_end_with_zero_and_are_summed(paid):
    code, out, err = audit()
    assert (code, err) == (0, "")
    lines = {line.split()[0]: line.split()[-1] for line in out.splitlines()}
    assert lines == {
        "transactions": "1",
        "entries": "2",
        "accounts": "2",
        "clearing": "−128.00",
        "escrow": "128.00",
        "imbalances": "0",
    } or (lines["clearing"], lines["escrow"]) == ("¥−128.00", "¥128.00")
    assert lines["imbalances"] == "0"


def test_an_edited_balance_ends_with_one_and_is_named(paid):
    execute("UPDATE ledger_account SET balance_fen = 5 WHERE kind = 'escrow'")
    code, out, err = audit()
    assert code == 1
    assert f"account escrow:{paid.number} says 5 fen, its entries 12800" in err
    assert f"order {paid.number}: escrow holds 5 fen, the order says 12800" in err
    assert "imbalances" in out


def test_an_order_that_lost_its_money_is_found(paid):
    Order.objects.filter(pk=paid.pk).update(status="cancelled")
    assert audit_money().violations == [f"order {paid.number}: escrow holds 12800 fen, the order says 0"]
    assert audit()[0] == 1


def test_an_order_that_never_had_its_money_is_found(paid):
    unpaid = make_order()
    Order.objects.filter(pk=unpaid.pk).update(status="in_progress")
    assert audit_money().violations == [f"order {unpaid.number}: escrow holds 0 fen, the order says 10000"]


def test_a_payment_that_is_not_in_the_books_is_found(paid):
    Payment.objects.update(amount_fen=12_801)
    number = Payment.objects.get().out_trade_no
    assert audit_money().violations == [
        "alipay holds 12800 fen by the books, 12801 by its documents",
        f"payment {number} is of 12801 fen, the books say 12800",
    ]


def test_two_payments_whose_mistakes_cancel_out_in_the_sum_are_found(paid, forge):
    other = services.start_payment(order_id=make_order(gig=make_gig(price_fen=12_800)).pk, gateway_code="alipay")
    assert hand_over(forge(other)) == "success"
    Payment.objects.filter(pk=other.pk).update(amount_fen=12_700)
    Payment.objects.exclude(pk=other.pk).update(amount_fen=12_900)
    sentences = audit_money().violations
    assert f"payment {other.out_trade_no} is of 12700 fen, the books say 12800" in sentences
    assert len(sentences) == 2


def test_a_refund_marked_done_that_was_not_booked_is_found(paid):
    orders.cancel_order(order_id=paid.pk, user=paid.seller)
    assert audit_money().violations == []
    Refund.objects.update(status="done")
    assert audit_money().violations == [
        f"order {paid.number}: escrow holds 12800 fen, the order says 0",
        "alipay holds 12800 fen by the books, 0 by its documents",
        f"refund {Refund.objects.get().reference} is of 12800 fen, the books say 0",
    ]


def test_a_cancelled_payout_whose_money_never_came_back_is_found(seller):  # noqa: F811
    payout = withdraw(seller, 800_000)
    assert audit_money().violations == []
    Payout.objects.update(status=PayoutStatus.CANCELLED)
    assert audit_money().violations == [
        f"{payout.amount_fen} fen are on their way to sellers by the books, 0 by payouts and settlements"
    ]


def test_tax_that_a_year_forgot_is_found(seller):  # noqa: F811
    payout = withdraw(seller, 800_000)
    TaxYear.objects.update(withheld_fen=0)
    year = payout.tax_year.year
    assert audit_money().violations == [f"tax of seller {seller.pk} in {year}: 0 fen were withheld, the books say 4200"]


def test_the_audit_changes_nothing(paid):
    before = list(Account.objects.order_by("pk").values())
    audit()
    assert list(Account.objects.order_by("pk").values()) == before
