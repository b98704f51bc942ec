"""WeChat Pay over real HTTP: paying, being told, giving back, and every failure of facts/payments.md, section 9."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core import clock
from marketplace.orders import services as orders
from marketplace.orders.models import Refund, RefundStatus
from marketplace.orders.states import OrderStatus
from marketplace.payments import services, tasks
from marketplace.payments.gateways import configured_gateways, gateway
from marketplace.payments.gateways.base import (
    CloseOutcome,
    ConfigError,
    PayIntentKind,
    PaymentState,
    PayScene,
    RefundRequest,
    RefundState,
    Rejected,
    Unknown,
)
from marketplace.payments.models import GatewayNotification, Payment, PaymentStatus
from tests.factories import make_finance, make_gig, make_order
from tests.payments.sandbox.conftest import fetch
from tests.payments.wechat import Letter, hand_in, use_wechat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


def test_a_scanned_code_is_paid_and_the_order_begins(wechat_purchase):
    wechat_purchase.pay()
    assert wechat_purchase.deliver().status_code == 200
    wechat_purchase.refresh()
    assert wechat_purchase.order.status == OrderStatus.IN_PROGRESS
    assert wechat_purchase.payment.status == PaymentStatus.PAID
    assert wechat_purchase.payment.gateway_trade_no == wechat_purchase.at_wechat()["transaction_id"]


def test_on_a_phone_the_browser_is_sent_to_wechat(wechat_purchase):
    intent = wechat_purchase.open(PayScene.WAP, client_ip="203.0.113.9")
    assert intent.kind == PayIntentKind.REDIRECT
    assert "¥128.00" in fetch(intent.url).text


def test_inside_wechat_its_script_gets_signed_parameters(wechat_purchase):
    intent = wechat_purchase.open(PayScene.JSAPI, openid="oBuyer0001")
    assert intent.kind == PayIntentKind.JSAPI
    assert set(intent.jsapi) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert intent.jsapi["package"].startswith("prepay_id=wx")
    paid = wechat_purchase.sandbox.control("wechat/jsapi", dict(intent.jsapi))
    assert paid == {"err_msg": "get_brand_wcpay_request:ok"}
    assert wechat_purchase.deliver().status_code == 200
    wechat_purchase.refresh()
    assert wechat_purchase.payment.status == PaymentStatus.PAID


def test_the_same_payment_begun_twice_is_the_same_code(wechat_purchase):
    assert wechat_purchase.open() == wechat_purchase.open()


def test_a_notification_that_comes_twice_is_booked_once(wechat_purchase):
    wechat_purchase.pay()
    assert [wechat_purchase.deliver().status_code for _ in range(3)] == [200, 200, 200]
    assert GatewayNotification.objects.filter(verified=True).count() == 1


def test_without_any_notification_asking_finds_the_payment(wechat_purchase):
    wechat_purchase.sandbox.fault(wechat_purchase.payment.out_trade_no, no_notify=True)
    wechat_purchase.pay()
    tasks.poll_undecided_payments()
    wechat_purchase.refresh()
    assert wechat_purchase.order.status == OrderStatus.IN_PROGRESS


@pytest.mark.parametrize("fault", ["corrupt_signature", "wrong_app_id", "wrong_seller_id", "wrong_api_key"])
def test_what_is_forged_or_meant_for_others_is_refused_and_changes_nothing(wechat_purchase, fault):
    wechat_purchase.sandbox.fault(wechat_purchase.payment.out_trade_no, **{fault: True})
    wechat_purchase.pay()
    assert wechat_purchase.deliver().status_code == 400
    wechat_purchase.refresh()
    assert wechat_purchase.payment.status == PaymentStatus.PENDING


def test_an_old_notification_is_refused_though_its_signature_holds(wechat_purchase):
    wechat_purchase.sandbox.fault(wechat_purchase.payment.out_trade_no, old_notify_seconds=301)
    wechat_purchase.pay()
    assert wechat_purchase.deliver().status_code == 400
    assert GatewayNotification.objects.get().problem == "signed at another time"


def test_wechats_probes_fail_without_any_special_case(wechat_purchase):
    wechat_purchase.sandbox.fault(wechat_purchase.payment.out_trade_no, probe_notify=True)
    wechat_purchase.pay()
    probe, real = wechat_purchase.box.wait_for(2)[:2]
    assert probe.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
    assert (hand_in(probe).status_code, hand_in(real).status_code) == (400, 200)


@pytest.mark.parametrize(
    "changes",
    [
        {"Wechatpay-Serial": "PUB_KEY_ID_0000"},
        {"Wechatpay-Serial": ""},
        {"Wechatpay-Signature": "bm90IGEgc2lnbmF0dXJl"},
        {"Wechatpay-Signature": "&%"},
        {"Wechatpay-Timestamp": "soon"},
        {"Wechatpay-Nonce": "another"},
    ],
)
def test_a_notification_whose_headers_were_touched_is_refused(wechat_purchase, changes):
    wechat_purchase.pay()
    (letter,) = wechat_purchase.box.wait_for()
    assert hand_in(letter, **changes).status_code == 400
    assert hand_in(Letter(letter.headers, letter.body.replace(b"T", b"t", 1))).status_code == 400
    assert hand_in(Letter(letter.headers, b"")).status_code == 400
    wechat_purchase.refresh()
    assert wechat_purchase.payment.status == PaymentStatus.PENDING


def test_during_a_rotation_the_old_keys_are_believed_too(wechat_purchase, settings, silent_wechat):
    # `silent_wechat` configured new keys; the sandbox still speaks with the old ones.
    keys = wechat_purchase.sandbox.data_dir
    new = dict(settings.WECHATPAY)
    old = {
        "previous_public_key_id": (keys / "wechat_public_key_id.txt").read_text(),
        "previous_public_key": (keys / "wechat_public_key.pem").read_text(),
        "previous_api_v3_key": (keys / "wechat_api_v3_key.txt").read_text(),
    }
    wechat_purchase.sandbox.control(f"wechat/trades/{open_directly(wechat_purchase, settings)}/pay", {})
    (letter,) = wechat_purchase.box.wait_for()
    settings.WECHATPAY = new
    assert hand_in(letter).status_code == 400
    settings.WECHATPAY = new | old
    assert hand_in(letter).status_code == 200


def open_directly(purchase, settings):
    """Begin the payment with the sandbox's own keys."""
    use_wechat(settings, purchase.sandbox.data_dir, purchase.sandbox.url)
    purchase.open()
    return purchase.payment.out_trade_no


