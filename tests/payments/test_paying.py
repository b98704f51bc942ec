"""From the checkout page through Alipay's cashier to money in escrow."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from marketplace.core import clock
from marketplace.gigs.models import GigExtra
from marketplace.ledger.models import Account, Transaction
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Refund
from marketplace.orders.services import offer_of
from marketplace.orders.states import OrderStatus
from marketplace.payments import selectors, services
from marketplace.payments.checks import a_gateway_is_configured, notifications_can_arrive
from marketplace.payments.errors import PaymentError, PaymentErrorCode
from marketplace.payments.gateways.alipay import AlipayGateway
from marketplace.payments.gateways.base import Unknown
from marketplace.payments.models import GatewayNotification, Payment, PaymentStatus
from marketplace.payments.tasks import poll_undecided_payments
from tests.factories import make_gig, make_order, make_user
from tests.payments.conftest import hand_over
from tests.payments.sandbox.conftest import fetch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


def client_of(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def escrow(order):
    account = Account.objects.filter(code=f"escrow:{order.number}").first()
    return account.balance_fen if account else 0


def assert_paid_once(purchase):
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.PAID
    assert purchase.payment.paid_at is not None
    assert purchase.payment.return_reason == ""
    assert purchase.order.status == OrderStatus.IN_PROGRESS
    assert purchase.order.events.filter(type="paid").count() == 1
    assert Transaction.objects.filter(kind="payment_captured").count() == 1
    assert escrow(purchase.order) == 12_800
    assert not Refund.objects.exists()


def test_a_buyer_pays_at_the_cashier_and_the_order_is_paid(purchase):
    purchase.pay()
    assert purchase.deliver() == "success"
    assert_paid_once(purchase)
    assert purchase.payment.gateway_trade_no == purchase.at_alipay()["trade_no"]
    stored = GatewayNotification.objects.get()
    assert (stored.gateway, stored.verified, stored.problem) == ("alipay", True, "")
    assert stored.applied_at is not None
    assert purchase.payment.out_trade_no in stored.body


def test_a_notification_that_comes_again_is_harmless(alipay_sandbox, purchase):
    alipay_sandbox.fault(purchase.payment.out_trade_no, duplicate_notify=2)
    purchase.pay()
    notices = purchase.notices(3)
    assert [hand_over(notice) for notice in notices] == ["success"] * 3
    assert hand_over(notices[0]) == "success"
    assert_paid_once(purchase)
    assert GatewayNotification.objects.count() == 1


def test_alipay_shows_the_amount_and_title_that_we_asked_for(new_purchase):
    bought = new_purchase(price_fen=128_000, title="奶茶店LOGO设计").open()
    page = fetch(bought.cashier).text
    assert "¥1,280.00" in page
    assert "奶茶店LOGO设计" in page
    assert bought.payment.out_trade_no in page


@pytest.mark.parametrize(
    "title",
    [
        "大括号 } 和 { 的标题",
        '"引号" 和 \\ 反斜杠',
        "🍵 抹茶 & 奶盖 = 100%",
        "<b>加粗</b>'单引号",
        '{"a": "}"}',
        "换行符、制表符\t",
    ],
)
def test_any_title_survives_the_way_there_and_back(new_purchase, title):
    bought = new_purchase(price_fen=12_800, title=title)
    bought.pay()
    # The answer of a query is signed over its exact text, title included.
    services.refresh_payment(payment=bought.payment)
    bought.refresh()
    assert bought.payment.status == PaymentStatus.PAID
    notice = bought.notices()[0]
    assert notice["subject"] == title
    assert hand_over(notice) == "success"
    orders.cancel_order(order_id=bought.order.pk, user=bought.order.seller)
    assert services.pay_refund(refund=Refund.objects.get()) is True  # the title goes along as the reason


def test_the_checkout_page_places_the_order_and_leads_to_the_cashier(alipay_sandbox, buyer, buyer_client):
    gig = make_gig(price_fen=12_800)
    extra = GigExtra.objects.create(gig=gig, title="源文件", price_fen=1_200)
    url = reverse("payments:checkout", args=[gig.packages.get().pk])
    page = buyer_client.get(url)
    data = {
        "checkout_key": page.context["checkout_key"],
        "seen_offer": page.context["quote"].seen,
        "gateway": "alipay",
        "extras": [extra.pk],
    }
    again = buyer_client.post(url, data)  # the page said another sum than this choice costs, and has no script
    assert (again.status_code, again.context["checkout_key"]) == (200, str(data["checkout_key"]))
    assert 'value="140"' in again.content.decode()
    assert not Order.objects.exists()
    data["seen_offer"] = again.context["quote"].seen
    responses = [buyer_client.post(url, data) for _twice in range(2)]
    assert [response.status_code for response in responses] == [303, 303]
    order = Order.objects.get()
    assert (order.buyer, order.total_fen) == (buyer, 14_000)
    assert Payment.objects.count() == 1
    location = responses[0].headers["Location"]
    assert location.startswith(f"{alipay_sandbox.url}/gateway.do?")
    assert parse_qs(urlsplit(location).query)["method"] == ["alipay.trade.page.pay"]
    assert fetch(location).status == 302


def test_a_phone_gets_the_phone_page(alipay_sandbox, buyer_client, buyer):
    order = make_order(buyer=buyer)
    response = buyer_client.post(
        reverse("payments:pay", args=[order.number]),
        {"gateway": "alipay"},
        headers={"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Mobile/15E148 Safari/604.1"},
    )
    assert parse_qs(urlsplit(response.headers["Location"]).query)["method"] == ["alipay.trade.wap.pay"]
    assert fetch(response.headers["Location"]).status == 302


def test_checkout_ticks_no_add_on_beforehand_and_keeps_what_was_chosen(silent_alipay, buyer_client):
    gig = make_gig()
    extra = GigExtra.objects.create(gig=gig, title="源文件", price_fen=1_200)
    url = reverse("payments:checkout", args=[gig.packages.get().pk])
    text = buyer_client.get(url).content.decode()
    assert text.count(" checked") == 2  # the package one came for and the way of paying, nothing else
    refused = buyer_client.post(url, {"gateway": "cash", "extras": [extra.pk], "checkout_key": "no key"})
    assert refused.status_code == 200
    assert set(refused.context["form"].errors) == {"gateway", "checkout_key", "seen_offer"}
    assert not Order.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_render_in_both_languages(silent_alipay, buyer, buyer_client, language):
    order = make_order(buyer=buyer)
    with override(language):
        pages = {
            reverse("payments:checkout", args=[order.package_id]): order.gig_title,
            reverse("payments:pay", args=[order.number]): order.package_title,
            reverse("payments:return", args=[order.number]): order.number,
        }
    for page, words in pages.items():
        response = buyer_client.get(page)
        assert response.status_code == 200, page
        assert words in response.content.decode(), page


def test_another_persons_order_cannot_be_paid_or_seen(silent_alipay, buyer_client, seller_client):
    order = make_order()
    for client in (buyer_client, seller_client, client_of(order.seller)):
        for name in ("payments:pay", "payments:return"):
            url = reverse(name, args=[order.number])
            assert client.get(url).status_code == 404
        assert client.post(reverse("payments:pay", args=[order.number]), {"gateway": "alipay"}).status_code == 404
    for name in ("payments:pay", "payments:return"):
        assert Client().get(reverse(name, args=[order.number])).status_code == 302
    assert not Payment.objects.exists()


def test_coming_back_from_the_cashier_asks_alipay(alipay_sandbox, purchase):
    alipay_sandbox.fault(purchase.payment.out_trade_no, no_notify=True)
    back = urlsplit(purchase.pay())
    assert back.path == reverse("payments:return", args=[purchase.order.number])
    response = client_of(purchase.order.buyer).get(f"{back.path}?{back.query}")
    assert (response.status_code, response.headers["Location"]) == (302, f"/orders/{purchase.order.number}/")
    assert_paid_once(purchase)


def test_coming_back_without_having_paid_shows_that_we_wait(purchase):
    purchase.open()
    url = reverse("payments:return", args=[purchase.order.number])
    # What the address claims is never believed.
    response = client_of(purchase.order.buyer).get(url, {"trade_status": "TRADE_SUCCESS", "total_amount": "128.00"})
    assert response.status_code == 200
    assert "payments/payment_waiting.html" in [template.name for template in response.templates]
    page = response.content.decode()
    assert "还没有收到付款" in page
    assert "正在确认付款" not in page
    assert re.search(r'name="gateway" value="alipay"[^>]*>继续用支付宝付款', page)
    assert "换一种方式付款" in page
    purchase.refresh()
    assert purchase.order.status == OrderStatus.PENDING_PAYMENT


@pytest.mark.parametrize(
    "fault",
    [
        {"drop_after_accept": True},
        {"drop_before_accept": True},
        {"http_500_after_accept": True},
        {"corrupt_response_signature": True},
        {"delay_ms": 1500},
        {"refuse_with": "ACQ.SYSTEM_ERROR"},
        {"refuse_with": "ACQ.INVALID_PARAMETER"},
    ],
    ids=lambda fault: next(iter(fault)),
)
def test_an_answer_that_does_not_come_or_cannot_be_trusted_changes_nothing(settings, alipay_sandbox, purchase, fault):
    settings.ALIPAY = settings.ALIPAY | {"timeout_seconds": 1}
    purchase.pay()
    alipay_sandbox.fault(purchase.payment.out_trade_no, **fault)
    url = reverse("payments:return", args=[purchase.order.number])
    assert client_of(purchase.order.buyer).get(url).status_code == 200
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.PENDING
    assert purchase.order.status == OrderStatus.PENDING_PAYMENT
    alipay_sandbox.control("faults", method="DELETE")
    assert poll_undecided_payments() == 1
    assert_paid_once(purchase)


def test_asking_regularly_finds_what_nobody_told_us(alipay_sandbox, purchase):
    alipay_sandbox.fault(purchase.payment.out_trade_no, no_notify=True)
    purchase.pay()
    assert poll_undecided_payments() == 1
    assert_paid_once(purchase)
    assert poll_undecided_payments() == 0


def test_an_attempt_that_was_never_opened_is_not_asked_for_for_ever(purchase):
    orders.cancel_order(order_id=purchase.order.pk, user=purchase.order.buyer)
    assert poll_undecided_payments() == 0
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.PENDING  # its page could still be opened
    with clock.moved_to(purchase.payment.expires_at):
        assert poll_undecided_payments() == 1
        assert poll_undecided_payments() == 0
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.CLOSED


def test_paying_again_continues_the_open_attempt(purchase):
    again = services.start_payment(order_id=purchase.order.pk, gateway_code="alipay")
    assert again == purchase.payment
    assert (again.amount_fen, again.expires_at) == (12_800, purchase.order.payment_expires_at)


def test_what_can_no_longer_be_paid_is_refused(silent_alipay):
    paid, expired = make_order(), make_order()
    orders.cancel_order(order_id=paid.pk, user=paid.buyer)
    with pytest.raises(PaymentError) as refusal:
        services.start_payment(order_id=paid.pk, gateway_code="alipay")
    assert refusal.value.code == PaymentErrorCode.NOT_PAYABLE
    with clock.moved_to(expired.payment_expires_at), pytest.raises(PaymentError) as refusal:
        services.start_payment(order_id=expired.pk, gateway_code="alipay")
    assert refusal.value.code == PaymentErrorCode.NOT_PAYABLE
    assert not Payment.objects.exists()


def test_a_way_of_paying_that_is_not_offered_is_refused(silent_alipay, settings):
    order = make_order()
    for gateway in ("wechatpay", "cash", ""):
        with pytest.raises(PaymentError) as refusal:
            services.start_payment(order_id=order.pk, gateway_code=gateway)
        assert refusal.value.code == PaymentErrorCode.GATEWAY_UNAVAILABLE
    settings.ALIPAY = settings.ALIPAY | {"app_private_key": ""}
    with pytest.raises(PaymentError):
        services.start_payment(order_id=order.pk, gateway_code="alipay")
    assert not Payment.objects.exists()


def test_the_expired_order_tells_its_buyer_on_the_page(silent_alipay, buyer, buyer_client):
    order = make_order(buyer=buyer)
    url = reverse("payments:pay", args=[order.number])
    with clock.moved_to(order.payment_expires_at + timedelta(minutes=1)):
        response = buyer_client.post(url, {"gateway": "alipay"}, headers={"referer": f"http://testserver{url}"})
    assert (response.status_code, response.headers["Location"]) == (302, f"http://testserver{url}")
    assert not Payment.objects.exists()


def test_a_package_that_is_not_on_sale_has_no_checkout(buyer_client):
    gig = make_gig(live=False)
    assert buyer_client.get(reverse("payments:checkout", args=[gig.packages.get().pk])).status_code == 404


def test_ones_own_gig_cannot_be_checked_out(silent_alipay):
    gig = make_gig()
    client = client_of(gig.seller)
    url = reverse("payments:checkout", args=[gig.packages.get().pk])
    key = "7f4fd5f0-7c52-4b57-9a43-0b8e1c0b8a11"
    data = {"gateway": "alipay", "checkout_key": key, "seen_offer": offer_of(gig.packages.get())}
    response = client.post(url, data, headers={"accept": "application/json"})
    assert response.status_code == 409
    assert response.json()["code"] == "own_gig"
    assert not Order.objects.exists()


def test_manage_check_names_what_is_missing(settings):
    settings.ALIPAY = dict.fromkeys(settings.ALIPAY, "")
    assert [warning.id for warning in a_gateway_is_configured()] == ["payments.W001"]
    settings.ALIPAY = dict.fromkeys(settings.ALIPAY, "x")
    assert a_gateway_is_configured() == []


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://jiangji.example", []),
        ("http://jiangji.example", ["payments.E001"]),
        ("https://jiangji.example?from=pay", ["payments.E001"]),
    ],
)
def test_manage_check_names_an_address_that_no_gateway_posts_to(settings, address, found):
    settings.PAYMENT_NOTIFY_BASE_URL = address
    assert [error.id for error in notifications_can_arrive(is_live=True)] == found
    assert notifications_can_arrive(is_live=False) == []


def test_a_second_buyer_cannot_pay_for_the_first(silent_alipay):
    order = make_order()
    assert services.start_payment(order_id=order.pk, gateway_code="alipay").order == order
    assert client_of(make_user()).post(reverse("payments:pay", args=[order.number])).status_code == 404


def test_an_order_whose_payment_cannot_start_is_not_placed():
    gig = make_gig()
    with pytest.raises(PaymentError) as refusal, transaction.atomic():
        services.check_out(buyer=make_user(), package_id=gig.packages.get().pk, gateway_code="unknown")
    assert refusal.value.code == PaymentErrorCode.GATEWAY_UNAVAILABLE
    assert not Order.objects.exists()


def test_a_page_sent_twice_is_one_order_and_one_payment(silent_alipay):
    buyer, package, key = make_user(), make_gig().packages.get(), uuid4()
    (once, is_new), (twice, is_new_again) = (
        services.check_out(buyer=buyer, package_id=package.pk, gateway_code="alipay", checkout_key=key)
        for _ in range(2)
    )
    assert (once, once.order) == (twice, twice.order)
    assert (is_new, is_new_again) == (True, False)
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)


def test_a_checkout_costs_one_transaction_and_twelve_round_trips(silent_alipay, django_assert_num_queries):
    buyer, package = make_user(), make_gig().packages.get()
    services.check_out(buyer=buyer, package_id=package.pk, gateway_code="alipay")  # constants are cached now
    with django_assert_num_queries(12):  # one of them holds both people, so that neither closes the account meanwhile
        services.check_out(buyer=buyer, package_id=package.pk, gateway_code="alipay")


def test_of_two_pages_at_once_one_asks(silent_alipay, monkeypatch):
    payment = services.start_payment(order_id=make_order().pk, gateway_code="alipay")
    order = payment.order
    other = Payment.objects.create(
        order=order, gateway="alipay", out_trade_no="PAOTHER0001", amount_fen=order.total_fen,
        expires_at=order.payment_expires_at,
    )  # fmt: skip
    asked = []

    def query(_gateway, number, **_more):
        asked.append(number)
        if len(asked) == 1:
            services.ask_about_order(order=order)  # the second page, while the first one waits for an answer
        raise Unknown("no answer")

    monkeypatch.setattr(AlipayGateway, "query", query)
    services.ask_about_order(order=order)
    assert sorted(asked) == sorted([payment.out_trade_no, other.out_trade_no])


@pytest.mark.parametrize("job", ["closing", "polling"])
def test_of_two_runs_that_read_the_same_attempt_one_asks(silent_alipay, monkeypatch, job):
    payment = services.start_payment(order_id=make_order().pk, gateway_code="alipay")
    asked = []

    def unanswered(_gateway, number, **_more):
        asked.append(number)
        raise Unknown("no answer")

    monkeypatch.setattr(AlipayGateway, "close", unanswered)
    monkeypatch.setattr(AlipayGateway, "query", unanswered)
    with clock.moved_to(payment.expires_at + timedelta(hours=1)):
        if job == "closing":
            runs = [list(selectors.expired_unpaid_orders()) for _run in range(2)]
            assert not any(services.close_expired_order(order=order) for (order,) in runs)
        else:
            runs = [list(selectors.undecided_payments()) for _run in range(2)]
            assert not any(services.settle_undecided(payment=attempt) for (attempt,) in runs)
    assert asked == [payment.out_trade_no]


def test_an_expired_order_that_cannot_be_closed_goes_behind_the_others(silent_alipay):
    stubborn, other = (services.start_payment(order_id=make_order().pk, gateway_code="alipay") for _twice in range(2))
    unpaid = make_order()
    with clock.moved_to(stubborn.expires_at + timedelta(hours=1)):
        # Nothing has to be asked for an order without an attempt; then the one that expired first.
        first = list(selectors.expired_unpaid_orders())
        assert set(first) == {stubborn.order, other.order, unpaid}
        assert not services.close_expired_order(order=stubborn.order)  # nobody answers
        assert list(selectors.expired_unpaid_orders())[-1] == stubborn.order
        assert not services.close_expired_order(order=other.order)
        assert list(selectors.expired_unpaid_orders()) == [unpaid, stubborn.order, other.order]


def test_the_page_of_a_package_that_waits_for_its_payment_already_says_so(silent_alipay, buyer, buyer_client):
    package = make_gig().packages.get()
    page = reverse("payments:checkout", args=[package.pk])
    assert "还没付款" not in buyer_client.get(page).content.decode()
    order = services.check_out(buyer=buyer, package_id=package.pk, gateway_code="alipay")[0].order
    assert reverse("payments:pay", args=[order.number]) in buyer_client.get(page).content.decode()
    assert "还没付款" not in client_of(make_user()).get(page).content.decode()
    with clock.moved_to(order.payment_expires_at):
        assert "还没付款" not in buyer_client.get(page).content.decode()
