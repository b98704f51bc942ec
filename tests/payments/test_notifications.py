"""What is believed of a notification, and what is not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger.models import Entry, Transaction
from marketplace.orders.models import Order, Refund
from marketplace.orders.states import OrderStatus
from marketplace.payments import services, tasks, waiting_selectors
from marketplace.payments.gateways.base import PaymentState, PaySnapshot
from marketplace.payments.models import GatewayNotification, Payment, PaymentStatus
from marketplace.payments.sandbox.keys import ensure_keys
from marketplace.payments.services.notifications import MAX_HEADER_CHARACTERS, MAX_REFUSED_CHARACTERS
from tests.factories import make_gig, make_order
from tests.payments.conftest import NOTIFY, hand_over, post_notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


@pytest.fixture
def payment(silent_alipay):
    order = make_order(gig=make_gig(price_fen=12_800))
    return services.start_payment(order_id=order.pk, gateway_code="alipay")


def assert_nothing_happened(payment):
    payment.refresh_from_db()
    payment.order.refresh_from_db()
    assert payment.status == PaymentStatus.PENDING
    assert (payment.paid_at, payment.gateway_trade_no) == (None, None)
    assert payment.order.status == OrderStatus.PENDING_PAYMENT
    assert not Entry.objects.exists()


def refused(notice, problem):
    response = post_notice(notice)
    assert (response.status_code, response.content) == (400, b"fail")
    assert [row.problem for row in GatewayNotification.objects.all()] == [problem]


@pytest.mark.parametrize("status", ["TRADE_SUCCESS", "TRADE_FINISHED"])
def test_a_true_notification_pays(payment, forge, status):
    response = post_notice(forge(payment, trade_status=status), Client(enforce_csrf_checks=True))
    assert (response.status_code, response.content) == (200, b"success")
    assert response.headers["Content-Type"].startswith("text/plain")
    payment.refresh_from_db()
    payment.order.refresh_from_db()
    assert payment.status == PaymentStatus.PAID
    assert payment.order.status == OrderStatus.IN_PROGRESS
    assert payment.paid_at.isoformat() == "2026-11-22T06:30:59+00:00"  # Alipay's clock is China's


def test_a_forged_signature_changes_nothing(payment, forge, tmp_path):
    ensure_keys(tmp_path)
    refused(forge(payment, keys=tmp_path), "signature")
    assert not GatewayNotification.objects.get().verified
    assert_nothing_happened(payment)


@pytest.mark.parametrize(
    "tamper",
    [
        {"sign": ""},
        {"sign": "AAAA"},
        {"sign": "not base64!"},
        {"sign": "abc"},
        {"total_amount": "0.01"},
        {"out_trade_no": "PA0"},
        {"sign_type": "RSA"},
        {"sign_type": "MD5"},
        {"trade_status": "TRADE_CLOSED"},
        {"extra": "field"},
    ],
    ids=str,
)
def test_a_notification_changed_on_its_way_changes_nothing(payment, forge, tamper):
    refused(forge(payment) | tamper, "signature")
    assert_nothing_happened(payment)


def test_a_notification_without_a_signature_changes_nothing(payment, forge):
    notice = forge(payment)
    del notice["sign"]
    refused(notice, "signature")
    assert_nothing_happened(payment)


def test_an_empty_notification_is_no_crash(payment):
    refused({}, "signature")
    assert_nothing_happened(payment)


def test_a_notification_for_another_application_changes_nothing(payment, forge):
    refused(forge(payment, app_id="2026000000000099"), "app_id")
    assert_nothing_happened(payment)


def test_a_notification_for_another_seller_changes_nothing(payment, forge):
    refused(forge(payment, seller_id="2088000000000099"), "seller_id")
    assert_nothing_happened(payment)


@pytest.mark.parametrize("amount", ["127.99", "128.01", "0.01", "12800", "-128.00"])
def test_another_amount_is_set_aside_for_a_person(payment, forge, amount):
    refused(forge(payment, total_amount=amount), "amount differs")
    assert GatewayNotification.objects.get().verified
    assert GatewayNotification.objects.get().applied_at is None
    assert_nothing_happened(payment)


def test_what_was_set_aside_waits_for_a_person_until_a_later_copy_is_applied(payment, forge):
    notice = forge(payment)
    Payment.objects.update(amount_fen=payment.amount_fen + 1)
    refused(notice, "amount differs")
    kept = GatewayNotification.objects.get()
    waiting = waiting_selectors.waiting_too_long()
    assert [(row.number, row.problem) for row in waiting] == [(kept.dedupe_key, "amount differs")]
    assert waiting_selectors.number_waiting() == 1
    Payment.objects.update(amount_fen=payment.amount_fen)
    assert hand_over(notice) == "success"
    kept.refresh_from_db()
    assert (kept.applied_at is None, kept.problem) == (False, "")
    assert waiting_selectors.waiting_too_long() == []


def test_what_is_forged_and_what_is_a_month_old_waits_for_nobody(payment, forge):
    refused(forge(payment) | {"sign": ""}, "signature")
    assert waiting_selectors.number_waiting() == 0
    assert post_notice(forge(payment, total_amount="0.01")).status_code == 400
    assert [row.problem for row in waiting_selectors.waiting_too_long()] == ["amount differs"]
    with clock.moved_to(timezone.now() + timedelta(days=31)):
        assert waiting_selectors.number_waiting() == 0


def test_of_a_header_no_more_is_kept_than_a_signature_needs(payment):
    Client().post(
        NOTIFY, "a=1", content_type="application/x-www-form-urlencoded", headers={"wechatpay-nonce": "n" * 5_000}
    )
    kept = GatewayNotification.objects.get().headers
    assert len(kept["wechatpay-nonce"]) == MAX_HEADER_CHARACTERS


def test_a_second_payment_under_one_number_is_never_taken_for_the_first(payment, forge):
    """Alipay promises that it cannot happen; should it, the money is somebody's, and a person has to look."""
    assert hand_over(forge(payment)) == "success"
    response = post_notice(forge(payment, trade_no="2026112200000000000000009999"))
    assert (response.status_code, response.content) == (400, b"fail")
    kept = GatewayNotification.objects.order_by("pk").values_list("problem", flat=True)
    assert list(kept) == ["", "paid twice under one number"]
    assert hand_over(forge(payment)) == "success"
    assert Transaction.objects.count() == 1


