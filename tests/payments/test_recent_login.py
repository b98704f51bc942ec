"""Money leaves only after a recent log-in: a session that somebody took over is not enough."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.ledger.selectors import wallet_of
from marketplace.notifications.models import OutboundMessage
from marketplace.payments import services
from marketplace.payments.models import Payout, PayoutDestination, PayoutDestinationKind
from tests.factories import PASSWORD, make_verified_seller
from tests.logins import BACKEND, log_in
from tests.payments.conftest import earn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]

WITHDRAW, ACCOUNT, REAUTHENTICATE = "/wallet/withdraw/", "/wallet/withdraw/account/", "/accounts/reauthenticate/"
CARD = {"kind": "bank_card", "account": "6225880123456783", "bank_name": "招商银行"}


@pytest.fixture
def seller(silent_alipay):
    """Verified, ¥9,000 available, an Alipay account that can be used."""
    person = make_verified_seller()
    earn(person, amount_fen=900_000)
    services.set_destination(user=person, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    PayoutDestination.objects.update(usable_from=timezone.now())
    return person


def withdraw(client, amount="4000"):
    form = {"amount": amount, "destination": PayoutDestination.objects.get().pk, "request_key": str(uuid4())}
    return client.post(WITHDRAW, form)


def nothing_changed(seller):
    return (
        not Payout.objects.exists()
        and PayoutDestination.objects.count() == 1
        and wallet_of(seller).available_fen == 900_000
    )


@pytest.mark.parametrize("known", [True, False])
def test_with_an_old_log_in_a_withdrawal_waits_for_the_password_and_then_goes_through_as_typed(seller, known):
    client = log_in(seller, minutes_ago=6)
    if not known:  # a session in which nobody wrote down when the log-in was
        client.force_login(seller, backend=BACKEND)
    asked = withdraw(client)
    assert asked["Location"].startswith(f"{REAUTHENTICATE}?next=")
    assert nothing_changed(seller)
    assert f'name="next" value="{WITHDRAW}"' in client.get(asked["Location"]).content.decode()
    client.post(REAUTHENTICATE, {"password": "not it", "next": WITHDRAW})
    assert nothing_changed(seller)
    client.post(REAUTHENTICATE, {"password": PASSWORD, "next": WITHDRAW})
    payout = Payout.objects.get()
    assert payout.gross_fen == 400_000


def test_with_an_old_log_in_no_account_is_named_and_no_card_number_lies_in_the_session(seller):
    client = log_in(seller, minutes_ago=6)
    assert client.get(ACCOUNT)["Location"] == f"{REAUTHENTICATE}?next=%2Fwallet%2Fwithdraw%2Faccount%2F"
    assert client.post(ACCOUNT, CARD)["Location"].startswith(REAUTHENTICATE)
    assert CARD["account"] not in str(dict(client.session))
    assert nothing_changed(seller)
    back = client.post(REAUTHENTICATE, {"password": PASSWORD, "next": ACCOUNT})
    assert back["Location"] == ACCOUNT
    assert client.get(ACCOUNT).status_code == 200
    assert nothing_changed(seller)
    assert client.post(ACCOUNT, CARD)["Location"] == WITHDRAW
    assert PayoutDestination.objects.count() == 2


def test_a_fresh_log_in_by_password_is_enough(seller):
    seller.phone = "+8613800138000"
    seller.save()
    client = Client()
    client.post("/accounts/login/", {"login": "13800138000", "password": PASSWORD})
    assert withdraw(client)["Location"] == Payout.objects.get().get_absolute_url()
    assert client.post(ACCOUNT, CARD)["Location"] == WITHDRAW


def test_with_an_old_log_in_the_pages_that_only_show_stay_open(seller):
    client = log_in(seller, minutes_ago=600)
    assert client.get(WITHDRAW).status_code == 200
    assert client.get("/wallet/withdraw/preview/", {"amount": "100"}).status_code == 200


def test_who_has_no_password_logs_in_again_by_code(seller):
    seller.set_unusable_password()
    seller.phone = "+8613800138000"
    seller.save()
    client = log_in(seller, minutes_ago=6)
    asked = withdraw(client)
    assert asked["Location"] == "/accounts/login/code/?next=%2Fwallet%2Fwithdraw%2F"
    assert nothing_changed(seller)
    assert "请用验证码重新登录" in client.get(asked["Location"]).content.decode()
    client.post("/accounts/login/code/", {"phone": "13800138000", "next": WITHDRAW})
    code = re.search(r"\d{6}", OutboundMessage.objects.filter(channel="sms").latest("pk").body)[0]
    back = client.post("/accounts/login/code/confirm/", {"code": code, "next": WITHDRAW})
    assert back["Location"] == WITHDRAW
    withdraw(client)
    assert Payout.objects.get().gross_fen == 400_000


def test_nobody_logged_in_is_sent_to_the_log_in(seller):
    assert withdraw(Client())["Location"].startswith("/accounts/login/?next=")
    assert nothing_changed(seller)
