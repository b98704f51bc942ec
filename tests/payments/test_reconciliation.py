"""Bills against books over real HTTP, and what finance does about a difference (facts/payments.md, 9: cases 23 and 24)."""

from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.ledger.models import Entry
from marketplace.ledger.selectors import wallet_of
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.payments import services, tasks
from marketplace.payments.audit import audit_money
from marketplace.payments.errors import ReconciliationError, ReconciliationErrorCode
from marketplace.payments.gateways.base import BillKind, PayScene
from marketplace.payments.models import (
    Difference,
    DifferenceKind,
    DifferenceStatus,
    GatewayBill,
    Payment,
    PaymentStatus,
    PayoutDestination,
    PayoutDestinationKind,
)
from marketplace.payments.services import reconciliation
from tests.factories import make_finance, make_gig, make_order, make_sub_merchant, make_user, make_verified_seller
from tests.logins import log_in
from tests.payments.conftest import Purchase, earn
from tests.payments.yesterday import DAY, Yesterday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


def differences():
    return list(Difference.objects.filter(status=DifferenceStatus.OPEN).values_list("kind", flat=True))


def sum_of(code):
    return sum(Entry.objects.filter(account__code=code).values_list("amount_fen", flat=True))


def test_a_day_of_payments_and_refunds_matches_and_its_fees_are_booked_once(yesterday):
    payments = [yesterday.buy(price_fen=price) for price in (10_000, 12_800, 3_500)]
    order = payments[0].order
    orders.cancel_order(order_id=order.pk, user=order.seller)
    tasks.pay_due_refunds()
    yesterday.ends()
    for _ in range(2):
        bill = yesterday.bill()
        assert (bill.rows, bill.matched, bill.problem) == (4, 4, "")
        assert (bill.paid_fen, bill.refunded_fen, bill.fee_fen) == (26_300, 10_000, 158)
    assert differences() == []
    assert sum_of(f"fees:{yesterday.code}") == -158
    assert bill.file.read()


def test_two_hundred_payments_match_without_a_difference(wechat_sandbox):
    wechat_sandbox.control("clock", {"seconds": 30 * 86_400})
    day = Yesterday(wechat_sandbox, "wechatpay")
    gig, buyer = make_gig(price_fen=10_000), make_user()
    for _ in range(200):
        order = make_order(gig=gig, buyer=buyer)
        payment = services.start_payment(order_id=order.pk, gateway_code="wechatpay")
        services.begin_payment(payment=payment, scene=PayScene.QR)
        wechat_sandbox.control(f"wechat/trades/{payment.out_trade_no}/pay", {})
    for payment in Payment.objects.all():
        services.refresh_payment(payment=payment)
    day.ends()
    bill = day.bill()
    assert (bill.rows, bill.matched) == (200, 200)
    assert differences() == []
    wechat_sandbox.control("clock", {"seconds": 30 * 86_400})


def test_an_empty_day_is_an_empty_bill(yesterday):
    bill = yesterday.bill()
    assert (bill.rows, bill.problem, differences()) == (0, "", [])


def test_a_payment_nobody_told_us_about_is_listed_and_one_click_books_it(yesterday):
    payment = yesterday.buy(told=False)
    yesterday.ends()
    yesterday.bill()
    assert differences() == [DifferenceKind.MISSING_HERE]
    difference = reconciliation.ask_gateway(difference_id=Difference.objects.get().pk, staff=make_finance())
    assert difference.status == DifferenceStatus.RESOLVED
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID
    assert Order.objects.get(pk=payment.order_id).status == OrderStatus.IN_PROGRESS
    yesterday.bill()
    assert differences() == []


def test_what_the_bill_lacks_is_missed_only_from_the_second_day_on(yesterday):
    payment = yesterday.buy()
    yesterday.fault(payment.out_trade_no, bill_drop=True)
    yesterday.ends()
    yesterday.bill()
    assert differences() == []
    day = timezone.localdate() - DAY
    with clock.moved_to(timezone.now() + DAY):
        reconciliation.reconcile(gateway_code=yesterday.code, kind=BillKind.TRADE, day=day)
    assert differences() == [DifferenceKind.MISSING_THERE]


def test_another_amount_is_listed_and_can_be_booked_as_unexplained_once(yesterday):
    payment = yesterday.buy()
    yesterday.fault(payment.out_trade_no, bill_amount=9_000)
    yesterday.ends()
    yesterday.bill()
    difference = Difference.objects.get()
    assert (difference.kind, difference.here_fen, difference.there_fen) == (DifferenceKind.AMOUNT, 10_000, 9_000)
    for _ in range(2):
        reconciliation.book_to_suspense(difference_id=difference.pk, staff=make_finance())
    assert sum_of(f"suspense:{yesterday.code}") == -1_000
    assert audit_money().violations == []


