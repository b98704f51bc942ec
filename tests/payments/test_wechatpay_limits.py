"""What WeChat Pay limits (facts/payments.md, 2.3 and 3): bytes, minutes, refunds, days; and what its refusals prove."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.identifiers import new_reference
from marketplace.ledger.selectors import wallet_of
from marketplace.orders import services as orders
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Refund, RefundStatus
from marketplace.orders.services.refunds import MOST_PARTS
from marketplace.payments import services, tasks
from marketplace.payments.gateways import gateway
from marketplace.payments.gateways.base import (
    PaymentState,
    PayScene,
    RateLimited,
    RefundRequest,
    RefundState,
    Rejected,
    TransferRequest,
    TransferState,
)
from marketplace.payments.gateways.wechatpay_client import cut
from marketplace.payments.models import Payout, PayoutDestination, PayoutDestinationKind, PayoutStatus
from tests.factories import make_gig, make_order, make_verified_seller
from tests.payments.conftest import earn
from tests.payments.wechat import WechatPurchase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]

LONG_TITLE = "为独立咖啡馆设计品牌标志与全套门店物料，含菜单外卖包装和三个节日版本的延展，附源文件与使用手册，两周交付"


def purchase_of(sandbox, box, **gig):
    order = make_order(gig=make_gig(**gig))
    payment = services.start_payment(order_id=order.pk, gateway_code="wechatpay")
    return WechatPurchase(order, payment, sandbox, box)


@pytest.mark.parametrize("most", range(8))
def test_a_text_is_cut_between_characters(most):
    assert cut("a标🍵", most) == {0: "", 1: "a", 2: "a", 3: "a", 4: "a标", 5: "a标", 6: "a标", 7: "a标"}[most]


def test_a_long_chinese_title_is_paid_and_given_back(wechat_sandbox, letterbox_server):
    assert len(LONG_TITLE.encode()) > 127
    purchase = purchase_of(wechat_sandbox, letterbox_server, title=LONG_TITLE)
    purchase.open()
    wechat_sandbox.control(f"wechat/trades/{purchase.payment.out_trade_no}/pay", {})
    assert purchase.deliver().status_code == 200
    assert LONG_TITLE.startswith(purchase.at_wechat()["description"])
    orders.cancel_order(order_id=purchase.order.pk, user=purchase.order.seller)
    assert tasks.pay_due_refunds() == 1
    (refund,) = purchase.at_wechat()["refunds"]
    assert LONG_TITLE.startswith(refund["reason"])
    assert refund["reason"]


@pytest.mark.parametrize("scene", [PayScene.QR, PayScene.WAP, PayScene.JSAPI])
def test_whoever_begins_in_the_last_minute_can_pay(wechat_purchase, scene):
    wechat_purchase.payment.expires_at = timezone.now() + timedelta(seconds=2)
    assert wechat_purchase.open(scene, openid="oBuyer") == wechat_purchase.open(scene, openid="oBuyer") or (
        scene == PayScene.JSAPI  # its parameters are signed anew each time
    )
    assert gateway("wechatpay").query(wechat_purchase.payment.out_trade_no).state == PaymentState.PENDING


@pytest.mark.parametrize("prefix", ["PA", "RF", "PO", "SE", "SR"])
def test_our_numbers_fit_every_rule_of_both_institutions(prefix):
    number = new_reference(prefix)
    assert re.fullmatch(r"[0-9A-Za-z]{6,32}", number)  # out_bill_no, the narrowest
    assert len(f"{number}C") <= 64  # Alipay's out_request_no of a second step


def give(purchase, reference, amount_fen):
    number = purchase.payment.out_trade_no
    return gateway("wechatpay").refund(RefundRequest(number, reference, amount_fen, 12_800, "退款"))


def test_fifty_partial_refunds_and_no_more(wechat_purchase):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    for number in range(50):
        assert give(wechat_purchase, f"RF{number:04d}{wechat_purchase.order.number}", 1).state == RefundState.DONE
        wechat_purchase.sandbox.control("clock", {"seconds": 60})
    with pytest.raises(Rejected):
        give(wechat_purchase, f"RF9999{wechat_purchase.order.number}", 1)
    assert wechat_purchase.at_wechat()["refunded_fen"] == 50


def test_a_second_refund_within_the_minute_waits_its_turn(wechat_purchase):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    for reason in ("少做一版", "又少一版"):
        orders.refund_part(
            order_id=wechat_purchase.order.pk, actor=wechat_purchase.order.seller, amount_fen=1_000, reason=reason
        )
    first, second = Refund.objects.order_by("pk")
    now = timezone.now()
    assert tasks.pay_due_refunds() == 1
    second.refresh_from_db()
    assert (second.status, second.attempts) == (RefundStatus.DUE, 0)  # nobody was asked
    assert second.next_attempt_at >= now + timedelta(seconds=60)
    wechat_purchase.sandbox.control("clock", {"seconds": 60})
    with clock.moved_to(second.next_attempt_at):
        assert tasks.pay_due_refunds() == 1
    assert sorted(row["amount_fen"] for row in wechat_purchase.at_wechat()["refunds"]) == [1_000, 1_000]
    first.refresh_from_db()
    assert first.status == RefundStatus.DONE


def test_when_wechat_wants_a_longer_pause_the_refund_keeps_its_number(wechat_purchase):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    orders.cancel_order(order_id=wechat_purchase.order.pk, user=wechat_purchase.order.seller)
    refund = Refund.objects.get()
    wechat_purchase.sandbox.fault(refund.reference, refuse_with="FREQUENCY_LIMITED")
    assert tasks.pay_due_refunds() == 0
    refund.refresh_from_db()
    assert refund.status == RefundStatus.SENT
    with pytest.raises(RateLimited):
        give(wechat_purchase, refund.reference, 12_800)
    wechat_purchase.sandbox.control("faults", method="DELETE")
    with clock.moved_to(refund.next_attempt_at):
        assert tasks.pay_due_refunds() == 1


def test_the_fiftieth_part_is_kept_for_the_end_of_the_order(wechat_purchase):
    order = wechat_purchase.order
    wechat_purchase.pay()
    wechat_purchase.deliver()
    for _ in range(MOST_PARTS):
        orders.refund_part(order_id=order.pk, actor=order.seller, amount_fen=1, reason="少做一点")
    with pytest.raises(OrderError) as caught:
        orders.refund_part(order_id=order.pk, actor=order.seller, amount_fen=1, reason="再少一点")
    assert caught.value.code == OrderErrorCode.REFUND_TOO_OFTEN
    assert Refund.objects.count() == 49
    orders.cancel_order(order_id=order.pk, user=order.seller)
    assert Refund.objects.count() == 50


def test_after_a_year_nothing_goes_back(wechat_purchase):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    wechat_purchase.sandbox.control("clock", {"seconds": 366 * 86_400})
    with pytest.raises(Rejected):
        give(wechat_purchase, new_reference("RF"), 100)


# Transfers: an error does not say that nothing moves


def transfer(reference, **changes):
    values = {
        "reference": reference,
        "amount_fen": 118_00,
        "destination": "wechat",
        "account": "oSeller01",
        "real_name": "林墨",
        "remark": "匠集提现，请在微信里确认收款，谢谢",
    }
    return gateway("wechatpay").transfer(TransferRequest(**values | changes))


def test_a_remark_of_any_length_goes_through(wechat_sandbox):
    assert transfer(new_reference("PO")).state == TransferState.WAITING_FOR_PAYEE


def test_a_refusal_is_definite_only_when_wechat_does_not_know_the_number(wechat_sandbox):
    unknown, known = new_reference("PO"), new_reference("PO")
    wechat_sandbox.control("faults", {"out_trade_no": unknown, "faults": {"refuse_with": "PARAM_ERROR"}, "times": 1})
    with pytest.raises(Rejected, match="PARAM_ERROR"):
        transfer(unknown)
    assert transfer(known).state == TransferState.WAITING_FOR_PAYEE
    seen = transfer(known, amount_fen=119_00)  # refused for the other amount; the first one still waits for its payee
    assert (seen.state, seen.amount_fen) == (TransferState.WAITING_FOR_PAYEE, 118_00)


def test_a_transfer_is_taken_back_before_it_is_confirmed(wechat_sandbox):
    reference = new_reference("PO")
    transfer(reference)
    assert gateway("wechatpay").cancel_transfer(reference).state == TransferState.FAILED
    assert wechat_sandbox.control(f"wechat/transfers/{reference}")["state"] == "CANCELLED"


@pytest.fixture
def payout(wechat_sandbox):
    seller = make_verified_seller()
    earn(seller, amount_fen=900_000, gateway_code="wechatpay")
    services.set_destination(user=seller, kind=PayoutDestinationKind.WECHAT, account="oSandboxSeller000000000001")
    PayoutDestination.objects.update(usable_from=timezone.now())
    destination = PayoutDestination.objects.get()
    return services.request_payout(user=seller, destination_id=destination.pk, gross_fen=300_000, request_key=uuid4())


def test_an_error_after_the_transfer_was_accepted_does_not_give_the_money_back(payout, wechat_sandbox):
    transfer(payout.reference, account="oSandboxSeller000000000001", amount_fen=payout.amount_fen, real_name="别人")
    tasks.send_due_payouts()  # refused, because the name is another: and yet a transfer under this number waits
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.AWAITING_PAYEE
    assert wallet_of(payout.user).available_fen == 600_000


def test_a_payout_that_wechat_no_longer_remembers_is_left_to_a_person(payout, wechat_sandbox, caplog):
    wechat_sandbox.control(
        "faults", {"out_trade_no": payout.reference, "faults": {"drop_before_accept": True}, "times": 1}
    )
    tasks.send_due_payouts()
    later = timezone.now() + timedelta(days=30)
    Payout.objects.update(next_attempt_at=later)
    with clock.moved_to(later + timedelta(minutes=1)):
        tasks.send_due_payouts()
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.SENT
    assert "too old to be sent again" in caplog.text
