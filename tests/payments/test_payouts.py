"""Withdrawals: who may, how much, what the books say, and what happens when the gateway does not answer."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.ledger.models import Account
from marketplace.ledger.selectors import wallet_of
from marketplace.notifications.models import Notification
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import payout_selectors, services, tasks
from marketplace.payments.audit import audit_money
from marketplace.payments.errors import PayoutError, PayoutErrorCode
from marketplace.payments.gateways.base import TransferSnapshot, TransferState
from marketplace.payments.models import (
    AuditRun,
    Payout,
    PayoutDestination,
    PayoutDestinationKind,
    PayoutStatus,
    TaxYear,
)
from tests.factories import make_finance, make_moderator, make_seller, make_user, make_verified_seller
from tests.logins import log_in
from tests.payments.conftest import earn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


@pytest.fixture
def seller(silent_alipay):
    """Verified, ¥9,000 available, an Alipay account that can be used."""
    person = make_verified_seller()
    earn(person, amount_fen=900_000)
    add_account(person)
    return person


def add_account(person, *, usable=True):
    destination = services.set_destination(user=person, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    if usable:
        PayoutDestination.objects.update(usable_from=timezone.now())
    return destination


def request(person, gross_fen=400_000, *, key=None):
    destination = PayoutDestination.objects.get(user=person, retired_at=None)
    return services.request_payout(
        user=person, destination_id=destination.pk, gross_fen=gross_fen, request_key=key or uuid4()
    )


def refusal(function, *args, **kwargs):
    with pytest.raises(PayoutError) as caught:
        function(*args, **kwargs)
    return caught.value.code


def books(person):
    return {account.code.split(":", 1)[0] + ":" + account.code.rsplit(":", 1)[1]: account.balance_fen
            for account in Account.objects.filter(code__regex=rf"^(user:{person.pk}:available|tax:{person.pk}:)")}  # fmt: skip


def send(payout):
    Payout.objects.filter(pk=payout.pk).update(next_attempt_at=timezone.now())
    tasks.send_due_payouts()
    payout.refresh_from_db()
    return payout


def test_the_gross_leaves_the_wallet_the_tax_is_withheld_and_the_rest_is_on_its_way(seller):
    payout = request(seller, 800_000)  # 80 % less 5,000 is 1,400; 3 % of it is 42
    assert (payout.gross_fen, payout.tax_fen, payout.amount_fen) == (800_000, 4_200, 795_800)
    assert books(seller) == {"user:available": 100_000, f"tax:{timezone.localdate().year}": 4_200}
    year = TaxYear.objects.get(user=seller)
    assert (year.income_fen, year.withheld_fen) == (800_000, 4_200)


def test_what_comes_back_repays_a_debt_before_it_can_be_taken_out_again(seller):
    payout = request(seller, 900_000)
    order = Order.objects.get()
    refund = orders.refund_part(order_id=order.pk, actor=make_finance(), amount_fen=500_000, reason="协商")
    assert (wallet_of(seller).available_fen, wallet_of(seller).debt_fen) == (0, 450_000)
    services.cancel_payout(payout_id=payout.pk, user=seller)
    assert (wallet_of(seller).available_fen, wallet_of(seller).debt_fen) == (450_000, 0)
    assert refusal(request, seller, 450_001) == PayoutErrorCode.NOT_ENOUGH
    orders.mark_refund_done(refund_id=refund.pk, gateway="alipay")


def test_a_day_of_small_payouts_needs_two_people_as_one_large_one_does(seller):
    assert request(seller, 300_000).status == PayoutStatus.APPROVED
    assert request(seller, 200_000).status == PayoutStatus.APPROVED
    assert request(seller, 1_000).status == PayoutStatus.AWAITING_APPROVAL


def test_the_form_sent_a_second_time_leads_to_the_payout_it_made(seller, client):
    log_in(seller, client=client, second_factor=True)
    destination = PayoutDestination.objects.get(user=seller)
    form = {"amount": "9000.00", "request_key": str(uuid4()), "destination": destination.pk}
    first, second = client.post("/wallet/withdraw/", form), client.post("/wallet/withdraw/", form)
    assert (
        (first.status_code, first["Location"]) == (second.status_code, second["Location"]) == (302, first["Location"])
    )
    assert Payout.objects.count() == 1


def test_while_payouts_are_halted_those_already_sent_are_still_asked_about(seller):
    sent = request(seller, 10_000)
    Payout.objects.filter(pk=sent.pk).update(status=PayoutStatus.SENT, attempts=1)
    for _ in range(5):
        request(seller, 10_000)
    Payout.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=5))
    Payout.objects.filter(pk=sent.pk).update(next_attempt_at=timezone.now())
    Account.objects.filter(kind="escrow").update(balance_fen=7)
    tasks.send_due_payouts()
    sent.refresh_from_db()
    assert sent.attempts == 2
    assert not Payout.objects.filter(status=PayoutStatus.SENT).exclude(pk=sent.pk).exists()
    Account.objects.filter(kind="escrow").update(balance_fen=0)


def test_the_preview_says_what_is_then_withheld(seller):
    request(seller, 400_000)
    line = services.preview_tax(user=seller, gross_fen=500_000)
    assert request(seller, 500_000).tax_fen == line.tax_fen > 0


def test_the_same_form_sent_twice_is_one_payout(seller):
    key = uuid4()
    assert request(seller, key=key) == request(seller, key=key)
    assert Payout.objects.count() == 1
    assert wallet_of(seller).available_fen == 500_000


def test_a_form_sent_again_with_other_details_or_by_somebody_else_moves_nothing(seller):
    key = uuid4()
    payout = request(seller, 400_000, key=key)
    assert refusal(request, seller, 300_000, key=key) == PayoutErrorCode.FORM_WAS_SENT
    other = make_verified_seller()
    earn(other, amount_fen=900_000)
    add_account(other)
    assert refusal(request, other, 400_000, key=key) == PayoutErrorCode.FORM_WAS_SENT
    assert [row.pk for row in Payout.objects.all()] == [payout.pk]
    assert (wallet_of(seller).available_fen, wallet_of(other).available_fen) == (500_000, 900_000)


def test_the_page_sent_twice_leads_to_the_same_withdrawal_although_the_wallet_is_empty_by_then(seller):
    client = log_in(seller, second_factor=True)
    form = {"amount": "9000.00", "destination": PayoutDestination.objects.get().pk, "request_key": str(uuid4())}
    first, again = (client.post(reverse("payments:withdraw"), form) for _click in range(2))
    assert first.status_code == again.status_code == 302
    assert first.headers["Location"] == again.headers["Location"] == Payout.objects.get().get_absolute_url()


def test_what_is_refused_moves_nothing(seller):
    assert refusal(request, seller, 999) == PayoutErrorCode.TOO_SMALL
    assert refusal(request, seller, 2_000_001) == PayoutErrorCode.TOO_LARGE
    assert refusal(request, seller, 900_001) == PayoutErrorCode.NOT_ENOUGH
    set_config(key="payouts.daily_maximum_fen", value=500_000, reason="test")
    request(seller, 400_000)
    assert refusal(request, seller, 100_001) == PayoutErrorCode.TOO_MUCH_TODAY
    assert wallet_of(seller).available_fen == 500_000
    assert Payout.objects.count() == 1


def test_without_a_checked_identity_there_is_no_account_and_no_payout(silent_alipay):
    nobody = make_seller()
    assert refusal(add_account, nobody) == PayoutErrorCode.NOT_VERIFIED


def test_a_changed_account_is_frozen_for_a_day_and_its_owner_is_told(seller):
    add_account(seller, usable=False)
    assert PayoutDestination.objects.filter(user=seller, retired_at=None).count() == 1
    assert refusal(request, seller) == PayoutErrorCode.DESTINATION_FROZEN
    told = Notification.objects.filter(recipient=seller).order_by("-pk")[0]
    assert "li***@example.com" in told.body
    with clock.moved_to(timezone.now() + timedelta(hours=24, minutes=1)):
        assert request(seller).status == PayoutStatus.APPROVED


@pytest.mark.parametrize(
    ("kind", "account"),
    [
        (PayoutDestinationKind.ALIPAY, "lin"),
        (PayoutDestinationKind.ALIPAY, "2380000000"),
        (PayoutDestinationKind.BANK_CARD, "6225880123456780"),
        (PayoutDestinationKind.BANK_CARD, "12"),
        (PayoutDestinationKind.WECHAT, "o123"),
    ],
)
def test_an_account_that_cannot_be_is_refused(silent_alipay, kind, account):
    person = make_verified_seller()
    assert refusal(services.set_destination, user=person, kind=kind, account=account) == PayoutErrorCode.ACCOUNT_INVALID


def test_the_account_is_stored_encrypted_and_shown_masked(silent_alipay):
    person = make_verified_seller()
    card = services.set_destination(
        user=person, kind=PayoutDestinationKind.BANK_CARD, account="6225 8801 2345 6783", bank_name="招商银行"
    )
    for destination, account, masked in (
        (add_account(person), "lin@example.com", "li***@example.com"),
        (card, "6225880123456783", "**** 6783"),
    ):
        row = PayoutDestination.objects.filter(pk=destination.pk).values()[0]
        assert account not in str(row)
        assert "林青山" not in str(row)
        assert row["account_masked"] == masked


def test_large_payouts_wait_for_two_people_who_are_not_the_seller(seller):
    payout = request(seller, 600_000)
    assert payout.status == PayoutStatus.AWAITING_APPROVAL
    one, other = make_finance(), make_finance()
    with pytest.raises(PermissionDenied):
        services.approve_payout(payout_id=payout.pk, staff=make_user())
    assert services.approve_payout(payout_id=payout.pk, staff=one).status == PayoutStatus.AWAITING_APPROVAL
    assert refusal(services.approve_payout, payout_id=payout.pk, staff=one) == PayoutErrorCode.ANOTHER_PERSON
    assert services.approve_payout(payout_id=payout.pk, staff=other).status == PayoutStatus.APPROVED
    assert refusal(services.approve_payout, payout_id=payout.pk, staff=one) == PayoutErrorCode.NOT_POSSIBLE_NOW


def test_who_approved_sees_no_second_button_and_the_other_person_does(seller, client):
    payout = request(seller, 600_000)
    one, other = make_finance(), make_finance()
    services.approve_payout(payout_id=payout.pk, staff=one)
    button = reverse("payments_payout_approve", args=[payout.pk])
    for staff, sees_it in ((one, False), (other, True)):
        log_in(staff, client=client)
        page = client.get(reverse("payments_payouts")).content.decode()
        assert payout.reference in page
        assert (f'action="{button}"' in page) is sees_it


def test_nobody_approves_their_own(seller):
    payout = request(seller, 600_000)
    seller.user_permissions.set(make_finance().groups.get().permissions.all())
    with pytest.raises(PermissionDenied):
        services.approve_payout(payout_id=payout.pk, staff=type(seller).objects.get(pk=seller.pk))


def test_a_refused_or_cancelled_payout_brings_everything_back(seller):
    refused = request(seller, 800_000)
    services.reject_payout(payout_id=refused.pk, staff=make_finance(), reason="姓名不符")
    cancelled = request(seller, 800_000)
    services.cancel_payout(payout_id=cancelled.pk, user=seller)
    assert books(seller) == {"user:available": 900_000, f"tax:{timezone.localdate().year}": 0}
    year = TaxYear.objects.get(user=seller)
    assert (year.income_fen, year.withheld_fen) == (0, 0)
    assert refusal(services.cancel_payout, payout_id=refused.pk, user=seller) == PayoutErrorCode.NOT_POSSIBLE_NOW


def test_a_failed_audit_keeps_the_money_here(seller):
    payout = request(seller)
    Account.objects.filter(kind="escrow").update(balance_fen=7)
    assert send(payout).status == PayoutStatus.APPROVED
    Account.objects.filter(kind="escrow").update(balance_fen=0)


def test_while_nobody_answers_the_payout_stays_sent_under_one_number(seller):
    payout = send(request(seller))
    assert (payout.status, payout.attempts) == (PayoutStatus.SENT, 1)
    assert payout.next_attempt_at > timezone.now()
    assert send(payout).attempts == 2
    assert refusal(services.cancel_payout, payout_id=payout.pk, user=seller) == PayoutErrorCode.NOT_POSSIBLE_NOW
    assert wallet_of(seller).available_fen == 500_000


def test_a_result_is_booked_once_and_never_taken_back_by_an_older_one(seller):
    payout = send(request(seller))
    done = TransferSnapshot(payout.reference, TransferState.DONE, "2026TR", payout.amount_fen)
    for state in (done, done, TransferSnapshot(payout.reference, TransferState.PROCESSING)):
        assert services.apply_transfer_snapshot(state, gateway_code="alipay") == ""
    payout.refresh_from_db()
    assert (payout.status, payout.gateway_transfer_no) == (PayoutStatus.PAID, "2026TR")


def test_a_payout_that_bounces_after_it_arrived_comes_back_once(seller):
    payout = send(request(seller, 500_000))
    for state in (TransferState.DONE, TransferState.FAILED, TransferState.FAILED):
        snapshot = TransferSnapshot(payout.reference, state, "2026TR", payout.amount_fen, "银行退票")
        assert services.apply_transfer_snapshot(snapshot, gateway_code="alipay") == ""
    payout.refresh_from_db()
    assert (payout.status, payout.problem) == (PayoutStatus.FAILED, "银行退票")
    assert wallet_of(seller).available_fen == 900_000


def test_answers_about_other_money_change_nothing(seller):
    payout = send(request(seller))
    other = TransferSnapshot(payout.reference, TransferState.DONE, "2026TR", payout.amount_fen + 1)
    assert services.apply_transfer_snapshot(other, gateway_code="alipay") == "amount differs"
    assert services.apply_transfer_snapshot(other, gateway_code="wechatpay") == "unknown number"
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.SENT


def test_in_custody_there_is_nothing_to_withdraw(seller, settings):
    settings.SETTLEMENT_MODE = "custody"
    assert refusal(request, seller) == PayoutErrorCode.HELD_BY_INSTITUTION


def test_without_a_gateway_that_pays_there_nothing_is_taken_out(seller, settings):
    settings.ALIPAY = settings.ALIPAY | {"app_id": ""}
    assert refusal(request, seller) == PayoutErrorCode.NOT_OFFERED
    assert wallet_of(seller).available_fen == 900_000


@pytest.fixture
def at_alipay(seller, alipay_sandbox):
    """The same seller, and an Alipay that answers."""
    return alipay_sandbox


def transfers(sandbox):
    return {row["out_biz_no"]: row for row in sandbox.control("transfers")["transfers"]}


def test_a_payout_arrives_at_alipay(seller, at_alipay):
    payout = send(request(seller))
    assert payout.status == PayoutStatus.PAID
    row = transfers(at_alipay)[payout.reference]
    assert (row["amount_fen"], row["identity"], row["payee_name"]) == (400_000, "lin@example.com", "林青山")
    assert audit_money().violations == []


def test_a_lost_answer_is_asked_for_and_the_money_goes_once(seller, at_alipay):
    payout = request(seller)
    fault = {"out_trade_no": payout.reference, "faults": {"drop_after_accept": True}, "times": 1}
    at_alipay.control("faults", fault)
    assert send(payout).status == PayoutStatus.SENT
    assert send(payout).status == PayoutStatus.PAID
    assert len([number for number in transfers(at_alipay) if number == payout.reference]) == 1


def test_a_request_that_never_got_there_is_sent_again_under_its_number(seller, at_alipay):
    payout = request(seller)
    at_alipay.control("faults", {"out_trade_no": payout.reference, "faults": {"drop_before_accept": True}, "times": 1})
    assert send(payout).status == PayoutStatus.SENT
    assert payout.reference not in transfers(at_alipay)
    assert send(payout).status == PayoutStatus.PAID


def test_a_transfer_that_hangs_is_asked_about_until_it_is_decided(seller, at_alipay):
    payout = request(seller)
    at_alipay.control("faults", {"out_trade_no": payout.reference, "faults": {"transfer_status": "DEALING"}})
    assert send(payout).status == PayoutStatus.SENT
    at_alipay.control(f"transfers/{payout.reference}", {"status": "FAIL"})
    assert send(payout).status == PayoutStatus.FAILED
    assert wallet_of(seller).available_fen == 900_000


def test_a_refused_transfer_brings_the_money_back(seller, at_alipay):
    payout = request(seller)
    at_alipay.control("faults", {"out_trade_no": payout.reference, "faults": {"refuse_with": "PAYEE_NOT_EXIST"}})
    assert send(payout).status == PayoutStatus.FAILED
    assert "PAYEE_NOT_EXIST" in payout.problem
    assert wallet_of(seller).available_fen == 900_000


def test_our_own_short_balance_is_not_the_sellers_failure(seller, at_alipay):
    payout = request(seller)
    at_alipay.control(
        "faults", {"out_trade_no": payout.reference, "faults": {"refuse_with": "PAYER_BALANCE_NOT_ENOUGH"}, "times": 1}
    )
    assert send(payout).status == PayoutStatus.SENT
    assert send(payout).status == PayoutStatus.PAID


def test_a_bank_that_sends_the_money_back_days_later_is_noticed(seller, at_alipay):
    services.set_destination(
        user=seller, kind=PayoutDestinationKind.BANK_CARD, account="6225880123456783", bank_name="招商银行"
    )
    PayoutDestination.objects.update(usable_from=timezone.now())
    card = PayoutDestination.objects.get(user=seller, kind=PayoutDestinationKind.BANK_CARD)
    payout = services.request_payout(user=seller, destination_id=card.pk, gross_fen=400_000, request_key=uuid4())
    assert send(payout).status == PayoutStatus.PAID
    Payout.objects.update(next_attempt_at=timezone.now())
    assert tasks.recheck_paid_payouts() == 0
    at_alipay.control(f"transfers/{payout.reference}", {"status": "REFUND"})
    assert tasks.recheck_paid_payouts() == 0  # it was asked about a moment ago
    Payout.objects.update(next_attempt_at=timezone.now())
    assert tasks.recheck_paid_payouts() == 1
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.FAILED
    assert wallet_of(seller).available_fen == 900_000


def test_the_tax_report_counts_where_the_tax_was_withheld(seller):
    payout = request(seller, 500_000)
    Payout.objects.filter(pk=payout.pk).update(status=PayoutStatus.SENT)
    january = timezone.now().replace(year=timezone.localdate().year + 1, month=1, day=2)
    arrived = TransferSnapshot(payout.reference, TransferState.DONE, "T1", payout.amount_fen, done_at=january)
    services.apply_transfer_snapshot(arrived, gateway_code="alipay")
    today = timezone.localdate()
    (income,) = payout_selectors.income_of_quarter(today.year, (today.month + 2) // 3)
    assert (income.seller, income.gross_fen, income.tax_fen, income.payments) == (seller, 500_000, 0, 1)
    assert payout_selectors.income_of_quarter(today.year + 1, 1) == []


def test_a_quarter_that_does_not_exist_has_no_report(seller, client):
    log_in(make_finance(), client=client)
    assert client.get("/admin/payouts/tax/2026/5/").status_code == 404
    assert client.get("/admin/payouts/tax/2026/4/").status_code == 200


def test_a_clean_look_at_today_does_not_heal_a_broken_past(seller):
    payout = request(seller, 10_000)
    AuditRun.objects.create(at=timezone.now(), transactions=0, entries=0, accounts=0, violations=["seal of yesterday"])
    assert send(payout).status == PayoutStatus.APPROVED
    assert AuditRun.objects.filter(history=False).exists()
    services.run_audit()  # the whole past again, and clean
    assert send(payout).status == PayoutStatus.SENT


@pytest.mark.parametrize("path", ["payouts/", "payouts/tax/2026/4/", "settlements/", "bills/", "refunds/", "disputes/"])
def test_staff_without_the_permission_is_told_so_once(seller, client, path):
    log_in(make_moderator() if "disp" not in path else make_finance(), client=client)
    reply = client.get(f"/admin/{path}")
    assert (reply.status_code, reply["Location"]) == (302, "/admin/")


def test_while_typing_the_page_says_what_cannot_be_taken_out(seller, client):
    log_in(seller, client=client)
    page = client.get("/wallet/withdraw/preview/", {"amount": "9999"}).content.decode()
    assert "钱包可提现¥9,000，" in page
    assert "data-net" not in page
    page = client.get("/wallet/withdraw/preview/", {"amount": "3000"}).content.decode()
    assert "data-net" in page
    assert "两位同事" not in page
    request(seller, 300_000)
    assert "两位同事" in client.get("/wallet/withdraw/preview/", {"amount": "3000"}).content.decode()


def test_the_account_that_can_be_used_first_is_chosen_first(seller, client):
    services.set_destination(
        user=seller, kind=PayoutDestinationKind.BANK_CARD, account="6225880123456783", bank_name="招商银行"
    )
    PayoutDestination.objects.filter(kind=PayoutDestinationKind.ALIPAY).update(
        usable_from=timezone.now() + timedelta(days=1)
    )
    PayoutDestination.objects.filter(kind=PayoutDestinationKind.BANK_CARD).update(usable_from=timezone.now())
    log_in(seller, client=client)
    field = client.get("/wallet/withdraw/").context["form"].fields["destination"]
    assert [item.kind for item in field.queryset] == ["bank_card", "alipay"]


def test_the_seller_reads_what_the_institution_said_without_its_code():
    for problem, words in (
        ("PAYEE_NOT_EXIST: 收款账号不存在", "收款账号不存在"),
        ("资料不符: 请联系客服", "资料不符: 请联系客服"),
        ("TIMEOUT: ", "TIMEOUT: "),
        ("", ""),
    ):
        assert Payout(problem=problem).problem_words == words
