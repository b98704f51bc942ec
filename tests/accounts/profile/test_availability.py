"""Working hours and absence: on the page, on the services, and when somebody orders all the same."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from marketplace.accounts import services
from marketplace.accounts.errors import ProfileError, ProfileErrorCode
from marketplace.accounts.models import UserProfile, away_condition
from marketplace.accounts.page import working_hours
from marketplace.accounts.tasks import end_absences
from marketplace.core import clock
from marketplace.discovery.services import index_gigs
from marketplace.gigs.models import Gig
from marketplace.gigs.selectors import similar_gigs
from marketplace.notifications.models import Notification
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order
from marketplace.orders.services import place_order
from tests.factories import make_gig, make_seller, make_user


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def test_an_absence_is_told_on_the_page_and_on_the_service_and_ends_by_itself(db):
    gig = make_gig()
    profile = gig.seller.profile
    services.go_away(profile=profile, until=in_days(5), message="去大理写生。")
    day = date_format(in_days(5), "DATE_FORMAT")
    for address in (profile.get_absolute_url(), gig.get_absolute_url()):
        page = Client().get(address).content.decode()
        assert day in page
        assert "去大理写生。" in page
    assert "预订这个套餐" not in Client().get(gig.get_absolute_url()).content.decode()
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
    assert date_format(in_days(5), "DATE_FORMAT") in refusal.value.message
    assert not Order.objects.exists()
    services.come_back(profile=gig.seller.profile)
    assert place_order(buyer=buyer, package=gig.packages.get()).seller == gig.seller


def test_an_absence_that_takes_orders_warns_and_nothing_more(db):
    gig = make_gig(title="慢一点的印章")
    services.go_away(profile=gig.seller.profile, until=in_days(5), takes_orders=True)
    page = Client().get(gig.get_absolute_url()).content.decode()
    assert "预订这个套餐" in page
    assert date_format(in_days(5), "DATE_FORMAT") in page
    assert place_order(buyer=make_user(), package=gig.packages.get()).seller == gig.seller


def test_while_orders_are_refused_the_service_is_in_no_list_and_its_page_is_there(db):
    away, other = make_gig(title="玉石印章"), make_gig(title="木头印章")
    Gig.objects.filter(pk=other.pk).update(category=away.category)
    other.refresh_from_db()
    index_gigs([away.pk, other.pk])

    def found() -> set[int]:
        page = Client().get(reverse("discovery:search"), {"q": "印章"}).content.decode()
        return {gig.pk for gig in (away, other) if gig.title in page}

    services.go_away(profile=away.seller.profile, until=None, takes_orders=True)
    assert found() == {away.pk, other.pk}
    assert [card.gig_id for card in similar_gigs(other)] == [away.pk]  # kept for some minutes
    services.go_away(profile=away.seller.profile, until=None)
    assert found() == {other.pk}
    assert similar_gigs(other) == []
    assert set(Gig.objects.listed()) == {other}
    assert Client().get(away.get_absolute_url()).status_code == 200
    services.come_back(profile=away.seller.profile)
    assert found() == {away.pk, other.pk}


def test_an_absence_that_is_to_come_changes_nothing_yet(db):
    gig = make_gig()
    services.go_away(profile=gig.seller.profile, begins=in_days(3), until=in_days(6))
    for days, is_away in ((0, False), (2, False), (3, True), (5, True), (6, False)):
        with clock.moved_to(timezone.now() + timedelta(days=days)):
            assert gig.seller.profile.is_away is is_away
            assert UserProfile.objects.filter(away_condition()).exists() is is_away
            assert Gig.objects.listed().exists() is not is_away


def test_with_an_open_end_nobody_orders_and_no_day_is_promised(db):
    gig = make_gig()
    services.go_away(profile=gig.seller.profile, until=None)
    with clock.moved_to(timezone.now() + timedelta(days=400)), pytest.raises(OrderError) as refusal:
        place_order(buyer=make_user(), package=gig.packages.get())
    assert refusal.value.code == OrderErrorCode.SELLER_AWAY_OPEN
    assert refusal.value.message
    assert not Order.objects.exists()
    page = Client().get(gig.get_absolute_url()).content.decode()
    assert "预订这个套餐" not in page
    assert "None" not in page


def test_the_job_ends_an_absence_on_its_day_and_tells_once(seller):
    services.go_away(profile=seller.profile, until=in_days(2), message="休假")
    assert end_absences() == 0
    with clock.moved_to(timezone.now() + timedelta(days=2)):
        assert end_absences() == 1
        assert services.end_absence(profile_id=seller.profile.pk) is False
    seller.profile.refresh_from_db()
    assert (seller.profile.has_absence, seller.profile.away_message) == (False, "")
    assert Notification.objects.filter(recipient=seller, url=reverse("accounts:availability")).count() == 1


def test_the_job_leaves_a_new_absence_alone(seller):
    """It read that the old one was over, and the seller was faster with a new one."""
    services.go_away(profile=seller.profile, until=in_days(2))
    with clock.moved_to(timezone.now() + timedelta(days=2)):
        services.go_away(profile=seller.profile, until=in_days(9))
        assert services.end_absence(profile_id=seller.profile.pk) is False
    seller.profile.refresh_from_db()
    assert seller.profile.away_until == in_days(9)
    assert not Notification.objects.exists()


def test_two_jobs_at_once_tell_once(committed_db):
    seller = make_seller()
    services.go_away(profile=seller.profile, until=in_days(1))
    UserProfile.objects.update(
        away_until=in_days(0)
    )  # a day later; the clock of the tests does not reach other threads
    together = Barrier(2)

    def run(_number: int) -> bool:
        together.wait()
        try:
            return services.end_absence(profile_id=seller.profile.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, range(2))) == [False, True]
    assert Notification.objects.count() == 1


BEGINNING, RETURN = ProfileErrorCode.BEGINNING_OUT_OF_RANGE, ProfileErrorCode.RETURN_OUT_OF_RANGE


@pytest.mark.parametrize(
    ("begins", "until", "code"),
    [(-1, 3, BEGINNING), (181, 190, BEGINNING), (5, 5, RETURN), (5, 4, RETURN), (5, 186, RETURN)],
)
def test_days_that_make_no_sense_are_refused(seller, begins, until, code):
    with pytest.raises(ProfileError) as refusal:
        services.go_away(profile=seller.profile, begins=in_days(begins), until=in_days(until))
    assert (refusal.value.code, bool(refusal.value.message)) == (code, True)
    seller.profile.refresh_from_db()
    assert not seller.profile.has_absence


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
    assert seller.profile.refuses_orders
    assert seller_client.post(address, {"until": "never"}).status_code == 422
    assert seller_client.post(address, {"back": "1"}).status_code == 302
    seller.profile.refresh_from_db()
    assert (seller.profile.has_absence, seller.profile.away_message) == (False, "")
    desk = reverse("gigs:desk_list")
    assert seller_client.post(address, {"back": "1", "next": desk}).url == desk
    outside = seller_client.post(address, {"back": "1", "next": "https://elsewhere.example/"})
    assert outside.url == reverse("accounts:availability")


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


def test_a_refused_absence_keeps_what_was_typed_and_names_the_field(seller, seller_client):
    services.set_working_hours(profile=seller.profile, days=[1, 2], work_from=time(9), work_until=time(18))
    yesterday = in_days(-1).isoformat()
    response = seller_client.post(reverse("accounts:away"), {"until": yesterday, "message": "去大理写生。"})
    assert response.status_code == 422
    form = response.context["away_form"]
    assert list(form.errors) == ["until"]
    page = response.content.decode()
    assert f'value="{yesterday}"' in page
    assert "去大理写生。" in page
    assert 'value="09:00' in page  # the other form of the page is not emptied either
    seller.profile.refresh_from_db()
    assert not seller.profile.has_absence
