"""Working hours and absence: on the page, on the services, and when somebody orders all the same."""

from datetime import time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts import services
from marketplace.accounts.errors import ProfileError, ProfileErrorCode
from marketplace.accounts.page import working_hours
from marketplace.core import clock
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order
from marketplace.orders.services import place_order
from tests.factories import make_gig, make_user


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def test_an_absence_is_told_on_the_page_and_on_the_service_and_ends_by_itself(db):
    gig = make_gig()
    profile = gig.seller.profile
    services.go_away(profile=profile, until=in_days(5), message="去大理写生。")
    day = in_days(5).isoformat()
    for address in (profile.get_absolute_url(), gig.get_absolute_url()):
        page = Client().get(address).content.decode()
        assert day in page
        assert "去大理写生。" in page
    assert "预订此套餐" not in Client().get(gig.get_absolute_url()).content.decode()
    profile.refresh_from_db()
    assert profile.is_away
    with clock.moved_to(timezone.now() + timedelta(days=5)):
        assert not profile.is_away


def test_nobody_orders_from_who_is_away(db):
    gig, buyer = make_gig(), make_user()
    services.go_away(profile=gig.seller.profile, until=in_days(5))
    with pytest.raises(OrderError) as refusal:
        place_order(buyer=buyer, package=gig.packages.get())
    assert refusal.value.code == OrderErrorCode.SELLER_AWAY
    assert in_days(5).isoformat() in refusal.value.message
    assert not Order.objects.exists()
    services.come_back(profile=gig.seller.profile)
    assert place_order(buyer=buyer, package=gig.packages.get()).seller == gig.seller


@pytest.mark.parametrize("days", [-1, 0, 181])
def test_the_return_lies_between_tomorrow_and_half_a_year(seller, days):
    with pytest.raises(ProfileError) as refusal:
        services.go_away(profile=seller.profile, until=in_days(days))
    assert refusal.value.code == ProfileErrorCode.RETURN_OUT_OF_RANGE
    seller.profile.refresh_from_db()
    assert seller.profile.away_until is None


def test_going_away_and_coming_back_by_the_pages(seller, seller_client):
    address = reverse("accounts:away")
    assert seller_client.post(address, {"until": in_days(3).isoformat(), "message": "休假"}).status_code == 302
    seller.profile.refresh_from_db()
    assert (seller.profile.away_until, seller.profile.away_message) == (in_days(3), "休假")
    assert seller_client.post(address, {"until": "never"}).status_code == 422
    assert seller_client.post(address, {"back": "1"}).status_code == 302
    seller.profile.refresh_from_db()
    assert (seller.profile.away_until, seller.profile.away_message) == (None, "")


@pytest.mark.parametrize(
    ("days", "shown"),
    [([1, 2, 3, 4, 5], "星期一至星期五 09:00–18:00"), ([1, 3], "星期一、星期三 09:00–18:00"), ([], "")],
)
def test_working_hours_are_said_in_one_line(seller, days, shown):
    services.set_working_hours(profile=seller.profile, days=days, work_from=time(9), work_until=time(18))
    assert working_hours(seller.profile) == shown


@pytest.mark.parametrize(("start", "end"), [(None, time(18)), (time(9), None), (time(9), time(9))])
def test_hours_need_two_different_times(seller, start, end):
    with pytest.raises(ProfileError) as refusal:
        services.set_working_hours(profile=seller.profile, days=[1], work_from=start, work_until=end)
    assert refusal.value.code == ProfileErrorCode.HOURS_INCOMPLETE
    seller.profile.refresh_from_db()
    assert seller.profile.work_days == []


def test_working_hours_by_the_page(seller, seller_client):
    form = {"days": ["1", "2"], "work_from": "09:30", "work_until": "18:00"}
    assert seller_client.post(reverse("accounts:availability"), form).status_code == 302
    seller.profile.refresh_from_db()
    assert (seller.profile.work_days, seller.profile.work_from) == ([1, 2], time(9, 30))


def test_the_checkout_of_who_is_away_says_so(buyer_client):
    gig = make_gig()
    checkout = reverse("payments:checkout", args=[gig.packages.get().pk])
    assert "恢复接单" not in buyer_client.get(checkout).content.decode()
    services.go_away(profile=gig.seller.profile, until=in_days(2), message="休假")
    page = buyer_client.get(checkout).content.decode()
    assert "恢复接单" in page
    assert "休假" in page