def test_a_stranger_in_the_bill_is_none_of_ours_and_goes_to_suspense(yesterday):
    yesterday.buy()
    yesterday.fault(bill_extra="PASTRANGER0001")
    yesterday.ends()
    yesterday.bill()
    difference = Difference.objects.get()
    assert difference.kind == DifferenceKind.MISSING_HERE
    staff = make_finance()
    with pytest.raises(ReconciliationError) as caught:
        reconciliation.ask_gateway(difference_id=difference.pk, staff=staff)
    assert caught.value.code == ReconciliationErrorCode.NOT_OURS
    reconciliation.book_to_suspense(difference_id=difference.pk, staff=staff)
    assert sum_of(f"suspense:{yesterday.code}") == 8_800


def test_a_line_the_gateway_itself_does_not_confirm_stays_open(yesterday):
    payment = services.start_payment(order_id=make_order().pk, gateway_code=yesterday.code)
    yesterday.fault(bill_extra=payment.out_trade_no)
    yesterday.buy()
    yesterday.ends()
    yesterday.bill()
    difference = Difference.objects.get()
    with pytest.raises(ReconciliationError) as caught:
        reconciliation.ask_gateway(difference_id=difference.pk, staff=make_finance())
    assert caught.value.code == ReconciliationErrorCode.STILL_DIFFERENT
    difference.refresh_from_db()
    payment.refresh_from_db()
    assert (difference.status, payment.status) == (DifferenceStatus.OPEN, PaymentStatus.PENDING)


def test_a_line_that_stands_twice_is_listed(yesterday):
    yesterday.buy()
    yesterday.fault(bill_duplicate=True)
    yesterday.ends()
    yesterday.bill()
    assert differences() == [DifferenceKind.DUPLICATE]


def test_another_fee_than_agreed_is_listed_and_can_be_accepted(yesterday):
    payment = yesterday.buy()
    yesterday.fault(payment.out_trade_no, bill_fee=5)
    yesterday.ends()
    yesterday.bill()
    difference = Difference.objects.get()
    assert (difference.kind, difference.here_fen, difference.there_fen) == (DifferenceKind.FEE, 60, 65)
    reconciliation.accept_fee(difference_id=difference.pk, staff=make_finance())
    assert differences() == []
    set_config(key="payments.gateway_fee_is_checked", value=0, reason="test")
    assert yesterday.bill().matched == 1


def test_a_bill_is_held_against_the_rate_that_was_agreed_on_its_day(yesterday):
    yesterday.buy()
    yesterday.ends()
    set_config(key="payments.gateway_fee_basis_points", value=38, reason="新合同")
    assert yesterday.bill().matched == 1
    assert differences() == []


def test_a_fee_that_comes_back_with_a_refund_is_booked_as_less_of_a_cost(yesterday):
    payment = yesterday.buy()
    yesterday.buy(price_fen=20_000)
    yesterday.fault(fee_returned=True)
    orders.cancel_order(order_id=payment.order_id, user=payment.order.seller)
    tasks.pay_due_refunds()
    yesterday.ends()
    bill = yesterday.bill()
    assert (bill.matched, bill.fee_fen, differences()) == (3, 120, [])  # 60 and 120 were kept, 60 came back
    assert sum_of(f"fees:{yesterday.code}") == -120
    assert yesterday.balance().unexplained_fen == 0


def test_a_broken_file_concludes_nothing_and_is_asked_for_again(yesterday):
    yesterday.buy()
    yesterday.ends()
    yesterday.fault(bill_broken=True)
    assert yesterday.bill().problem != ""
    assert differences() == []
    yesterday.sandbox.control("faults", method="DELETE")
    bill = yesterday.bill()
    assert (bill.problem, bill.matched) == ("", 1)


def test_a_resolved_difference_stays_resolved_and_says_who_did_it(yesterday):
    payment = yesterday.buy()
    yesterday.fault(payment.out_trade_no, bill_amount=9_000)
    yesterday.ends()
    yesterday.bill()
    staff = make_finance()
    pk = Difference.objects.get().pk
    reconciliation.accept_as_known(difference_id=pk, staff=staff, note="支付机构已更正")
    yesterday.bill()
    difference = Difference.objects.get()
    assert (difference.status, difference.resolved_by, difference.resolution) == ("resolved", staff, "支付机构已更正")


def test_a_difference_that_went_away_by_itself_is_closed(yesterday):
    payment = yesterday.buy()
    yesterday.fault(payment.out_trade_no, bill_amount=9_000)
    yesterday.ends()
    yesterday.bill()
    yesterday.sandbox.control("faults", method="DELETE")
    yesterday.bill()
    assert (differences(), Difference.objects.get().resolution) == ([], "matches now")


def test_each_difference_takes_only_what_can_resolve_it(yesterday):
    payment = yesterday.buy()
    yesterday.fault(payment.out_trade_no, bill_amount=9_000)
    lost = yesterday.buy(told=False)
    yesterday.ends()
    yesterday.bill()
    amount, missing = (
        Difference.objects.get(kind=DifferenceKind.AMOUNT),
        Difference.objects.get(out_trade_no=lost.out_trade_no),
    )
    staff = make_finance()
    for decide, difference, code in (
        (reconciliation.ask_gateway, amount, ReconciliationErrorCode.NOT_FITTING),
        (reconciliation.accept_fee, amount, ReconciliationErrorCode.NOT_FITTING),
        (reconciliation.accept_fee, missing, ReconciliationErrorCode.NOT_FITTING),
        # As unexplained money it would be counted a second time when the gateway tells us of it.
        (reconciliation.book_to_suspense, missing, ReconciliationErrorCode.ASK_FIRST),
    ):
        with pytest.raises(ReconciliationError) as caught:
            decide(difference_id=difference.pk, staff=staff)
        assert caught.value.code == code
    assert len(differences()) == 2
    assert sum_of(f"suspense:{yesterday.code}") == 0


