"""News of saved searches: found by the public search, told once, at most once a day."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from marketplace.accounts.models import BlockedPerson, User
from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.discovery import alerts, locks, saved_searches, services
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.models import SavedSearchHit, SearchFilter
from marketplace.discovery.suggestion_models import SearchAlert
from marketplace.discovery.tasks import forget_old_news, watch_saved_searches
from marketplace.gigs import services as gigs
from marketplace.gigs.models import Gig
from marketplace.notifications.models import Notification
from tests.discovery.test_search import listed
from tests.factories import make_attribute, make_category, make_gig, make_seller, make_user
from tests.notifications.people import reachable, send_all

AT_NOON = timezone.now().replace(hour=4, minute=0, second=0)  # in China


@pytest.fixture
def person(db):
    return make_user(name="林小满")


def kept(person, query="海报设计", *, alerts=SearchAlert.AT_ONCE, **fields):
    return saved_searches.save_search(user=person, request=SearchRequest(query=query, **fields), alerts=alerts)


def published(title="国风海报设计", **fields):
    gig = listed(title, **fields)
    services.rebuild_index()
    return gig


def told(person):
    return list(Notification.objects.filter(recipient=person, kind="search").order_by("pk"))


def news(person):
    return {one.name: one.news for one in saved_searches.saved_searches(person)}


def test_a_new_service_is_counted_and_told_once(person):
    published("旧的海报设计")
    kept(person)
    gig = published()
    assert watch_saved_searches() == 1
    assert watch_saved_searches() == 0
    (line,) = told(person)
    assert line.title == "你关注的搜索“海报设计”有1项新服务"
    assert gig.title in line.body
    assert news(person) == {"海报设计": 1}
    saved_searches.open_search(user=person, search_id=SearchFilter.objects.get().pk)
    assert news(person) == {"海报设计": 0}


def test_the_notice_goes_by_mail_with_one_click_to_stop_its_kind(db, mailoutbox):
    person = reachable()
    kept(person)
    published()
    watch_saved_searches()
    send_all()
    (mail,) = mailoutbox
    assert "海报设计" in mail.subject
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_more_on_the_same_day_waits_for_the_next_one(person):
    kept(person)
    published("海报设计甲")
    assert watch_saved_searches() == 1
    published("海报设计乙")
    published("海报设计丙")
    assert watch_saved_searches() == 0
    assert news(person) == {"海报设计": 3}
    with clock.moved_to(clock.now() + timedelta(days=1, minutes=1)):
        assert watch_saved_searches() == 1
        assert watch_saved_searches() == 0
    assert told(person)[1].words["count"] == "2"


def test_the_daily_kind_comes_in_one_notice_from_the_hour_of_the_settings_on(person):
    kept(person, "海报设计", alerts=SearchAlert.DAILY)
    kept(person, "国风", alerts=SearchAlert.DAILY)
    kept(person, "名片", alerts=SearchAlert.DAILY)
    published()
    with clock.moved_to(AT_NOON.replace(hour=0)):  # eight in the morning in China
        assert watch_saved_searches() == 0
    with clock.moved_to(AT_NOON.replace(hour=0)):
        set_config(key="discovery.digest_hour", value=8, reason="earlier")
        assert watch_saved_searches() == 1
        assert watch_saved_searches() == 0
    (line,) = told(person)
    assert line.notice == "search.digest"
    assert line.words == {"count": "1", "names": "海报设计、国风"}
    published("国风海报设计二")
    with clock.moved_to(AT_NOON.replace(hour=1) + timedelta(days=1)):
        assert watch_saved_searches() == 1


def test_who_wants_no_notices_has_the_count_alone(person):
    kept(person, alerts=SearchAlert.NONE)
    published()
    with clock.moved_to(AT_NOON):
        assert watch_saved_searches() == 0
    assert news(person) == {"海报设计": 1}


@pytest.mark.parametrize(
    ("query", "fields", "title", "price_fen", "fits"),
    [
        ("海报设计", {}, "国风海报设计", 30_000, True),
        ("haibao", {}, "国风海报设计", 30_000, True),
        ("海报设计", {"price_max_fen": 20_000}, "国风海报设计", 30_000, False),
        ("200元以内 海报", {}, "国风海报设计", 30_000, False),
        ("国风 海报", {}, "名片设计 国风", 30_000, False),  # a part of what was asked for is no news
        ("翻译", {}, "国风海报设计", 30_000, False),
        ("", {"price_max_fen": 40_000}, "国风海报设计", 30_000, True),
    ],
)
def test_news_is_what_the_search_page_would_find(person, query, fields, title, price_fen, fits):
    published("别的海报 国风 名片 设计")
    kept(person, query, **fields)
    published(title, price_fen=price_fen)
    watch_saved_searches()
    assert bool(news(person).popitem()[1]) == fits


def test_a_category_and_its_subcategories_are_kept_too(person):
    design = make_category(name="设计")
    kept(person, "", category_slug=design.slug)
    published("随便一项", category=make_category(parent=design))
    published("另外一项")
    watch_saved_searches()
    assert list(news(person).values()) == [1]


def test_an_option_that_a_page_without_a_category_offered_is_kept_to_and_named(person):
    category = make_category(name="标志", parent=make_category(name="设计"))
    make_attribute(category, "style", "flat", "bold", name="风格")
    kept(person, "海报设计", attributes=(("style", ("flat",)),))
    make_gig(title="国风海报设计", category=category, attributes={"style": ["bold"]})
    services.rebuild_index()
    watch_saved_searches()
    assert news(person) == {"海报设计": 0}
    make_gig(title="扁平海报设计", category=category, attributes={"style": ["flat"]})
    services.rebuild_index()
    watch_saved_searches()
    assert news(person) == {"海报设计": 1}
    assert [line.conditions for line in saved_searches.saved_searches(person)] == [("风格：flat名",)]


def test_own_services_blocked_sellers_and_what_left_the_shelf_are_no_news(person):
    own = make_seller()
    kept(own)
    kept(person)
    published(seller=own)
    seller = make_seller()
    BlockedPerson.objects.create(owner=person, person=seller)
    published("海报设计乙", seller=seller)
    gone = published("海报设计丙")
    alerts.look_for_news()
    gigs.archive_gig(gig_id=gone.pk, seller=gone.seller)
    assert alerts.tell_of_news() == 2  # each of the other one's
    assert {line.words["count"] for line in told(person)} == {"1"}
    assert news(own) == {"海报设计": 1}


def test_a_service_indexed_late_is_found_and_one_found_before_is_not_told_again(person):
    kept(person)
    gig = listed("国风海报设计")  # published, the index does not know it yet
    assert watch_saved_searches() == 0
    services.index_gig(gig.pk)
    assert watch_saved_searches() == 1
    with clock.moved_to(clock.now() + timedelta(days=2)):
        SearchFilter.objects.update(looked_until=timezone.now() - timedelta(hours=1))
        assert watch_saved_searches() == 0


def test_a_service_that_an_outage_kept_from_the_index_for_a_day_is_news(person):
    kept(person)
    SearchFilter.objects.update(created_at=timezone.now() - timedelta(days=2))
    gig = listed("国风海报设计")
    Gig.objects.filter(pk=gig.pk).update(first_published_at=timezone.now() - timedelta(days=1))
    assert watch_saved_searches() == 0
    services.index_gig(gig.pk)
    assert watch_saved_searches() == 1


def test_a_service_from_before_the_search_was_kept_is_no_news_when_it_is_indexed_again(person):
    gig = listed("国风海报设计")
    Gig.objects.filter(pk=gig.pk).update(first_published_at=timezone.now() - timedelta(hours=1))
    kept(person)
    services.rebuild_index()
    assert watch_saved_searches() == 0


def test_more_services_than_one_look_takes_are_all_seen(person, monkeypatch):
    monkeypatch.setattr(alerts, "GIG_BATCH", 2)
    kept(person)
    for number in "甲乙丙丁戊":
        listed(f"海报设计{number}")
    services.rebuild_index()
    alerts.look_for_news()
    assert news(person) == {"海报设计": 5}


def test_a_closed_account_is_told_nothing_and_costs_no_look(person):
    kept(person)
    published()
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert watch_saved_searches() == 0
    assert not SavedSearchHit.objects.exists()


def test_one_broken_search_does_not_keep_the_others_waiting(person, monkeypatch):
    broken = kept(make_user(), "坏的")
    kept(person)
    published()
    real = alerts._matching
    monkeypatch.setattr(alerts, "_matching", lambda search, ids: 1 / 0 if search.pk == broken.pk else real(search, ids))
    assert watch_saved_searches() == 1
    assert len(told(person)) == 1


def test_old_news_is_forgotten(person):
    kept(person)
    published()
    watch_saved_searches()
    assert forget_old_news() == 0
    SavedSearchHit.objects.update(found_at=timezone.now() - alerts.KEPT - timedelta(days=1))
    assert forget_old_news() == 1


def tell_twice_at_once(search):
    """Two jobs meet between reading what is untold and writing that it is told; returns what was told."""
    barrier, failures = threading.Barrier(2, timeout=5), []
    real = alerts.notify

    def meets(**told_of):
        with suppress(threading.BrokenBarrierError):  # the other one waits for the lock
            barrier.wait()
        return real(**told_of)

    def tell():
        try:
            alerts.tell_of_search(search_id=search.pk)
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    alerts.notify, threads = meets, [threading.Thread(target=tell) for _job in range(2)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        alerts.notify = real
    assert failures == []
    return Notification.objects.filter(kind="search").count()


@pytest.fixture
def search_with_news(committed_db):
    search = kept(make_user())
    published()
    alerts.look_for_news()
    return search


def test_two_jobs_at_once_tell_it_once(search_with_news):
    assert tell_twice_at_once(search_with_news) == 1


def test_control_without_the_lock_it_is_told_twice(search_with_news, monkeypatch):
    monkeypatch.setattr(locks, "lock_saved_search", lambda search_id: SearchFilter.objects.get(pk=search_id))
    # Without the row lock the two meet where each has counted and neither has written.
    meeting, real = threading.Barrier(2, timeout=5), alerts._take_untold

    def counts_then_meets(ids, now):
        answer = alerts._untold(ids).count(), ""
        meeting.wait()
        real(ids, now)
        return answer

    monkeypatch.setattr(alerts, "_take_untold", counts_then_meets)
    assert tell_twice_at_once(search_with_news) == 2


def test_a_search_for_a_seller_brings_news_of_that_seller(person):
    seller = make_seller(name="白鹤工坊")
    listed("品牌LOGO设计", seller=seller)
    services.rebuild_index()
    kept(person, query="白鹤工坊")
    gig = listed("国风海报设计", seller=seller)
    services.index_gig(gig.pk)
    assert watch_saved_searches() == 1


def test_what_was_seen_on_the_page_is_no_news_any_more(person):
    search = kept(person)
    listed("国风海报设计")
    services.rebuild_index()
    alerts.look_for_news()
    SearchFilter.objects.update(seen_at=timezone.now())
    assert alerts.tell_of_news() == 0
    assert search.hits.exists()


def test_the_daily_notice_comes_in_the_morning_alone(person):
    kept(person, alerts=SearchAlert.DAILY)
    listed("国风海报设计")
    services.rebuild_index()
    alerts.look_for_news()
    late = timezone.localtime(clock.now()).replace(hour=23, minute=40)
    with clock.moved_to(late):
        assert alerts.tell_in_the_morning() == 0
    with clock.moved_to(late.replace(hour=9, minute=5) + timedelta(days=1)):
        assert alerts.tell_in_the_morning() == 1
