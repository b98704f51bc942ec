"""Paying at a desk by scanning a code: what the code holds, what the page shows, and how it moves on."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.core.qr import qr_svg
from marketplace.payments import services
from marketplace.payments.gateways.alipay import AlipayGateway
from marketplace.payments.gateways.base import PayIntentKind, PayScene
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.payments.services.paying import ASK_AGAIN_SECONDS
from tests.factories import make_gig, make_order
from tests.payments.conftest import hand_over
from tests.payments.sandbox.conftest import fetch
from tests.payments.test_paying import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


@pytest.fixture
def order(alipay_sandbox):
    return make_order(gig=make_gig(price_fen=12_800))


def scan_page(order):
    return reverse("payments:scan", args=[order.number, "alipay"])


def started(order):
    """Its buyer, who pressed the button for a code."""
    client = client_of(order.buyer)
    answer = client.post(reverse("payments:pay", args=[order.number]), {"gateway": "alipay", "scene": "qr"})
    assert (answer.status_code, answer.headers["Location"]) == (303, scan_page(order))
    return client


def test_the_code_leads_a_phone_to_the_cashier_and_the_payment_is_booked(alipay_sandbox, purchase):
    intent = services.begin_payment(payment=purchase.payment, scene=PayScene.QR)
    assert intent.kind == PayIntentKind.QR
    assert intent.qr_text.startswith(f"{alipay_sandbox.url}/qr/")
    purchase.cashier = alipay_sandbox.url + fetch(intent.qr_text).location
    assert "¥128.00" in fetch(purchase.cashier).text
    fetch(purchase.cashier, b"")
    assert purchase.deliver() == "success"
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.PAID


def test_a_desk_that_wants_a_code_is_shown_one_and_a_reload_shows_the_same(order):
    client = started(order)
    pages = [client.get(scan_page(order)).content.decode() for _twice in range(2)]
    codes = [re.search(r"<svg viewBox=.*?</svg>", page, re.S)[0] for page in pages]
    assert codes[0] == codes[1]
    assert f'hx-get="{reverse("payments:return", args=[order.number])}"' in pages[0]
    assert "style=" not in codes[0]
    assert Payment.objects.count() == 1


def test_a_phone_opens_the_app_even_when_it_asks_for_a_code(order):
    client = client_of(order.buyer)
    answer = client.post(
        reverse("payments:pay", args=[order.number]),
        {"gateway": "alipay", "scene": "qr"},
        headers={"user-agent": "Mozilla/5.0 (iPhone) Mobile Safari"},
    )
    assert "alipay.trade.wap.pay" in answer.headers["Location"]


def test_a_phone_that_shows_the_code_is_told_what_to_do_with_it_and_offered_the_app(order):
    client = started(order)
    phone = {"user-agent": "Mozilla/5.0 (iPhone) Mobile Safari"}
    page = client.get(scan_page(order), headers=phone).content.decode()
    assert "从相册选这张截图" in page
    assert re.search(r"还剩\d+分钟</time>。付完款", page)
    target = reverse("payments:pay", args=[order.number])
    assert re.search(rf'action="{target}".*?name="gateway" value="alipay"[^>]*>在这台手机上用支付宝付款', page, re.S)
    assert "alipay.trade.wap.pay" in client.post(target, {"gateway": "alipay"}, headers=phone).headers["Location"]
    desk = client.get(scan_page(order)).content.decode()
    assert "在这台手机上" not in desk
    assert "从相册" not in desk


def test_the_page_moves_on_once_the_scan_has_paid(alipay_sandbox, order):
    client = started(order)
    client.get(scan_page(order))
    poll = reverse("payments:return", args=[order.number])
    waiting = client.get(poll, headers={"hx-request": "true"})
    assert (waiting.status_code, "HX-Redirect" in waiting.headers) == (200, False)
    alipay_sandbox.pay(Payment.objects.get().out_trade_no)
    Payment.objects.update(asked_at=timezone.now() - timedelta(seconds=ASK_AGAIN_SECONDS))
    moved = client.get(poll, headers={"hx-request": "true"})
    assert moved.headers["HX-Redirect"] == order.get_absolute_url()
    assert client.get(scan_page(order)).headers["Location"] == order.get_absolute_url()


def test_without_an_answer_the_buyer_is_told_and_can_pay_another_way(alipay_sandbox, order):
    client = started(order)
    alipay_sandbox.control("faults", {"faults": {"drop_before_accept": True}, "method": "alipay.trade.precreate"})
    answer = client.get(scan_page(order), follow=True)
    assert answer.redirect_chain == [(reverse("payments:pay", args=[order.number]), 302)]
    assert len(list(answer.context["messages"])) == 1


def test_looking_at_the_page_of_a_code_starts_no_payment(order):
    answer = client_of(order.buyer).get(scan_page(order))
    assert answer.headers["Location"] == reverse("payments:pay", args=[order.number])
    assert not Payment.objects.exists()


def test_a_waiting_page_asks_the_gateway_about_every_attempt_and_not_each_time(alipay_sandbox, order, monkeypatch):
    client = started(order)
    older = Payment.objects.create(
        order=order, gateway="alipay", out_trade_no="PAOLDER0001", amount_fen=order.total_fen,
        expires_at=order.payment_expires_at,
    )  # fmt: skip
    asked = []
    original = AlipayGateway.query
    monkeypatch.setattr(
        AlipayGateway, "query", lambda self, number, **more: asked.append(number) or original(self, number, **more)
    )
    poll = reverse("payments:return", args=[order.number])
    for _every_three_seconds in range(3):
        client.get(poll, headers={"hx-request": "true"})
    assert sorted(asked) == sorted(Payment.objects.values_list("out_trade_no", flat=True))
    Payment.objects.filter(pk=older.pk).update(asked_at=timezone.now() - timedelta(seconds=ASK_AGAIN_SECONDS))
    client.get(poll, headers={"hx-request": "true"})
    assert asked[2:] == [older.out_trade_no]


def test_a_stranger_sees_no_code(order):
    assert client_of(order.seller).get(scan_page(order)).status_code == 404


def test_a_notification_of_a_scanned_payment_is_like_any_other(alipay_sandbox, postbox, purchase):
    services.begin_payment(payment=purchase.payment, scene=PayScene.QR)
    alipay_sandbox.pay(purchase.payment.out_trade_no)
    assert hand_over(purchase.notices()[0]) == "success"
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.PAID


def test_a_code_is_one_picture_without_style_or_script():
    picture = qr_svg("https://qr.alipay.com/bax00000000000000000000")
    assert picture.startswith("<svg viewBox=")
    assert "style" not in picture
    assert "width=" not in picture
    assert qr_svg("a") != qr_svg("b")