@pytest.mark.parametrize("amount", ["128", "128.0", "128.00", "128.000"])
def test_the_same_amount_written_otherwise_is_the_same(payment, forge, amount):
    assert hand_over(forge(payment, total_amount=amount)) == "success"
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID


@pytest.mark.parametrize(
    "changes",
    [{"total_amount": "many"}, {"total_amount": "NaN"}, {"total_amount": ""}, {"trade_status": "TRADE_MAYBE"},
     {"trade_status": ""}, {"gmt_payment": "yesterday"}, {"total_amount": "128.001"}],
    ids=str,
)  # fmt: skip
def test_signed_nonsense_is_refused_without_a_crash(payment, forge, changes):
    response = post_notice(forge(payment, **changes))
    assert (response.status_code, response.content) == (400, b"fail")
    assert GatewayNotification.objects.get().problem.startswith("content")
    assert_nothing_happened(payment)


def test_a_true_notification_for_an_unknown_number_is_kept_and_refused(payment, forge):
    refused(forge(payment, out_trade_no="PA2222222222222222222222222"), "unknown number")
    assert_nothing_happened(payment)


def test_a_notification_that_came_before_our_own_commit_is_taken_when_it_is_repeated(payment, forge):
    """The institution may be faster than our database: what it says of a number that is not there yet, it says again."""
    notice = forge(payment)
    row = Payment.objects.filter(pk=payment.pk)
    row.update(out_trade_no="not committed yet")
    assert hand_over(notice) == "fail"
    row.update(out_trade_no=payment.out_trade_no)
    assert hand_over(notice) == "success"
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID
    kept = GatewayNotification.objects.get()
    assert kept.applied_at is not None


def test_a_trade_that_waits_changes_nothing_and_is_not_repeated(payment, forge):
    assert hand_over(forge(payment, trade_status="WAIT_BUYER_PAY", gmt_payment="")) == "success"
    assert_nothing_happened(payment)


def test_a_trade_closed_unpaid_closes_the_attempt_only(payment, forge):
    assert hand_over(forge(payment, trade_status="TRADE_CLOSED", gmt_payment="")) == "success"
    payment.refresh_from_db()
    payment.order.refresh_from_db()
    assert payment.status == PaymentStatus.CLOSED
    assert payment.order.status == OrderStatus.PENDING_PAYMENT
    assert services.start_payment(order_id=payment.order_id, gateway_code="alipay") != payment