def test_another_amount_is_quarantined(wechat_purchase):
    wechat_purchase.sandbox.fault(wechat_purchase.payment.out_trade_no, wrong_amount=True)
    wechat_purchase.pay()
    assert wechat_purchase.deliver().status_code == 400
    assert GatewayNotification.objects.get().problem == "amount differs"


def test_a_coupon_of_wechats_pays_a_part_and_the_order_is_paid_whole(wechat_purchase):
    wechat_purchase.sandbox.fault(wechat_purchase.payment.out_trade_no, coupon_fen=500)
    wechat_purchase.pay()
    assert wechat_purchase.deliver().status_code == 200
    wechat_purchase.refresh()
    assert wechat_purchase.order.status == OrderStatus.IN_PROGRESS


def test_a_closed_payment_cannot_be_paid_and_closing_a_paid_one_says_so(wechat_purchase):
    adapter, number = gateway("wechatpay"), wechat_purchase.payment.out_trade_no
    assert adapter.close(number) == CloseOutcome.NOT_FOUND
    assert adapter.query(number).state == PaymentState.NOT_FOUND
    wechat_purchase.open()
    assert adapter.query(number).state == PaymentState.PENDING
    assert adapter.close(number) == CloseOutcome.CLOSED
    assert adapter.query(number).state == PaymentState.CLOSED
    wechat_purchase.sandbox.control(f"wechat/trades/{number}/pay_late", {})
    assert adapter.close(number) == CloseOutcome.ALREADY_PAID


def test_money_that_arrives_after_the_order_was_closed_is_given_back(wechat_purchase):
    wechat_purchase.open()
    with clock.moved_to(timezone.now() + timedelta(hours=1)):
        tasks.close_expired_orders()
    wechat_purchase.sandbox.control(f"wechat/trades/{wechat_purchase.payment.out_trade_no}/pay_late", {})
    assert wechat_purchase.deliver().status_code == 200
    tasks.pay_due_refunds()
    wechat_purchase.refresh()
    assert wechat_purchase.order.status != OrderStatus.IN_PROGRESS
    assert wechat_purchase.at_wechat()["refunded_fen"] == 12_800
    assert Refund.objects.get().status == RefundStatus.DONE


def test_an_answer_lost_after_the_payment_was_opened_opens_no_second_one(wechat_purchase):
    number = wechat_purchase.payment.out_trade_no
    wechat_purchase.sandbox.control(
        "faults", {"out_trade_no": number, "faults": {"drop_after_accept": True}, "times": 1}
    )
    with pytest.raises(Unknown):
        wechat_purchase.open()
    wechat_purchase.pay()
    assert wechat_purchase.deliver().status_code == 200


