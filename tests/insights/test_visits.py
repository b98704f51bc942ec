"""Who came, by which way and how far: from page loads to visitors of a day."""

from datetime import date, timedelta

import pytest
import redis
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.core.jobs import Deadline
from marketplace.insights.models import Analytics, OrderChannel, VisitorDay
from marketplace.insights.own_data import InsightsSection
from marketplace.insights.visits import folding, recording
from marketplace.insights.visits.channels import channel_of
from tests.factories import make_gig, make_moderator, make_order, make_paid_order, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari/537.36"


@pytest.fixture(autouse=True)
def _nothing_waits() -> None:
    while recording.take(1000):
        pass


def browser(**headers: str) -> Client:
    return Client(headers={"user-agent": CHROME} | headers)


def fold() -> list[VisitorDay]:
    folding.fold_visits(until=Deadline())
    return list(VisitorDay.objects.order_by("pk"))


@pytest.mark.parametrize(
    ("query", "referer", "agent", "channel"),
    [
        ({}, "", CHROME, "direct"),
        ({}, "https://jiangji.example/search/", CHROME, "direct"),
        ({}, "https://www.baidu.com/link?url=x", CHROME, "search"),
        ({}, "https://www.sogou.com/", CHROME, "search"),
        ({}, "https://m.so.com/s", CHROME, "search"),
        ({}, "https://cn.bing.com/", CHROME, "search"),
        ({}, "https://tieba.baidu.com/p/1", CHROME, "social"),
        ({}, "https://www.xiaohongshu.com/explore", CHROME, "social"),
        ({}, "https://mp.weixin.qq.com/s/abc", CHROME, "wechat"),
        ({}, "", f"{CHROME} MicroMessenger/8.0.50", "wechat"),
        ({}, "https://mail.qq.com/cgi-bin", CHROME, "mail"),
        ({}, "https://example.org/blog", CHROME, "other"),
        ({}, "http://[broken", CHROME, "direct"),
        ({"utm_source": "double11"}, "https://www.baidu.com/", CHROME, "campaign"),
        ({"utm_medium": "Email", "utm_source": "notice"}, "", CHROME, "mail"),
    ],
)
def test_the_way_somebody_came_by(query, referer, agent, channel):
    own = frozenset({"jiangji.example"})
    assert channel_of(query=query, referer=referer, agent=agent, own_hosts=own) == channel


def test_a_browser_that_looks_around_is_one_visitor_of_the_day(db):
    gig, someone = make_gig(), browser(referer="https://www.baidu.com/s?wd=logo")
    someone.get(reverse("discovery:search"), {"q": "logo"})
    someone.get(gig.get_absolute_url(), headers={"referer": "http://testserver/search/?q=logo"})
    (visitor,) = fold()
    assert (visitor.channel, visitor.pages, visitor.searched, visitor.saw_gig) == ("search", 2, True, True)
    assert not (visitor.is_member)
    assert not (visitor.checked_out)
    assert not (visitor.ordered)
    assert visitor.day == timezone.localdate()
    assert fold() == [visitor], "nothing is written twice"


def test_who_logs_in_stays_the_same_visitor_with_the_way_they_came_by(buyer):
    someone = browser()
    someone.get(reverse("discovery:search"), {"q": "logo"}, headers={"referer": "https://www.zhihu.com/"})
    fold()
    log_in(buyer, client=someone)
    someone.get(reverse("discovery:search"), {"q": "logo"})
    (visitor,) = fold()
    assert (visitor.channel, visitor.is_member, visitor.pages) == ("social", True, 2)
    assert visitor.visitor == recording.mark_of_account(buyer.pk, timezone.localdate())


@pytest.mark.parametrize(
    "headers",
    [
        {"DNT": "1"},
        {"Sec-GPC": "1"},
        {"Sec-Purpose": "prefetch"},
        {"user-agent": "Baiduspider/2.0 bot"},
        {"HX-Request": "true"},
    ],
)
def test_machines_and_whoever_asks_not_to_be_counted_are_left_out(headers):
    browser(**headers).get(reverse("discovery:search"))
    assert fold() == []


def test_staff_are_left_out(db):
    someone = log_in(make_moderator(), client=browser())
    someone.get(reverse("discovery:search"))
    someone.get("/admin/")
    assert fold() == []


def test_a_page_comes_without_valkey_too(monkeypatch):
    nowhere = redis.Redis(port=1, socket_connect_timeout=0.2)
    monkeypatch.setattr(recording, "_client", lambda: nowhere)
    assert browser().get(reverse("discovery:search")).status_code == 200


def test_marks_of_one_day_say_nothing_about_the_next(buyer):
    day = date(2026, 3, 1)
    marks = {recording.mark_of_account(buyer.pk, day + timedelta(days=number)) for number in range(3)}
    assert len(marks) == 3
    assert str(buyer.pk) not in "".join(marks)[:1]


def test_orders_belong_to_the_way_their_buyer_came_by_that_day(buyer):
    someone = log_in(buyer, client=browser(referer="https://www.douyin.com/"))
    someone.get(reverse("discovery:search"))
    fold()
    mine, other = make_paid_order(buyer=buyer), make_order(buyer=make_user())
    today = timezone.localdate()
    assert folding.mark_buyers(today) == 2
    assert folding.mark_buyers(today) == 2
    (visitor,) = VisitorDay.objects.all()
    assert visitor.ordered
    assert visitor.paid
    assert list(OrderChannel.objects.values_list("order_id", "channel")) == [(mine.pk, "social")]
    assert not OrderChannel.objects.filter(order=other).exists()


def test_views_of_editors_pages_are_counted_with_who_arrived_on_them(db):
    one = recording.Visit("2026-03-01", "a", "", "direct", False, page="/help/")
    for visit in (one, one, recording.Visit("2026-03-01", "b", "", "direct", False)):
        recording.note(visit)
    fold()
    recording.note(one)
    assert folding.fold_visits(until=Deadline()) == 1
    assert folding.fold_visits(until=Deadline()) == 0
    figures = dict(Analytics.objects.filter(dimension="/help/").values_list("metric", "value"))
    assert figures == {"content.views": 3, "content.landings": 1}


def test_raw_rows_are_forgotten_after_ninety_days():
    today = timezone.localdate()
    for days in (89, 90, 91, 120):
        VisitorDay.objects.create(day=today - timedelta(days=days), visitor=f"v{days}")
    assert folding.forget_visitors(until=Deadline()) == 2
    assert folding.forget_visitors(until=Deadline()) == 0
    assert VisitorDay.objects.count() == 2


def test_ones_days_of_visits_are_in_the_copy_of_ones_data_and_go_with_the_account(buyer):
    someone, other = (log_in(one, client=browser()) for one in (buyer, make_user()))
    for client in (someone, other):
        client.get(reverse("discovery:search"), {"q": "logo"})
    fold()
    order = make_paid_order(buyer=buyer)
    folding.mark_buyers(timezone.localdate())
    section = InsightsSection()
    tables = {one.name: list(one.rows()) for one in section.tables(buyer)}
    assert [(row["day"], row["searched"], row["paid"]) for row in tables["visits"]] == [
        (timezone.localdate(), True, True)
    ]
    assert tables["order_channels"] == [{"order": order.number, "channel": "direct"}]
    section.erase(buyer)
    assert VisitorDay.objects.count() == 1, "the other one's"
    assert list({one.name: list(one.rows()) for one in section.tables(buyer)}["visits"]) == []
