"""Closing an account: what is in the way, the days to think, what goes, what stays."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from marketplace.accounts import selectors, services, tasks
from marketplace.accounts.errors import AccountError, AccountErrorCode, ProfileError, ProfileErrorCode
from marketplace.accounts.models import AccountClosing, Portfolio, User, UserProfile, UserVerification
from marketplace.accounts.personal_data import sections
from marketplace.accounts.services import closing as closing_service
from marketplace.core import clock
from marketplace.gigs.models import Gig
from marketplace.gigs.services import toggle_favourite
from marketplace.gigs.states import GigStatus
from marketplace.ledger.models import Entry
from marketplace.messaging.services import open_conversation, send_message
from marketplace.notifications.models import Notification
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order
from marketplace.orders.services import accept_delivery, cancel_order, open_dispute, place_order
from tests.accounts.privacy.test_export import PIXEL
from tests.factories import (
    PASSWORD,
    make_delivered_order,
    make_gig,
    make_moderator,
    make_order,
    make_seller,
    make_user,
    make_verified_seller,
)
from tests.logins import log_in

pytestmark = pytest.mark.django_db
CLOSE = "/settings/privacy/close/"


@pytest.fixture
def days_later(monkeypatch):
    real = clock.now

    def move(days: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=days))

    return move


def code_of(call) -> AccountErrorCode:
    with pytest.raises(AccountError) as refusal:
        call()
    return refusal.value.code


def prove(user: User) -> User:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def closed(user: User, days_later) -> User:
    closing = services.ask_for_closing(user_id=user.pk)
    days_later(8)
    assert services.carry_out_closing(closing_id=closing.pk)
    return User.objects.get(pk=user.pk)


def test_running_orders_money_and_disputes_stand_in_the_way_for_both_sides_and_are_named():
    order = make_delivered_order()
    for user in (order.buyer, order.seller):
        page = log_in(user).get(CLOSE).content.decode()
        assert order.number in page
        assert "<form" not in page.split('id="how-heading"')[1].split("</section>")[0]
        assert code_of(lambda user=user: services.ask_for_closing(user_id=user.pk)) == AccountErrorCode.CLOSING_BLOCKED
        user.refresh_from_db()
        assert user.is_active
    open_dispute(order_id=order.pk, user=order.buyer, reason="和说好的不一样")
    assert any("纠纷" in str(blocker.text) for blocker in selectors.closing_blockers(order.buyer))
    assert not AccountClosing.objects.exists()


def test_income_that_is_not_withdrawn_stands_in_the_way():
    order = make_delivered_order()
    accept_delivery(order_id=order.pk, buyer=order.buyer)
    assert [blocker.url for blocker in selectors.closing_blockers(order.seller)] == ["/wallet/"]
    assert selectors.closing_blockers(order.buyer) == []


def test_staff_does_not_close_itself():
    moderator = make_moderator()
    assert code_of(lambda: services.ask_for_closing(user_id=moderator.pk)) == AccountErrorCode.STAFF_PROTECTED


def test_closing_needs_a_recent_log_in_and_a_ticked_box_and_signs_out_everywhere(buyer):
    assert "reauthenticate" in log_in(buyer, minutes_ago=60).get(CLOSE).url
    elsewhere, client = log_in(buyer), log_in(buyer)
    assert client.post(CLOSE).status_code == 200
    assert not AccountClosing.objects.exists()
    answer = client.post(CLOSE, {"sure": "on"})
    assert answer.status_code == 200
    assert AccountClosing.objects.get().user == buyer
    for browser in (client, elsewhere):
        assert browser.get("/orders/").status_code == 302


def test_who_is_closing_is_found_by_nobody_and_sells_nothing():
    seller = make_seller()
    gig, buyer = make_gig(seller=seller), make_user()
    package = gig.packages.get()
    services.ask_for_closing(user_id=seller.pk)
    assert Client().get(seller.profile.get_absolute_url()).status_code == 404
    assert Client().get(gig.get_absolute_url()).status_code == 404
    with pytest.raises(OrderError) as refusal:
        place_order(buyer=buyer, package=package)
    assert refusal.value.code == OrderErrorCode.GIG_NOT_LIVE
    assert not Order.objects.exists()


def test_a_log_in_within_the_days_calls_it_off_and_everything_is_as_it_was():
    seller = prove(make_seller(email="back@example.com"))
    gig = make_gig(seller=seller)
    services.ask_for_closing(user_id=seller.pk)
    client = Client()
    client.post(reverse("account_login"), {"login": "back@example.com", "password": PASSWORD})
    assert client.get("/orders/").status_code == 200
    assert AccountClosing.objects.get().cancelled_at is not None
    assert Client().get(gig.get_absolute_url()).status_code == 200
    assert services.ask_for_closing(user_id=seller.pk).cancelled_at is None  # and may be asked for again


def test_a_wrong_password_calls_nothing_off():
    buyer = prove(make_user(email="back@example.com"))
    services.ask_for_closing(user_id=buyer.pk)
    Client().post(reverse("account_login"), {"login": "back@example.com", "password": "guessed"})
    assert AccountClosing.objects.get().cancelled_at is None


def test_once_it_is_carried_out_no_log_in_brings_it_back(days_later):
    buyer = prove(make_user(email="late@example.com"))
    services.ask_for_closing(user_id=buyer.pk)
    days_later(8)
    assert tasks.carry_out_closings() == 1
    client = Client()
    client.post(reverse("account_login"), {"login": "late@example.com", "password": PASSWORD})
    assert client.get("/orders/").status_code == 302
    assert services.cancel_closing(user_id=buyer.pk) is False
    assert tasks.carry_out_closings() == 0


def test_past_its_day_a_log_in_still_calls_it_off_as_long_as_it_is_not_carried_out(days_later):
    buyer = prove(make_user(email="late@example.com"))
    closing = services.ask_for_closing(user_id=buyer.pk)
    days_later(8)
    client = Client()
    client.post(reverse("account_login"), {"login": "late@example.com", "password": PASSWORD})
    assert client.get("/orders/").status_code == 200
    assert services.carry_out_closing(closing_id=closing.pk) is False
    buyer.refresh_from_db()
    assert (buyer.is_active, buyer.email) == (True, "late@example.com")


def test_a_log_in_that_came_after_the_job_looked_is_seen_by_it(buyer, days_later, monkeypatch):
    closing = services.ask_for_closing(user_id=buyer.pk)
    days_later(8)
    real = closing_service.lock_user

    def lock_after_a_log_in(user_id):
        monkeypatch.setattr(closing_service, "lock_user", real)
        services.cancel_closing(user_id=user_id)
        return real(user_id)

    monkeypatch.setattr(closing_service, "lock_user", lock_after_a_log_in)
    assert services.carry_out_closing(closing_id=closing.pk) is False
    buyer.refresh_from_db()
    assert (buyer.is_active, bool(buyer.email)) == (True, True)


def test_nothing_happens_before_its_day(buyer, days_later):
    closing = services.ask_for_closing(user_id=buyer.pk)
    days_later(6)
    assert tasks.carry_out_closings() == 0
    assert services.carry_out_closing(closing_id=closing.pk) is False
    buyer.refresh_from_db()
    assert buyer.email


def test_the_person_goes_and_the_trade_stays(days_later, django_capture_on_commit_callbacks):
    seller = prove(make_verified_seller(name="林青山"))
    seller.phone = "+8613800138000"
    seller.save()
    email, handle = seller.email, seller.profile.handle
    piece = Portfolio.objects.create(profile=seller.profile, title="招牌")
    work = piece.media.create(kind="image", picture=ContentFile(PIXEL, name="tea.png"))
    seller.profile.avatar.save("me.png", ContentFile(PIXEL))
    files = [work.picture.name, seller.profile.avatar.name]
    gig = make_gig(seller=seller)
    kept = make_gig()
    toggle_favourite(gig=kept, user=seller)
    buyer = make_user()
    talk = open_conversation(user=buyer, other=seller)
    send_message(conversation_id=talk.pk, sender=seller, body="在的")
    order = place_order(buyer=buyer, package=gig.packages.get())
    cancel_order(order_id=order.pk, user=buyer)
    entries = Entry.objects.count()

    with django_capture_on_commit_callbacks(execute=True):
        gone = closed(seller, days_later)

    assert (gone.email, gone.phone, gone.is_active, gone.has_usable_password()) == ("", None, False, False)
    assert not EmailAddress.objects.filter(user=gone).exists()
    assert gone.display_name == "已注销用户"
    assert (gone.profile.headline, gone.profile.about, gone.profile.province, gone.profile.avatar.name) == (
        "",
        "",
        "",
        "",
    )
    assert gone.profile.handle != handle
    assert not Portfolio.objects.exists()
    assert not any(default_storage.exists(name) for name in files)
    assert Gig.objects.get(pk=gig.pk).status == GigStatus.ARCHIVED
    kept.stats.refresh_from_db()
    assert kept.stats.favourite_count == 0
    # The trade, the messages and the books are as they were; who reads them reads that the account was closed.
    assert Order.objects.get(pk=order.pk).seller == gone
    assert Entry.objects.count() == entries
    page = log_in(buyer).get(talk.get_absolute_url()).content.decode()
    assert "在的" in page
    assert "已注销用户" in page
    assert "林青山" not in page
    assert not Notification.objects.filter(title__contains="林青山").exists()
    # The checked name is kept, encrypted, as long as the law wants it; whether a number was proved is of no use any more.
    assert {row.kind for row in UserVerification.objects.filter(user=gone)} == {"real_name"}
    # Number and address are free again.
    again = make_user(email=email, phone="+8613800138000")
    assert again.pk != gone.pk


def test_the_addresses_of_a_closed_page_lead_nowhere_and_nobody_gets_them(days_later):
    seller = make_seller()
    services.change_handle(profile=seller.profile, handle="qingshan-old")
    UserProfile.objects.filter(user=seller).update(handle_changed_at=None)
    services.change_handle(profile=UserProfile.objects.get(user=seller), handle="qingshan")
    closed(seller, days_later)
    for handle in ("qingshan-old", "qingshan"):
        assert Client().get(f"/u/{handle}/").status_code == 404
        profile = make_seller().profile
        before = profile.handle
        with pytest.raises(ProfileError) as refusal:
            services.change_handle(profile=profile, handle=handle)
        assert refusal.value.code == ProfileErrorCode.HANDLE_TAKEN
        assert UserProfile.objects.get(pk=profile.pk).handle == before


def test_what_stays_is_named_with_its_law_before_anybody_decides():
    order = make_order()
    cancel_order(order_id=order.pk, user=order.buyer)
    page = log_in(order.buyer).get(CLOSE).content.decode()
    assert "电子商务法" in page
    assert "三年" in page


def test_what_turned_up_meanwhile_calls_the_closing_off_and_its_person_is_told_why(days_later, mailoutbox):
    order = make_order()
    buyer = order.buyer
    cancel_order(order_id=order.pk, user=buyer)
    closing = services.ask_for_closing(user_id=buyer.pk)
    order.refunds.create(reference="RF1", amount_fen=100, reason="晚到的付款", payment_reference="PA1")
    days_later(8)
    assert services.carry_out_closing(closing_id=closing.pk) is False
    assert services.carry_out_closing(closing_id=closing.pk) is False
    buyer.refresh_from_db()
    assert (bool(buyer.email), buyer.is_active) == (True, True)
    line = Notification.objects.get(recipient=buyer, url=CLOSE)
    assert line.title == "账户未能注销"
    assert order.number in line.body
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([buyer.email], line.title)
    assert order.number in mail.body
    assert log_in(buyer).get("/orders/").status_code == 200


def test_an_erasure_that_broke_off_goes_on_where_it_stopped(buyer, days_later):
    closing = services.ask_for_closing(user_id=buyer.pk)
    days_later(8)
    for section in sections():
        section.erase(buyer)
    assert services.carry_out_closing(closing_id=closing.pk) is True
    assert services.carry_out_closing(closing_id=closing.pk) is False