@pytest.mark.parametrize("fault", ["drop_after_accept", "http_500_after_accept", "corrupt_response_signature"])
def test_a_refund_whose_answer_is_lost_or_not_to_be_believed_goes_out_once(wechat_purchase, fault):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    orders.cancel_order(order_id=wechat_purchase.order.pk, user=wechat_purchase.order.seller)
    refund = Refund.objects.get()
    wechat_purchase.sandbox.control("faults", {"out_trade_no": refund.reference, "faults": {fault: True}, "times": 1})
    assert tasks.pay_due_refunds() == 0
    with clock.moved_to(timezone.now() + timedelta(hours=2)):
        assert tasks.pay_due_refunds() == 1
    assert [row["amount_fen"] for row in wechat_purchase.at_wechat()["refunds"]] == [12_800]


def test_a_refund_that_takes_days_is_done_when_wechat_says_so(wechat_purchase):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    wechat_purchase.sandbox.fault(wechat_purchase.payment.out_trade_no, refund_status="PROCESSING")
    orders.cancel_order(order_id=wechat_purchase.order.pk, user=wechat_purchase.order.seller)
    refund = Refund.objects.get()
    assert tasks.pay_due_refunds() == 0
    refund.refresh_from_db()
    assert refund.status == RefundStatus.SENT
    wechat_purchase.sandbox.control(f"wechat/refunds/{refund.reference}", {"status": "SUCCESS"})
    assert wechat_purchase.deliver(2).status_code == 200
    refund.refresh_from_db()
    assert refund.status == RefundStatus.DONE


def test_a_refund_is_told_by_its_own_gateway_only(wechat_purchase):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    wechat_purchase.sandbox.fault(wechat_purchase.payment.out_trade_no, refund_status="PROCESSING")
    orders.cancel_order(order_id=wechat_purchase.order.pk, user=wechat_purchase.order.seller)
    tasks.pay_due_refunds()
    refund = Refund.objects.get()
    wechat_purchase.sandbox.control(f"wechat/refunds/{refund.reference}", {"status": "SUCCESS"})
    Payment.objects.update(gateway="alipay")
    assert wechat_purchase.deliver(2).status_code >= 400
    refund.refresh_from_db()
    assert refund.status == RefundStatus.SENT
    assert GatewayNotification.objects.get(kind="refund").problem == "unknown number"
    Payment.objects.update(gateway="wechatpay")
    assert wechat_purchase.deliver(2).status_code == 200
    refund.refresh_from_db()
    assert refund.status == RefundStatus.DONE


@pytest.mark.parametrize("status", ["ABNORMAL", "CLOSED"])
def test_a_refund_that_cannot_get_through_is_handed_to_a_person(wechat_purchase, status):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    wechat_purchase.sandbox.fault(wechat_purchase.payment.out_trade_no, refund_status=status)
    orders.cancel_order(order_id=wechat_purchase.order.pk, user=wechat_purchase.order.seller)
    tasks.pay_due_refunds()
    refund = Refund.objects.get()
    assert refund.status not in (RefundStatus.DONE, RefundStatus.DUE)
    assert orders.retry_refund(refund_id=refund.pk, staff=make_finance())


def test_partial_refunds_and_then_no_more_than_was_paid(wechat_purchase):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    adapter = gateway("wechatpay")

    def give(reference, amount_fen):
        number = wechat_purchase.payment.out_trade_no
        return adapter.refund(RefundRequest(number, reference, amount_fen, 12_800, "协商退款"))

    assert give("RFone", 5_000).state == RefundState.DONE
    assert give("RFone", 5_000).state == RefundState.DONE
    with pytest.raises(Rejected):
        give("RFone", 5_001)
    wechat_purchase.sandbox.control("clock", {"seconds": 61})  # WeChat takes one refund of an order a minute
    with pytest.raises(Rejected):
        give("RFtwo", 7_801)
    assert give("RFthree", 7_800).state == RefundState.DONE
    assert wechat_purchase.at_wechat()["refunded_fen"] == 12_800


def test_wrong_keys_are_our_mistake_and_said_so(wechat_purchase, settings):
    settings.WECHATPAY = settings.WECHATPAY | {"merchant_serial_no": "0" * 40}
    with pytest.raises(ConfigError):
        wechat_purchase.open()


