"""The pages of withdrawals: the tax as it is typed, the button that repeats it, the promised time, and the statement."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.notifications.models import Notification
from marketplace.payments import payout_presenters, services
from marketplace.payments.models import Payout, PayoutDestination, PayoutDestinationKind, PayoutStatus
from marketplace.payments.subjects import own_subjects, reference_of, staff_subjects
from tests.factories import make_finance, make_seller, make_verified_seller
from tests.logins import log_in
from tests.payments.conftest import earn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


@pytest.fixture
def seller(silent_alipay):
    """Verified, ¥9,000 available, a bank card that can be used."""
    person = make_verified_seller()
    earn(person, amount_fen=900_000)
    services.set_destination(
        user=person, kind=PayoutDestinationKind.BANK_CARD, account="6225880123456783", bank_name="招商银行"
    )
    PayoutDestination.objects.update(usable_from=timezone.now() - timedelta(days=1))
    return person


@pytest.fixture
def client(seller):
    return log_in(seller, second_factor=True)


def request(person, gross_fen):
    destination = PayoutDestination.objects.get(user=person, retired_at=None)
    return services.request_payout(user=person, destination_id=destination.pk, gross_fen=gross_fen, request_key=uuid4())


def words_of(response):
    """The words on the button, as htmx puts them there."""
    return re.search(r'id="withdraw-words"[^>]*>([^<]*)<', response.content.decode())[1]


def preview(client, amount, language="zh-hans"):
    with override(language):
        return client.get(reverse("payments:withdraw_preview"), {"amount": amount})


def test_the_button_repeats_what_is_taken_out_and_what_arrives(client):
    response = preview(client, "8000")  # 80 % less 5,000 is 1,400; 3 % of it is 42
    assert words_of(response) == "提现¥8,000.00，到账¥7,958.00"
    text = response.content.decode()
    for line in ("−1,600.00", "−5,000.00", "1,400.00", "×3%", "¥42.00"):
        assert line in text
    assert words_of(preview(client, "8000", "en")) == "Withdraw ¥8,000.00, ¥7,958.00 arrive"


@pytest.mark.parametrize("typed", ["8,000.00", "¥8,000", "8，000", " ￥8000.0 "])
def test_an_amount_may_be_pasted_as_we_show_it(client, typed):
    assert words_of(preview(client, typed)) == "提现¥8,000.00，到账¥7,958.00"


@pytest.mark.parametrize("typed", ["", "abc", "-5", "0", "1.234"])
def test_what_is_no_amount_promises_nothing(client, typed):
    response = preview(client, typed)
    assert words_of(response) == "提现"
    assert "data-net" not in response.content.decode()


def test_without_script_the_button_names_no_amount_that_may_no_longer_be_the_typed_one(client):
    response = client.get(reverse("payments:withdraw"))
    assert words_of(response) == "提现"
    text = response.content.decode()
    assert 'value="9,000.00"' in text
    assert "招商银行 **** 6783，林青山" in text


def test_a_refused_amount_stands_there_again_with_its_own_tax(client):
    response = client.post(
        reverse("payments:withdraw"),
        {"amount": "9,500", "destination": PayoutDestination.objects.get().pk, "request_key": uuid4()},
    )
    text = response.content.decode()
    assert 'value="9,500"' in text
    assert "可提现¥9,000，" in text  # what is available, in the refusal
    assert response.context["outlook"].gross_fen == 950_000
    assert not Payout.objects.exists()


def test_a_withdrawal_below_the_threshold_has_a_time_and_one_above_has_two_people(client):
    set_config(key="payouts.arrival_hours", value=2, reason="test")
    noon = timezone.localtime(timezone.now()).replace(hour=12, minute=30)
    with clock.moved_to(noon):
        small, large = preview(client, "100"), preview(client, "8000")
    assert re.search(r"<strong>今天 14:3\d前到账</strong>", small.content.decode())
    assert "两位同事复核" in large.content.decode()
    assert "前到账" not in large.content.decode()


def test_the_page_of_a_withdrawal_counts_its_steps_and_promises_a_time(client, seller):
    payout = request(seller, 400_000)
    assert payout_presenters.expected_by(payout) == payout.created_at + timedelta(hours=24)
    assert [step.state for step in payout_presenters.steps(payout)] == ["done", "current", ""]
    response = client.get(payout.get_absolute_url())
    assert "前到账" in response.content.decode()
    with clock.moved_to(timezone.now() + timedelta(hours=25)):
        assert "本应在" in client.get(payout.get_absolute_url()).content.decode()


def test_before_two_people_agreed_no_time_is_promised(client, seller):
    payout = request(seller, 600_000)
    assert payout_presenters.expected_by(payout) is None
    assert [step.state for step in payout_presenters.steps(payout)] == ["done", "current", "", ""]
    for _person in range(2):
        payout = services.approve_payout(payout_id=payout.pk, staff=make_finance())
    assert payout.status == PayoutStatus.APPROVED
    assert payout_presenters.expected_by(payout) is None  # until it is sent
    assert [step.state for step in payout_presenters.steps(payout)] == ["done", "done", "current", ""]


def test_a_cancelled_withdrawal_has_neither_steps_nor_a_time(client, seller):
    payout = services.cancel_payout(payout_id=request(seller, 400_000).pk, user=seller)
    assert payout_presenters.steps(payout) == []
    assert payout_presenters.expected_by(payout) is None
    assert client.get(payout.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_all_pages_speak_both_languages(client, seller, language):
    payout = request(seller, 400_000)
    with override(language):
        for path in (reverse("payments:withdraw"), reverse("payments:withdraw_account"), payout.get_absolute_url()):
            assert client.get(path).status_code == 200


def test_the_statement_leads_to_the_withdrawal_and_the_file_names_its_account(client, seller):
    payout = request(seller, 800_000)
    response = client.get(reverse("ledger:wallet"), {"movement": "tax"})
    text = response.content.decode()
    assert f'href="{payout.get_absolute_url()}"' in text
    assert "到账¥7,958.00，预扣个税¥42.00" in text
    content = b"".join(client.get("/wallet/statement.csv", {"movement": "tax"}).streaming_content).decode()
    assert f"{payout.reference},招商银行 **** 6783,-8000.00,1000.00,payout:{payout.reference},,42.00" in content


def test_the_wallet_says_what_would_be_withheld_and_in_custody_nothing(client, settings):
    assert "提现预计扣个税¥66.00" in client.get(reverse("ledger:wallet")).content.decode()
    settings.SETTLEMENT_MODE = "custody"
    assert "预计扣个税" not in client.get(reverse("ledger:wallet")).content.decode()


def test_a_number_stands_for_ones_own_orders_and_withdrawals_only(seller):
    payout = request(seller, 400_000)
    order = seller.sales.get()
    references = [payout.reference, order.number, "alipay:trade:2026-11-25", ""]
    assert set(own_subjects(seller, references)) == {payout.reference, order.number}
    assert set(own_subjects(order.buyer, references)) == {order.number}
    assert own_subjects(make_seller(), references) == {}


def test_staff_reads_every_number_and_is_led_to_where_something_waits(seller):
    waiting, order = request(seller, 600_000), seller.sales.get()
    found = staff_subjects([waiting.reference, order.number, "alipay:trade:2026-11-25", "difference:3", "NOTHING"])
    assert {reference: subject.url for reference, subject in found.items()} == {
        waiting.reference: "/admin/payouts/",
        order.number: "",
        "alipay:trade:2026-11-25": "/admin/bills/",
        "difference:3": "/admin/bills/",
    }


def test_the_numbers_of_payments_and_of_institutions_lead_to_the_order(seller):
    order = seller.sales.get()
    payment = order.payments.get()
    assert reference_of(payment.out_trade_no) == reference_of(f" {payment.gateway_trade_no} ") == order.number
    assert reference_of("UNKNOWN") == "UNKNOWN"


def test_an_account_that_cannot_be_used_yet_promises_nothing_and_is_not_the_first_choice(client, seller):
    usable = PayoutDestination.objects.get()
    services.set_destination(user=seller, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    frozen = PayoutDestination.objects.exclude(pk=usable.pk).get()
    url = reverse("payments:withdraw_preview")
    response = client.get(url, {"amount": "100", "destination": frozen.pk})
    assert "之后才能使用" in response.content.decode()
    assert "data-net" not in response.content.decode()
    assert words_of(response) == "提现"
    assert words_of(client.get(url, {"amount": "100", "destination": usable.pk})) == "提现¥100.00，到账¥100.00"
    page = client.get(reverse("payments:withdraw"))
    assert page.context["form"].fields["destination"].queryset.first() == usable
    assert page.context["outlook"].refusal == ""


def test_an_account_of_somebody_else_is_as_good_as_none(client, seller):
    other = make_verified_seller()
    services.set_destination(user=other, kind=PayoutDestinationKind.ALIPAY, account="other@example.com")
    foreign = PayoutDestination.objects.get(user=other)
    response = client.get(reverse("payments:withdraw_preview"), {"amount": "100", "destination": foreign.pk})
    assert words_of(response) == "提现¥100.00，到账¥100.00"


@pytest.mark.parametrize(
    ("typed", "words"), [("abc", "请填数字"), ("100.555", "小数最多2位"), ("30000", "单次提现最多")]
)
def test_the_preview_says_what_is_wrong_with_an_amount(client, typed, words):
    text = preview(client, typed).content.decode()
    assert words in text
    assert "前到账" not in text


def test_a_cancelled_withdrawal_says_what_came_back_and_nothing_of_an_arrival(client, seller):
    payout = services.cancel_payout(payout_id=request(seller, 800_000).pk, user=seller)
    text = client.get(payout.get_absolute_url()).content.decode()
    assert "已退回钱包" in text
    assert "8,000.00" in text
    assert "实际到账" not in text


def test_the_notice_of_a_withdrawal_names_amount_and_account(client, seller):
    payout = request(seller, 800_000)
    services.reject_payout(payout_id=payout.pk, staff=make_finance(), reason="请补充资料")
    notice = Notification.objects.filter(recipient=seller).latest("pk")
    assert notice.body == "¥8,000.00 · 招商银行 **** 6783"
