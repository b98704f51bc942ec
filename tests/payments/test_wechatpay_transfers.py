"""Withdrawals to WeChat: the payee confirms, cancels or lets it expire; results by query and by notification."""

from uuid import uuid4

import pytest
from django.utils import timezone

from marketplace.ledger.selectors import wallet_of
from marketplace.payments import services, tasks
from marketplace.payments.models import Payout, PayoutDestination, PayoutDestinationKind, PayoutStatus
from tests.factories import make_verified_seller
from tests.payments.conftest import earn
from tests.payments.sandbox.conftest import fetch
from tests.payments.wechat import hand_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


@pytest.fixture
def seller(wechat_sandbox):
    person = make_verified_seller()
    earn(person, amount_fen=900_000, gateway_code="wechatpay")
    services.set_destination(user=person, kind=PayoutDestinationKind.WECHAT, account="oSandboxSeller000000000001")
    PayoutDestination.objects.update(usable_from=timezone.now())
    return person


@pytest.fixture
def payout(seller):
    destination = PayoutDestination.objects.get()
    found = services.request_payout(user=seller, destination_id=destination.pk, gross_fen=300_000, request_key=uuid4())
    return send(found)


def send(payout):
    Payout.objects.filter(pk=payout.pk).update(next_attempt_at=timezone.now())
    tasks.send_due_payouts()
    payout.refresh_from_db()
    return payout


def test_the_payee_confirms_and_the_notification_says_it_arrived(payout, wechat_sandbox, letterbox_server):
    assert payout.status == PayoutStatus.AWAITING_PAYEE
    page = f"{wechat_sandbox.url}/wechat/transfer/{payout.confirm_package}"
    assert "¥3,000.00" in fetch(page).text
    assert fetch(page, b"").status == 303
    for _ in range(2):
        assert hand_in(letterbox_server.wait_for()[-1]).status_code == 200
    payout.refresh_from_db()
    assert (payout.status, payout.confirm_package) == (PayoutStatus.PAID, "")
    assert wechat_sandbox.control(f"wechat/transfers/{payout.reference}")["user_name"] == "林青山"


def test_without_a_notification_asking_finds_that_it_arrived(payout, wechat_sandbox):
    wechat_sandbox.fault(payout.reference, no_notify=True)
    wechat_sandbox.control(f"wechat/transfers/{payout.reference}", {"state": "SUCCESS"})
    assert send(payout).status == PayoutStatus.PAID


@pytest.mark.parametrize("state", ["FAIL", "CANCELLED"])
def test_a_transfer_that_nobody_took_brings_the_money_back_once(
    payout, seller, wechat_sandbox, letterbox_server, state
):
    wechat_sandbox.control(f"wechat/transfers/{payout.reference}", {"state": state})
    assert hand_in(letterbox_server.wait_for()[-1]).status_code == 200
    assert send(payout).status == PayoutStatus.FAILED
    assert wallet_of(seller).available_fen == 900_000


def test_a_lost_answer_leads_to_one_transfer(seller, wechat_sandbox):
    destination = PayoutDestination.objects.get()
    found = services.request_payout(user=seller, destination_id=destination.pk, gross_fen=300_000, request_key=uuid4())
    wechat_sandbox.control(
        "faults", {"out_trade_no": found.reference, "faults": {"drop_after_accept": True}, "times": 1}
    )
    assert send(found).status == PayoutStatus.SENT
    assert send(found).status == PayoutStatus.AWAITING_PAYEE
