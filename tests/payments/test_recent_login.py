"""Money leaves only with a second factor that was used a moment ago: a session, or a password, may be stolen."""

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
from tests.logins import BACKEND, code_from, code_of, log_in
from tests.payments.conftest import earn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]

WITHDRAW, ACCOUNT = "/wallet/withdraw/", "/wallet/withdraw/account/"
SET_UP, ACTIVATE, GO_ON = "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/continue/"
REAUTHENTICATE = "/accounts/2fa/reauthenticate/"
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
def test_with_an_old_log_in_a_withdrawal_waits_for_the_second_factor_and_then_goes_through_as_typed(seller, known):
    client = log_in(seller, minutes_ago=6, second_factor=True)
    if not known:  # a session in which nobody wrote down when the log-in was
        client.force_login(seller, backend=BACKEND)
    asked = withdraw(client)
    assert asked["Location"].startswith(f"{REAUTHENTICATE}?next=")
    assert nothing_changed(seller)
    assert f'name="next" value="{WITHDRAW}"' in client.get(asked["Location"]).content.decode()
    client.post(REAUTHENTICATE, {"code": "000000", "next": WITHDRAW})
    assert nothing_changed(seller)
    client.post(REAUTHENTICATE, {"code": code_of(seller), "next": WITHDRAW})
    payout = Payout.objects.get()
    assert payout.gross_fen == 400_000


def test_the_password_alone_is_not_enough_to_withdraw(seller):
    client = log_in(seller, minutes_ago=6, second_factor=True)
    withdraw(client)
    by_password = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": WITHDRAW})
    assert by_password["Location"].startswith(REAUTHENTICATE)
    assert nothing_changed(seller)


def test_who_has_no_second_factor_sets_one_up_and_what_was_typed_is_sent_then(seller):
    client = log_in(seller)
    assert "两步验证" in client.get(WITHDRAW).content.decode()
    assert withdraw(client)["Location"] == SET_UP
    assert nothing_changed(seller)
    assert "转出资金前" in client.get(SET_UP).content.decode()
    secret = client.get(ACTIVATE).context["form"].secret
    done = client.post(ACTIVATE, {"code": code_from(secret)})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    codes = client.get(done["Location"])
    assert f'action="{GO_ON}"' in codes.content.decode()
    assert nothing_changed(seller)
    sent = client.post(GO_ON)
    assert Payout.objects.get().gross_fen == 400_000
    assert sent["Location"] == Payout.objects.get().get_absolute_url()
    assert client.post(GO_ON)["Location"] == SET_UP, "once only"
    assert Payout.objects.count() == 1


def test_going_on_without_having_set_one_up_leads_back_and_moves_nothing(seller):
    client = log_in(seller)
    withdraw(client)
    assert client.post(GO_ON)["Location"] == SET_UP
    assert nothing_changed(seller)


def test_who_has_no_second_factor_names_no_account_and_no_card_number_lies_in_the_session(seller):
    client = log_in(seller)
    assert client.get(ACCOUNT)["Location"] == SET_UP
    assert client.post(ACCOUNT, CARD)["Location"] == SET_UP
    assert CARD["account"] not in str(dict(client.session))
    assert nothing_changed(seller)


def test_with_an_old_log_in_no_account_is_named_and_no_card_number_lies_in_the_session(seller):
    client = log_in(seller, minutes_ago=6, second_factor=True)
    assert client.get(ACCOUNT)["Location"] == f"{REAUTHENTICATE}?next=%2Fwallet%2Fwithdraw%2Faccount%2F"
    assert client.post(ACCOUNT, CARD)["Location"].startswith(REAUTHENTICATE)
    assert CARD["account"] not in str(dict(client.session))
    assert nothing_changed(seller)
    back = client.post(REAUTHENTICATE, {"code": code_of(seller), "next": ACCOUNT})
    assert back["Location"] == ACCOUNT
    assert client.get(ACCOUNT).status_code == 200
    assert nothing_changed(seller)
    assert client.post(ACCOUNT, CARD)["Location"] == WITHDRAW
    assert PayoutDestination.objects.count() == 2


def test_a_fresh_log_in_with_both_steps_is_enough(seller):
    seller.phone = "+8613800138000"
    seller.save()
    code = code_of(seller)
    client = Client()
    client.post("/accounts/login/", {"login": "13800138000", "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert withdraw(client)["Location"] == Payout.objects.get().get_absolute_url()
    assert client.post(ACCOUNT, CARD)["Location"] == WITHDRAW


def test_with_an_old_log_in_the_pages_that_only_show_stay_open(seller):
    client = log_in(seller, minutes_ago=600)
    assert client.get(WITHDRAW).status_code == 200
    assert client.get("/wallet/withdraw/preview/", {"amount": "100"}).status_code == 200


def test_who_has_neither_password_nor_second_factor_proves_themself_by_code_before_setting_one_up(seller):
    """allauth takes such a person for proved at any time (facts/accounts.md, section 2, pitfall 9)."""
    seller.set_unusable_password()
    seller.phone = "+8613800138000"
    seller.save()
    client = log_in(seller, minutes_ago=6)
    assert withdraw(client)["Location"] == SET_UP
    asked = client.get(ACTIVATE)
    assert asked["Location"] == "/accounts/login/code/?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"
    assert "_auth_user_id" not in client.session
    assert "请用验证码重新登录" in client.get(asked["Location"]).content.decode()
    client.post("/accounts/login/code/", {"phone": "13800138000", "next": ACTIVATE})
    code = re.search(r"\d{6}", OutboundMessage.objects.filter(channel="sms").latest("pk").body)[0]
    back = client.post("/accounts/login/code/confirm/", {"code": code, "next": ACTIVATE})
    assert back["Location"] == ACTIVATE
    secret = client.get(ACTIVATE).context["form"].secret
    client.post(ACTIVATE, {"code": code_from(secret)})
    withdraw(client)
    assert Payout.objects.get().gross_fen == 400_000


def test_nobody_logged_in_is_sent_to_the_log_in(seller):
    assert withdraw(Client())["Location"].startswith("/accounts/login/?next=")
    assert nothing_changed(seller)