def test_titles_with_anything_in_them_arrive_and_are_signed_right(wechat_sandbox, letterbox_server):
    title = '奶茶 {"a":"b"} & <b>50%</b> 🍵 `,`'
    order = make_order(gig=make_gig(title=title))
    payment = services.start_payment(order_id=order.pk, gateway_code="wechatpay")
    services.begin_payment(payment=payment, scene=PayScene.QR)
    wechat_sandbox.control(f"wechat/trades/{payment.out_trade_no}/pay", {})
    assert hand_in(letterbox_server.wait_for()[-1]).status_code == 200
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS


def test_a_cancelled_order_that_was_never_paid_is_closed_at_wechat_too(wechat_purchase):
    wechat_purchase.open()
    with clock.moved_to(timezone.now() + timedelta(hours=1)):
        tasks.close_expired_orders()
    assert wechat_purchase.at_wechat()["state"] == "CLOSED"


def test_an_unfinished_configuration_takes_no_order(wechat_sandbox, settings):
    assert "wechatpay" in configured_gateways()
    settings.WECHATPAY = settings.WECHATPAY | {"api_v3_key": ""}
    assert "wechatpay" not in configured_gateways()


def test_the_answer_to_a_notification_is_wechats_own_form(wechat_purchase):
    wechat_purchase.pay()
    assert json.loads(wechat_purchase.deliver().content) == {"code": "SUCCESS", "message": "OK"}
    refused = hand_in(Letter({}, b"{}"))
    assert json.loads(refused.content)["code"] == "FAIL"


IN_WECHAT = "Mozilla/5.0 (Linux; Android 14) Mobile MicroMessenger/8.0.50"


def test_a_desk_buyer_scans_a_code(wechat_purchase, client):
    client.force_login(wechat_purchase.order.buyer)
    address = f"/pay/{wechat_purchase.order.number}/"
    answer = client.post(address, {"gateway": "wechatpay"})
    assert answer["Location"].endswith("/scan/wechatpay/")
    page = client.get(answer["Location"]).content.decode()
    assert "<svg" in page
    assert "微信" in page


def test_a_phone_goes_to_wechat_and_comes_back_to_the_order(wechat_purchase, client):
    client.force_login(wechat_purchase.order.buyer)
    answer = client.post(
        f"/pay/{wechat_purchase.order.number}/", {"gateway": "wechatpay"}, headers={"User-Agent": "Mobile Safari"}
    )
    assert answer["Location"].startswith(f"{wechat_purchase.sandbox.url}/wechat/pay/")
    back = fetch(answer["Location"], b"").location
    assert back.endswith(f"/pay/{wechat_purchase.order.number}/return/")


def test_inside_wechat_only_wechat_is_offered_and_knows_its_buyer_first(wechat_purchase, client):
    client.force_login(wechat_purchase.order.buyer)
    address, headers = f"/pay/{wechat_purchase.order.number}/", {"User-Agent": IN_WECHAT}
    assert 'value="alipay"' not in client.get(address, headers=headers).content.decode()
    answer = client.post(address, {"gateway": "wechatpay"}, headers=headers)
    asked = client.get(answer["Location"], headers=headers)
    assert asked["Location"].startswith(
        f"{wechat_purchase.sandbox.url}/connect/oauth2/authorize?appid=wx2026jiangji0001"
    )
    back = fetch(asked["Location"].partition("#")[0]).location
    path = back[back.index("/pay/") :]
    page = client.get(path, headers=headers).content.decode()
    assert 'data-package="prepay_id=wx' in page
    assert wechat_purchase.at_wechat()["openid"] == "oSandboxBuyer0000000000001"
    assert 'data-package="prepay_id=wx' in client.get(answer["Location"], headers=headers).content.decode()


def test_a_way_back_that_nobody_sent_is_not_believed(wechat_purchase, client):
    client.force_login(wechat_purchase.order.buyer)
    path = f"/pay/{wechat_purchase.order.number}/wechat/"
    answer = client.get(path, {"code": "abc", "state": "stolen"}, headers={"User-Agent": IN_WECHAT})
    assert answer["Location"].endswith(f"/pay/{wechat_purchase.order.number}/")
    assert "wechat_openid" not in client.session


def test_when_wechat_does_not_answer_the_buyer_stays_with_us(wechat_purchase, client, settings):
    settings.WECHATPAY = settings.WECHATPAY | {"base_url": "http://127.0.0.1:9"}
    client.force_login(wechat_purchase.order.buyer)
    answer = client.post(
        f"/pay/{wechat_purchase.order.number}/", {"gateway": "wechatpay"}, headers={"User-Agent": "Mobile Safari"}
    )
    assert answer["Location"].endswith(f"/pay/{wechat_purchase.order.number}/")