def test_a_payment_of_another_amount_is_real_money_and_can_be_booked_as_unexplained(yesterday):
    payment = yesterday.buy(told=False)
    Payment.objects.filter(pk=payment.pk).update(amount_fen=9_000)  # ours says less than was paid: it is quarantined
    yesterday.ends()
    yesterday.bill()
    difference, staff = Difference.objects.get(), make_finance()
    with pytest.raises(ReconciliationError) as caught:
        reconciliation.ask_gateway(difference_id=difference.pk, staff=staff)
    assert caught.value.code == ReconciliationErrorCode.STILL_DIFFERENT
    reconciliation.book_to_suspense(difference_id=difference.pk, staff=staff)
    assert sum_of(f"suspense:{yesterday.code}") == 10_000


def test_a_transfer_that_came_back_stands_in_the_bill_until_it_is_back_in_the_wallet(alipay_sandbox):
    alipay_sandbox.control("clock", {"seconds": 30 * 86_400})
    day, seller = Yesterday(alipay_sandbox, "alipay"), make_verified_seller()
    earn(seller, amount_fen=900_000)
    services.set_destination(
        user=seller, kind=PayoutDestinationKind.BANK_CARD, account="6225880123456783", bank_name="招商银行"
    )
    PayoutDestination.objects.update(usable_from=timezone.now())
    card = PayoutDestination.objects.get()
    payout = services.request_payout(user=seller, destination_id=card.pk, gross_fen=400_000, request_key=uuid4())
    tasks.send_due_payouts()
    alipay_sandbox.control(f"transfers/{payout.reference}", {"status": "REFUND"})
    day.ends()
    day.bill(BillKind.FUND)
    difference = Difference.objects.get(out_trade_no=payout.reference)
    assert (difference.kind, difference.row_kind) == (DifferenceKind.MISSING_HERE, "bounce")
    reconciliation.ask_gateway(difference_id=difference.pk, staff=make_finance())
    assert wallet_of(seller).available_fen == 900_000
    day.bill(BillKind.FUND)
    assert differences() == []
    alipay_sandbox.control("clock", {"seconds": 30 * 86_400})


def test_the_fees_of_a_sellers_own_account_are_not_ours(alipay_sandbox, postbox, settings):
    alipay_sandbox.control("clock", {"seconds": 30 * 86_400})
    settings.SETTLEMENT_MODE = "custody"
    gig = make_gig(price_fen=100_000)
    make_sub_merchant(user=gig.seller, gateway_code="alipay", number=f"2088{gig.pk:012d}")
    order = make_order(gig=gig)
    purchase = Purchase(
        order, services.start_payment(order_id=order.pk, gateway_code="alipay"), alipay_sandbox, postbox
    )
    purchase.pay()
    services.refresh_payment(payment=purchase.payment)
    day = Yesterday(alipay_sandbox, "alipay")
    day.ends()
    bill = day.bill()
    assert (bill.matched, bill.fee_fen, sum_of("fees:alipay")) == (1, 0, 0)
    assert sum_of("clearing:alipay") == -100_000
    alipay_sandbox.control("clock", {"seconds": 30 * 86_400})


def test_only_finance_decides(yesterday):
    payment = yesterday.buy()
    yesterday.fault(payment.out_trade_no, bill_amount=9_000)
    yesterday.ends()
    yesterday.bill()
    pk, stranger = Difference.objects.get().pk, make_user()
    for decide in (
        reconciliation.ask_gateway,
        reconciliation.book_to_suspense,
        reconciliation.accept_fee,
        partial(reconciliation.accept_as_known, note="x"),
    ):
        with pytest.raises(PermissionDenied):
            decide(difference_id=pk, staff=stranger)
    assert differences() == [DifferenceKind.AMOUNT]


def test_finance_clicks_it_away_in_the_admin(yesterday, client):
    payment = yesterday.buy(told=False)
    yesterday.ends()
    tasks.reconcile_bills()
    assert GatewayBill.objects.filter(gateway=yesterday.code).count() == 6
    staff = make_finance()
    log_in(staff, client=client)
    page = client.get("/admin/bills/").content.decode()
    assert payment.out_trade_no in page
    pk = Difference.objects.get(status=DifferenceStatus.OPEN).pk
    assert client.post(f"/admin/differences/{pk}/ask/", follow=True).status_code == 200
    assert differences() == []
    bill = GatewayBill.objects.exclude(file="").first()
    assert b"".join(client.get(f"/admin/bills/{bill.pk}/file/").streaming_content)
    log_in(make_user(), client=client)
    assert client.get("/admin/bills/").status_code == 302
