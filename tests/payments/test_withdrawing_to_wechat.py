"""Withdrawals to WeChat over the pages: bind inside WeChat, wait, ask, confirm at the sandbox, arrive or come back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.encryption import decrypt_text
from marketplace.ledger.selectors import wallet_of
from marketplace.notifications.models import Notification
from marketplace.payments import payout_selectors, tasks
from marketplace.payments.models import Payout, PayoutDestination, PayoutDestinationKind, PayoutStatus
from tests.factories import make_verified_seller
from tests.logins import log_in
from tests.payments.conftest import earn
from tests.payments.sandbox.conftest import fetch
from tests.payments.wechat import hand_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]

IN_WECHAT = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile MicroMessenger/8.0.50"}
BIND = "/wallet/withdraw/account/wechat/"
OPENID = "oSandboxBuyer0000000000001"  # whom the sandbox's WeChat takes everybody for


@pytest.fixture
def seller(wechat_sandbox):
    """Verified, ¥9,000 available, no account named yet."""
    person = make_verified_seller()
    earn(person, amount_fen=900_000, gateway_code="wechatpay")
    return person


@pytest.fixture
def client(seller):
    return log_in(seller, second_factor=True)


def identify(client, headers=IN_WECHAT, path=BIND):
    """Open the page and let WeChat say who this is; returns the page that stands there then."""
    asked = client.get(path, headers=headers)
    assert asked.status_code == 302, asked
    back = fetch(asked["Location"].partition("#")[0]).location
    answer = client.get(back[back.index("/wallet/") :], headers=headers)
    assert answer["Location"] == BIND
    return client.get(BIND, headers=headers)


def bind(client):
    identify(client)
    return client.post(BIND, headers=IN_WECHAT)


def withdraw(client, amount="3000"):
    """Ask for a withdrawal to the only account, and let the job send it."""
    destination = PayoutDestination.objects.get()
    form = {"amount": amount, "destination": destination.pk, "request_key": str(uuid4())}
    return client.post(reverse("payments:withdraw"), form, headers=IN_WECHAT)


def sent(client):
    """A withdrawal that waits for its payee, asked for after the freeze."""
    bind(client)
    PayoutDestination.objects.update(usable_from=timezone.now())
    withdraw(client)
    tasks.send_due_payouts()
    payout = Payout.objects.get()
    assert payout.status == PayoutStatus.AWAITING_PAYEE
    return payout


def test_inside_wechat_the_account_is_bound_without_typing_and_frozen_for_a_day(client, seller):
    page = identify(client).content.decode()
    assert "绑定当前微信" in page
    assert "林青山" in page
    assert not PayoutDestination.objects.exists()  # who somebody is binds nothing yet
    now = timezone.now()
    assert client.post(BIND, headers=IN_WECHAT)["Location"] == "/wallet/withdraw/"
    destination = PayoutDestination.objects.get()
    assert (destination.kind, decrypt_text(destination.account_encrypted)) == (PayoutDestinationKind.WECHAT, OPENID)
    assert destination.usable_from >= now + timedelta(hours=24)
    assert "微信 · 本人授权" in Notification.objects.get(recipient=seller, title="你的提现账户已更换").body
    text = withdraw(client).content.decode()  # refused, beside its field
    assert "微信 · 本人授权，林青山" in text
    assert OPENID not in text
    assert not Payout.objects.exists()
    with clock.moved_to(now + timedelta(hours=25)):
        assert withdraw(client).status_code == 302
    assert Payout.objects.get().destination == destination


def test_on_a_desk_a_code_leads_into_wechat(client, settings):
    form = client.get(reverse("payments:withdraw_account")).content.decode()
    assert f'href="{BIND}"' in form
    page = client.get(BIND).content.decode()
    assert "用手机微信扫码" in page
    assert "<svg" in page
    assert "绑定当前微信" not in page
    assert f'href="{BIND}?ask=1"' in page  # the sandbox plays WeChat in any browser
    settings.WECHATPAY = settings.WECHATPAY | {"confirm_page": ""}
    assert f"{BIND}?ask=1" not in client.get(BIND).content.decode()
    assert client.get(f"{BIND}?ask=1").status_code == 200  # asks nobody


def test_in_the_sandbox_any_browser_is_wechat(client):
    assert "绑定当前微信" in identify(client, headers={}, path=f"{BIND}?ask=1").content.decode()


@pytest.mark.parametrize("typed", [{"account": OPENID}, {"openid": OPENID}, {}])
def test_a_typed_openid_is_no_account(client, typed):
    answer = client.post(BIND, typed, headers=IN_WECHAT, follow=False)
    assert answer["Location"] == BIND
    form = client.post(reverse("payments:withdraw_account"), {"kind": "wechat", **typed})
    assert form.status_code == 200
    assert "kind" in form.context["form"].errors
    assert not PayoutDestination.objects.exists()
    assert "wechat_openid" not in client.session


def test_what_is_typed_beside_a_known_account_is_not_read(client):
    identify(client)
    client.post(BIND, {"account": "oSomebodyElse0000000000001", "openid": "oSomebodyElse0000000000001"})
    assert decrypt_text(PayoutDestination.objects.get().account_encrypted) == OPENID


def test_a_way_back_that_this_session_did_not_ask_for_is_refused(client):
    client.get(BIND, headers=IN_WECHAT)
    stranger = log_in(make_verified_seller(name="周远"), second_factor=True)
    stranger.get(BIND, headers=IN_WECHAT)
    state = stranger.session["wechat_oauth_state"]
    answer = client.get(BIND, {"code": "abc", "state": state}, headers=IN_WECHAT)
    page = client.get(answer["Location"], headers=IN_WECHAT).content.decode()
    assert "微信授权没有成功" in page
    assert "wechat_openid" not in client.session
    assert client.post(BIND, headers=IN_WECHAT)["Location"] == BIND
    assert not PayoutDestination.objects.exists()


def test_without_an_official_account_wechat_is_not_offered(client, settings):
    settings.WECHATPAY = settings.WECHATPAY | {"app_secret": ""}
    assert PayoutDestinationKind.WECHAT not in payout_selectors.offered_kinds()
    assert BIND not in client.get(reverse("payments:withdraw_account")).content.decode()
    assert client.get(BIND, headers=IN_WECHAT).status_code == 404


def test_inside_wechat_the_button_carries_what_its_script_wants(client):
    payout = sent(client)
    page = client.get(payout.get_absolute_url(), headers=IN_WECHAT).content.decode()
    assert "在微信中确认收款" in page
    assert f'data-package="{payout.confirm_package}"' in page
    assert 'data-mch-id="1900000001"' in page
    assert "js/wechat-transfer.js" in page


def test_the_payee_confirms_at_the_sandbox_and_comes_back_to_a_withdrawal_that_arrived(client, seller):
    payout = sent(client)
    confirmation = client.get(payout.get_absolute_url()).context["confirmation"]
    assert "¥3,000.00" in fetch(confirmation.sandbox_url).text
    back = fetch(confirmation.sandbox_url, b"").location
    assert back.endswith(f"{payout.get_absolute_url()}return/")
    answer = client.get(back[back.index("/wallet/") :])
    assert answer["Location"] == payout.get_absolute_url()
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.PAID
    page = client.get(payout.get_absolute_url()).content.decode()
    assert "在微信中确认收款" not in page
    assert wallet_of(seller).available_fen == 600_000


def test_coming_back_without_having_confirmed_changes_nothing(client, seller):
    payout = sent(client)
    client.get(reverse("payments:payout_return", args=[payout.reference]))
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.AWAITING_PAYEE
    assert "<svg" in client.get(payout.get_absolute_url()).content.decode()


def test_a_transfer_that_is_not_confirmed_brings_the_money_back(client, seller, wechat_sandbox, letterbox_server):
    payout = sent(client)
    wechat_sandbox.control(f"wechat/transfers/{payout.reference}", {"state": "FAIL"})  # as after a day
    assert hand_in(letterbox_server.wait_for()[-1]).status_code == 200
    assert wallet_of(seller).available_fen == 900_000
    page = client.get(payout.get_absolute_url()).content.decode()
    assert "在微信中确认收款" not in page


def test_strangers_neither_see_nor_ask_about_a_withdrawal(client):
    payout = sent(client)
    stranger = log_in(make_verified_seller(name="周远"), second_factor=True)
    assert stranger.get(payout.get_absolute_url()).status_code == 404
    assert stranger.get(reverse("payments:payout_return", args=[payout.reference])).status_code == 404
