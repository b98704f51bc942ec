"""The nightly count, what is attributed to a search, what staff sees of it, and when a search forgets who made it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import ConsentDocument
from marketplace.accounts.services import give_consent
from marketplace.core.jobs import Deadline
from marketplace.core.retention import all_rules, proof_of
from marketplace.discovery.analytics import anonymising, daily, recording, selectors
from marketplace.discovery.models import SearchClick, SearchDay, SearchHistory
from marketplace.discovery.own_data import DiscoverySection
from marketplace.discovery.tasks import forget_searches
from marketplace.moderation.models import AdminLog
from tests.discovery.analytics.conftest import BROWSER
from tests.factories import make_paid_order, make_user, staff_group
from tests.logins import log_in


@pytest.fixture
def marketer(db):
    staff = make_user()
    staff.groups.add(staff_group("marketer"))
    return staff


def search(query, *, visitor=None, times=1):
    visitor = visitor or Client(HTTP_USER_AGENT=f"{BROWSER} {timezone.now().timestamp()}")
    for _time in range(times):
        visitor.get(reverse("discovery:search"), {"q": query})
    return visitor


def aged(days):
    """What was searched for and opened is as old as that."""
    by = timedelta(days=days)
    for line in SearchHistory.objects.all():
        SearchHistory.objects.filter(pk=line.pk).update(created_at=line.created_at - by)
    for click in SearchClick.objects.all():
        SearchClick.objects.filter(pk=click.pk).update(created_at=click.created_at - by)


def yesterday():
    return timezone.localdate() - timedelta(days=1)


def test_a_day_is_counted_by_query_and_whole(posters, open_gig):
    for number in range(3):
        visitor = search("海报", times=2)
        if number == 0:
            open_gig(visitor, posters[1], q="海报")
    search("航空母舰")
    aged(1)
    assert daily.count_days() == daily.COUNTED_AGAIN_DAYS
    posters_day = SearchDay.objects.get(day=yesterday(), folded="海报")
    assert (posters_day.searches, posters_day.people, posters_day.clicked, posters_day.without_result) == (3, 3, 1, 0)
    whole = SearchDay.objects.get(day=yesterday(), folded="")
    assert (whole.searches, whole.people, whole.without_result, whole.few_results, whole.timed) == (4, 4, 1, 3, 4)
    assert whole.shown_at[:4] == [3, 3, 3, 0]
    assert sum(whole.clicked_at) == 1
    daily.count_days()
    assert SearchDay.objects.filter(day=yesterday()).count() == 3  # counted anew, not twice


@pytest.fixture
def order_after_click(buyer, buyer_client, posters, open_gig):
    """The buyer, who lets us keep their searches, finds a poster and orders it."""
    give_consent(user=buyer, document=ConsentDocument.SEARCHES)
    client = log_in(buyer)
    client.get(reverse("discovery:search"), {"q": "海报"})
    open_gig(client, posters[0], q="海报")
    return make_paid_order(buyer=buyer, gig=posters[0])


def test_an_order_belongs_to_the_search_that_led_to_it(order_after_click):
    assert daily.attribute_orders() == 1
    assert SearchClick.objects.get().order == order_after_click
    assert daily.attribute_orders() == 0
    aged(1)
    daily.count_day(yesterday())
    day = SearchDay.objects.get(day=yesterday(), folded="海报")
    assert (day.attributable, day.ordered) == (1, 1)


def test_an_order_long_after_the_click_does_not(order_after_click):
    aged(daily.ORDER_WITHIN.days + 1)
    assert daily.attribute_orders() == 0


def test_another_persons_order_does_not(order_after_click, posters):
    make_paid_order(gig=posters[0])
    assert daily.attribute_orders() == 1


def test_an_old_search_forgets_who_made_it(order_after_click, buyer):
    daily.attribute_orders()
    assert anonymising.anonymise_searches() == 0
    aged(181)
    assert anonymising.anonymise_searches() == 1
    line = SearchHistory.objects.get()
    assert (line.user, line.visitor, line.shown) == (None, "", [])
    assert (line.query, line.result_count) == ("海报", 3)
    click = line.clicks.get()
    assert click.order is None
    assert click.place is not None
    assert anonymising.anonymise_searches() == 0


def test_the_line_of_a_search_goes_after_its_days_and_the_figures_of_its_day_stay(order_after_click):
    daily.attribute_orders()
    aged(1)
    daily.count_days()
    figures = list(SearchDay.objects.order_by("pk").values())
    assert figures
    aged(398)
    assert forget_searches() == 0  # a day too early
    assert SearchHistory.objects.count() == SearchClick.objects.count() == 1
    aged(2)
    search("标志")
    assert [forget_searches(), forget_searches()] == [1, 0]
    assert [line.query for line in SearchHistory.objects.all()] == ["标志"]
    assert not SearchClick.objects.exists()
    assert list(SearchDay.objects.order_by("pk").values()) == figures
    order_after_click.refresh_from_db()  # what was bought does not hang on how it was found


def test_old_searches_go_in_batches_and_a_run_that_is_stopped_is_taken_up_again(posters, monkeypatch):
    monkeypatch.setattr(anonymising, "BATCH", 2)
    for _person in range(5):
        search("海报")
    aged(401)
    assert anonymising.delete_searches(until=Deadline(seconds=0)) == 0
    assert SearchHistory.objects.count() == 5
    assert anonymising.delete_searches() == 5
    assert proof_of(next(rule for rule in all_rules() if rule.key == "discovery.search_rows")).overdue == 0


def test_a_line_that_the_job_forgot_is_found(posters):
    search("海报")
    aged(402)
    overdue = {rule.key for rule in all_rules() if proof_of(rule).overdue}
    assert "discovery.search_rows" in overdue


def figures_of(staff, ask, **named):
    return [one.query for one in ask(staff, selectors.span_of(7), **named)]


def test_a_query_is_named_where_several_people_typed_it(posters, marketer):
    search("海报", times=5)
    for _person in range(3):
        search("标志")
    aged(1)
    daily.count_days()
    assert figures_of(marketer, selectors.top_queries) == ["标志"]
    assert selectors.totals(marketer, selectors.span_of(7))["searches"] == 4


def test_what_rises_what_finds_nothing_and_what_nobody_opens(posters, marketer):
    for _person in range(6):
        search("海报")
        search("航空母舰")
    aged(7)
    for _person in range(5):
        search("海报")
        search("标志")
    aged(1)
    daily.count_days()
    assert figures_of(marketer, selectors.rising_queries) == ["标志"]
    assert figures_of(marketer, selectors.queries_without_result) == []
    assert [one.query for one in selectors.queries_without_result(marketer, selectors.span_of(28))] == ["航空母舰"]
    assert set(figures_of(marketer, selectors.queries_without_click)) == {"标志", "海报"}
    top = selectors.top_queries(marketer, selectors.span_of(7))
    assert {one.query: one.before for one in top} == {"海报": 6, "标志": 0}


def test_what_people_try_next_is_seen(posters, open_gig, marketer):
    for _person in range(3):
        visitor = search("宣传画")
        search("海报", visitor=visitor)
        open_gig(visitor, posters[0], q="海报")
        search("标志", visitor=visitor)  # they had opened something: another wish
    aged(1)
    (one,) = selectors.rephrasings(marketer, selectors.span_of(7))
    assert (one.query, one.following, one.people, one.clicked_after) == ("宣传画", "海报", 3, 3)


def test_the_page_and_its_export(posters, open_gig, marketer):
    for _person in range(3):
        open_gig(search("海报"), posters[1], q="海报")
    aged(1)
    daily.count_days()
    client = log_in(marketer)
    page = client.get(reverse("discovery_figures"), {"days": "7"}).content.decode()
    assert "/search/?q=%E6%B5%B7%E6%8A%A5&amp;explain=1" in page
    assert page.count('<svg class="search-figures__chart"') == 2
    sheet = client.get(reverse("discovery_figures_export", args=["top", "csv"]), {"days": "7"})
    rows = b"".join(sheet.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[1].split(",")[:2] == ["海报", "3"]
    assert AdminLog.objects.get(action="search_figures.export").data["list"] == "top"
    assert client.get(reverse("discovery_figures_export", args=["none", "csv"])).status_code == 404


def test_nobody_else_reads_them(marketer, db):
    moderator = make_user()
    moderator.groups.add(staff_group("moderator"))
    client = log_in(moderator)
    assert client.get(reverse("discovery_figures")).status_code == 302
    assert client.get(reverse("discovery_figures_export", args=["top", "csv"])).status_code == 302
    for ask in (selectors.totals, selectors.top_queries, selectors.rephrasings, selectors.click_curve):
        with pytest.raises(PermissionDenied):
            ask(moderator, selectors.span_of(7))


def a_stubborn_person(query, *, days):
    """One browser, the same words day after day."""
    visitor = None
    for _day in range(days):
        visitor = search(query, visitor=visitor)
        aged(1)


def test_one_person_on_several_days_is_still_one_person(posters, marketer, monkeypatch):
    monkeypatch.setattr(recording, "ONE_SEARCH", timedelta(0))  # tomorrow's search, made a moment later
    a_stubborn_person("海报", days=4)
    for _person in range(3):
        search("标志")
    aged(1)
    daily.count_days()
    assert SearchDay.objects.filter(folded="海报").count() == 4
    for ask in (selectors.top_queries, selectors.rising_queries, selectors.queries_without_click):
        assert "海报" not in figures_of(marketer, ask)
    assert figures_of(marketer, selectors.top_queries) == ["标志"]


def test_a_closed_account_takes_its_orders_off_the_clicks(order_after_click, buyer):
    daily.attribute_orders()
    section = DiscoverySection()
    (opened,) = next(one.rows() for one in section.tables(buyer) if one.name == "opened_from_searches")
    assert (opened["query"], opened["order"]) == ("海报", order_after_click.number)
    section.erase(buyer)
    line = SearchHistory.objects.get()
    assert (line.user, line.visitor, line.shown) == (None, "", [])
    assert SearchClick.objects.get().order is None