@pytest.mark.parametrize("late_first", [True, False])
def test_the_order_in_which_notifications_come_does_not_matter(payment, forge, late_first):
    success, finished = forge(payment), forge(payment, trade_status="TRADE_FINISHED")
    for notice in (finished, success) if late_first else (success, finished):
        assert hand_over(notice) == "success"
    payment.refresh_from_db()
    payment.order.refresh_from_db()
    assert payment.status == PaymentStatus.PAID
    assert payment.order.events.filter(type="paid").count() == 1
    assert Entry.objects.count() == 2
    assert GatewayNotification.objects.count() == 2


def test_paid_after_closed_is_still_money(payment, forge):
    hand_over(forge(payment, trade_status="TRADE_CLOSED", gmt_payment=""))
    assert hand_over(forge(payment)) == "success"
    payment.refresh_from_db()
    payment.order.refresh_from_db()
    assert payment.status == PaymentStatus.PAID
    assert payment.order.status == OrderStatus.IN_PROGRESS
    assert not Refund.objects.exists()


def test_closed_after_payment_is_a_full_refund_and_the_payment_did_happen(payment, forge):
    notice = forge(payment, trade_status="TRADE_CLOSED", refund_fee="128.00", out_biz_no="RF1")
    assert hand_over(notice) == "success"
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID


def test_reading_the_address_is_not_a_notification(payment):
    assert Client().get(NOTIFY).status_code == 405
    assert not GatewayNotification.objects.exists()


@pytest.mark.parametrize(
    ("fault", "problem"),
    [("corrupt_signature", "signature"), ("wrong_app_id", "app_id"), ("wrong_amount", "amount differs")],
)
def test_what_the_sandbox_spoils_is_refused_until_it_is_right(alipay_sandbox, purchase, fault, problem):
    alipay_sandbox.fault(purchase.payment.out_trade_no, **{fault: True})
    purchase.pay()
    assert purchase.deliver() == "fail"
    assert [row.problem for row in GatewayNotification.objects.all()] == [problem]
    assert_nothing_happened(purchase.payment)
    alipay_sandbox.control("faults", method="DELETE")
    alipay_sandbox.control(f"trades/{purchase.payment.out_trade_no}/notify", {})
    assert hand_over(purchase.notices(2)[-1]) == "success"
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.PAID


def test_of_forged_notifications_of_one_address_only_some_are_kept_and_true_ones_always(payment, forge, settings):
    settings.ACCOUNT_RATE_LIMITS = {"refused_notification": "3/h/ip"}
    for number in range(5):
        assert hand_over({"out_trade_no": f"PA{number}", "sign": "x" * 9_000}) == "fail"
    assert GatewayNotification.objects.count() == 3
    assert all(len(row.body) <= MAX_REFUSED_CHARACTERS for row in GatewayNotification.objects.all())
    from_elsewhere = Client(REMOTE_ADDR="203.0.113.7")
    post_notice({"out_trade_no": "PA9", "sign": "x"}, from_elsewhere)
    assert GatewayNotification.objects.count() == 4
    assert hand_over(forge(payment)) == "success"
    assert GatewayNotification.objects.filter(verified=True).count() == 1
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID


def test_what_was_refused_is_forgotten_after_a_month_and_what_was_true_is_kept(payment, forge):
    hand_over(forge(payment))
    for number in range(2):
        hand_over({"out_trade_no": f"PA{number}", "sign": "x"})
    old = timezone.now() - timedelta(days=31)
    GatewayNotification.objects.exclude(body__contains="PA1").update(received_at=old)
    assert [tasks.forget_refused_notifications(), tasks.forget_refused_notifications()] == [1, 0]
    left = GatewayNotification.objects.order_by("verified")
    assert [row.verified for row in left] == [False, True]
    assert "PA1" in left[0].body


def test_what_is_paid_stays_paid_whatever_is_said_later(payment, forge):
    hand_over(forge(payment))
    for state in (PaymentState.CLOSED, PaymentState.NOT_FOUND, PaymentState.PENDING):
        with clock.moved_to(payment.expires_at + timedelta(hours=1)):
            services.apply_snapshot(payment_id=payment.pk, snapshot=PaySnapshot(payment.out_trade_no, state))
        payment.refresh_from_db()
        assert payment.status == PaymentStatus.PAID
    assert Order.objects.get(pk=payment.order_id).status == OrderStatus.IN_PROGRESS
