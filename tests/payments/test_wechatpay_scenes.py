"""WeChat opens a number in one way only: from a code to the phone and back, over real HTTP, and back to the shop."""

import html
import re

import pytest

from marketplace.orders.models import Refund
from marketplace.orders.states import OrderStatus
from marketplace.payments.gateways.base import PayScene
from marketplace.payments.models import PaymentStatus
from tests.payments.sandbox.conftest import fetch
from tests.payments.test_wechatpay import IN_WECHAT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


PHONE = {"User-Agent": "Mobile Safari"}


def test_whoever_saw_the_code_first_still_pays_on_the_phone_and_the_code_is_dead(wechat_purchase, client):
    client.force_login(wechat_purchase.order.buyer)
    code = wechat_purchase.open()
    answer = client.post(f"/pay/{wechat_purchase.order.number}/", {"gateway": "wechatpay"}, headers=PHONE)
    assert answer["Location"].startswith(f"{wechat_purchase.sandbox.url}/wechat/pay/")
    assert wechat_purchase.at_wechat()["state"] == "CLOSED"
    assert fetch(f"{wechat_purchase.sandbox.url}/wechat/pay/{code.qr_text.partition('pr=')[2]}", b"").status == 409
    wechat_purchase.refresh()
    assert wechat_purchase.payment.status == PaymentStatus.CLOSED

    fetch(answer["Location"], b"")
    assert wechat_purchase.deliver().status_code == 200
    wechat_purchase.refresh()
    assert wechat_purchase.order.status == OrderStatus.IN_PROGRESS
    assert wechat_purchase.order.payments.get(status=PaymentStatus.PAID) != wechat_purchase.payment
    assert not Refund.objects.exists()


def test_from_the_phone_back_to_a_code_the_buyer_gets_one_that_can_be_paid(wechat_purchase, client):
    client.force_login(wechat_purchase.order.buyer)
    wechat_purchase.open(PayScene.WAP)
    address = f"/pay/{wechat_purchase.order.number}/scan/wechatpay/"
    # An old tab that is loaded again neither ends what the phone has open nor starts another attempt.
    assert client.get(address)["Location"] == f"/pay/{wechat_purchase.order.number}/return/"
    assert wechat_purchase.at_wechat()["state"] == "NOTPAY"
    assert wechat_purchase.order.payments.get() == wechat_purchase.payment
    form = {"gateway": "wechatpay", "scene": "qr"}
    assert client.post(f"/pay/{wechat_purchase.order.number}/", form)["Location"] == address
    pages = [client.get(address) for _twice in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert wechat_purchase.at_wechat()["state"] == "CLOSED"
    assert wechat_purchase.order.payments.count() == 2  # and a reload opens no third


def test_inside_wechat_too_an_earlier_code_is_no_dead_end(wechat_purchase, client):
    client.force_login(wechat_purchase.order.buyer)
    wechat_purchase.open()
    headers = {"User-Agent": IN_WECHAT}
    started = client.post(f"/pay/{wechat_purchase.order.number}/", {"gateway": "wechatpay"}, headers=headers)
    asked = client.get(started["Location"], headers=headers)
    back = fetch(asked["Location"].partition("#")[0]).location
    page = client.get(back[back.index("/pay/") :], headers=headers)
    assert 'data-package="prepay_id=wx' in page.content.decode()
    assert wechat_purchase.at_wechat()["state"] == "CLOSED"


@pytest.mark.parametrize("is_told", [True, False])
def test_a_code_that_is_paid_while_its_buyer_turns_to_the_phone_is_booked_and_nothing_more_is_asked(
    wechat_purchase, client, is_told
):
    client.force_login(wechat_purchase.order.buyer)
    wechat_purchase.pay()
    if is_told:
        wechat_purchase.deliver()
    answer = client.post(f"/pay/{wechat_purchase.order.number}/", {"gateway": "wechatpay"}, headers=PHONE)
    back = wechat_purchase.order.get_absolute_url() if is_told else f"/pay/{wechat_purchase.order.number}/return/"
    assert answer["Location"].endswith(back)
    wechat_purchase.refresh()
    assert wechat_purchase.order.status == OrderStatus.IN_PROGRESS
    assert wechat_purchase.order.payments.get() == wechat_purchase.payment
    assert wechat_purchase.payment.status == PaymentStatus.PAID


def test_a_code_paid_after_all_though_it_was_closed_begins_the_order_and_the_second_payment_goes_back(
    wechat_purchase, client
):
    client.force_login(wechat_purchase.order.buyer)
    wechat_purchase.open()
    answer = client.post(f"/pay/{wechat_purchase.order.number}/", {"gateway": "wechatpay"}, headers=PHONE)
    wechat_purchase.sandbox.control(f"wechat/trades/{wechat_purchase.payment.out_trade_no}/pay_late", {})
    assert wechat_purchase.deliver().status_code == 200
    fetch(answer["Location"], b"")
    assert wechat_purchase.deliver(2).status_code == 200
    wechat_purchase.refresh()
    assert wechat_purchase.order.status == OrderStatus.IN_PROGRESS
    second = wechat_purchase.order.payments.exclude(pk=wechat_purchase.payment.pk).get()
    assert Refund.objects.get().payment_reference == second.out_trade_no


def test_while_the_earlier_attempt_cannot_be_closed_no_second_one_is_opened(wechat_purchase, client):
    client.force_login(wechat_purchase.order.buyer)
    wechat_purchase.open()
    number = wechat_purchase.payment.out_trade_no
    path = f"/v3/pay/transactions/out-trade-no/{number}/close"
    wechat_purchase.sandbox.control(
        "faults", {"out_trade_no": number, "faults": {"http_500_after_accept": True}, "method": path, "times": 1}
    )
    answer = client.post(f"/pay/{wechat_purchase.order.number}/", {"gateway": "wechatpay"}, headers=PHONE)
    assert answer["Location"].endswith(f"/pay/{wechat_purchase.order.number}/")
    assert wechat_purchase.order.payments.get() == wechat_purchase.payment


def test_wechats_page_leads_back_to_the_shop_paid_or_not(wechat_purchase, client):
    address = wechat_purchase.open(PayScene.WAP).url
    back = f"/pay/{wechat_purchase.order.number}/return/"
    asked = fetch(address).text
    assert re.search(rf'<a [^>]*href="[^"]*{back}"', asked)
    action = html.unescape(re.search(r'action="([^"]+)"', asked)[1])
    assert fetch(wechat_purchase.sandbox.url + action, b"").location.endswith(back)
    assert re.search(rf'<a [^>]*href="[^"]*{back}"', fetch(address).text)
    assert "返回商家" not in fetch(address.partition("?")[0]).text
