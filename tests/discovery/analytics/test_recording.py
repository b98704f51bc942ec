from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.core import clock
from marketplace.discovery import params
from marketplace.discovery.analytics import recording
from marketplace.discovery.analytics.models import SearchClick
from marketplace.discovery.analytics.visitors import has_personal_data
from marketplace.discovery.engines.base import QueryPlan, SearchRequest
from marketplace.discovery.models import SearchHistory

SEARCH = "/search/"


def test_a_search_is_kept_with_what_was_understood_and_shown(visitor, posters):
    page = visitor.get(SEARCH, {"q": "ＨＡＩ报"}).content
    visitor.get(SEARCH, {"q": "海报", "sort": "price"})
    assert page
    line = SearchHistory.objects.get(folded="海报")
    assert (line.query, line.sort, line.result_count, line.page) == ("海报", "price", 3, 1)
    assert line.plan["concepts"] == ["海报"]
    assert line.plan["engine"] == "postgres"
    assert line.took_ms is not None
    assert sorted(line.shown[0]["ids"]) == sorted(gig.pk for gig in posters[:3])
    assert len(line.visitor) == 32
    assert line.user is None


def test_pages_filters_and_order_of_the_same_words_are_one_search(visitor, posters):
    for asked in ({"q": "海报"}, {"q": "海报 "}, {"q": "海报", "price_max": "5000"}, {"q": "海报", "sort": "newest"}):
        visitor.get(SEARCH, asked)
    line = SearchHistory.objects.get()
    assert len(line.shown) == 3
    assert line.sort == "newest"
    visitor.get(SEARCH, {"q": "标志"})
    assert SearchHistory.objects.count() == 2


def test_the_same_words_another_day_are_another_search(visitor, posters):
    visitor.get(SEARCH, {"q": "海报"})
    SearchHistory.objects.update(last_at=timezone.now() - recording.ONE_SEARCH - timedelta(seconds=1))
    visitor.get(SEARCH, {"q": "海报"})
    assert SearchHistory.objects.count() == 2


def test_what_is_typed_into_the_box_is_no_search(visitor, posters):
    visitor.get(reverse("discovery:suggest"), {"q": "海报"})
    assert not SearchHistory.objects.exists()


@pytest.mark.parametrize("name", ["", "Mozilla/5.0 (compatible; Baiduspider/2.0)", "curl/8.0"])
def test_a_robot_leaves_neither_search_nor_click(posters, open_gig, name):
    robot = Client(HTTP_USER_AGENT=name)
    robot.get(SEARCH, {"q": "海报"})
    open_gig(robot, posters[0], q="海报")
    assert not SearchHistory.objects.exists()
    assert not SearchClick.objects.exists()


def test_a_page_that_a_browser_fetches_ahead_is_no_search(visitor, posters):
    visitor.get(SEARCH, {"q": "海报"}, headers={"Sec-Purpose": "prefetch;prerender"})
    assert not SearchHistory.objects.exists()


def test_a_click_knows_its_place_and_counts_once(visitor, posters, open_gig):
    visitor.get(SEARCH, {"q": "海报"})
    second = SearchHistory.objects.get().shown[0]["ids"][1]
    gig = next(gig for gig in posters if gig.pk == second)
    for _time in range(2):  # opened, back, opened again
        assert open_gig(visitor, gig, q="海报").status_code == 200
    click = SearchClick.objects.get()
    assert (click.gig, click.place, click.is_promoted) == (gig, 2, False)


def test_the_address_of_a_result_stays_as_it_is(visitor, posters):
    page = visitor.get(SEARCH, {"q": "海报"}).content.decode()
    assert f'href="{posters[0].get_absolute_url()}"' in page


def test_nothing_is_clicked_that_was_not_shown_there(visitor, posters, open_gig):
    visitor.get(SEARCH, {"q": "海报"})
    open_gig(visitor, posters[3], q="海报")  # was not among the results
    open_gig(visitor, posters[0], q="海报", page=2)  # never seen
    open_gig(Client(HTTP_USER_AGENT="Mozilla/5.0 Firefox/140"), posters[0], q="海报")  # somebody else's results
    visitor.get(posters[0].get_absolute_url(), HTTP_REFERER="https://example.com/search/?q=海报")
    visitor.get(posters[0].get_absolute_url())
    assert not SearchClick.objects.exists()


@pytest.mark.parametrize(("number", "place"), [(0, 1), (1, 2)])
def test_a_click_counts_for_the_page_it_stood_on_though_others_came_below_it_since(
    visitor, posters, open_gig, monkeypatch, number, place
):
    monkeypatch.setattr(params, "PAGE_SIZE", 1)
    visitor.get(SEARCH, {"q": "海报"})
    visitor.get(SEARCH, {"q": "海报", "through": "2"}, headers={"HX-Request": "true", "HX-Target": "cards"})
    first, second = SearchHistory.objects.get().shown
    gig_id = (first, second)[number]["ids"][0]
    open_gig(visitor, next(gig for gig in posters if gig.pk == gig_id), q="海报", through=2)
    click = SearchClick.objects.get()
    assert (click.gig_id, click.place) == (gig_id, place)
    assert SearchHistory.objects.get().page == 2


def test_a_seller_does_not_click_on_their_own_service(posters, open_gig):
    seller = Client()
    seller.force_login(posters[0].seller, backend="django.contrib.auth.backends.ModelBackend")
    seller.get(SEARCH, {"q": "海报"})
    open_gig(seller, posters[0], q="海报")
    assert SearchHistory.objects.exists()
    assert not SearchClick.objects.exists()


@pytest.mark.parametrize(
    "query", ["13812345678", "海报 138-1234-5678", "a.b@example.com", "加我微信 moyan_2026", "110101199003071234"]
)
def test_personal_data_is_not_kept(visitor, posters, query):
    assert visitor.get(SEARCH, {"q": query}).status_code == 200
    assert not SearchHistory.objects.exists()


@pytest.mark.parametrize(
    "query", ["微信小程序", "公众号排版 300元以内", "PPT 1920x1080", "logo 500-1000元", "2026年历", "qq表情"]
)
def test_ordinary_words_and_figures_are_no_personal_data(query):
    assert not has_personal_data(query)


def test_a_page_is_answered_though_its_search_cannot_be_written_down(visitor, posters, monkeypatch, caplog):
    def broken(**_fields):
        raise RuntimeError("no room")

    monkeypatch.setattr(recording, "write_search", broken)
    assert visitor.get(SEARCH, {"q": "海报"}).status_code == 200
    assert "was not written down" in caplog.text


def test_a_search_stands_under_the_account_only_with_consent(buyer_client, buyer, posters):
    buyer_client.get(SEARCH, {"q": "海报"})
    assert SearchHistory.objects.get().user is None


def test_with_consent_it_does(willing_client, buyer, posters, open_gig):
    willing_client.get(SEARCH, {"q": "海报"})
    open_gig(willing_client, posters[0], q="海报")
    assert SearchHistory.objects.get().user == buyer
    assert SearchClick.objects.get().search.user == buyer


def test_nothing_leads_from_what_is_kept_without_a_name_to_the_same_browser_s_other_searches(
    willing_client, buyer, posters, open_gig
):
    willing_client.get(SEARCH, {"q": "海报"})
    willing_client.post(reverse("discovery:history_pause"), {"paused": "1"})
    willing_client.get(SEARCH, {"q": "宣传画"})
    open_gig(willing_client, posters[0], q="宣传画")
    named, nameless = SearchHistory.objects.order_by("pk")
    assert (named.user, nameless.user) == (buyer, None)
    assert named.visitor != nameless.visitor
    assert SearchClick.objects.get().search == nameless


def test_a_browser_has_another_name_in_another_month(visitor, posters):
    visitor.get(SEARCH, {"q": "海报"})
    with clock.moved_to(timezone.now() + timedelta(days=40)):
        visitor.get(SEARCH, {"q": "海报"})
    assert SearchHistory.objects.values("visitor").distinct().count() == 2


def test_nothing_is_added_to_a_line_of_an_account_once_searches_are_not_kept(buyer, posters):
    seen = recording.Seen("v" * 32, QueryPlan("海报"), "postgres", 3, [posters[0].pk])
    for user in (buyer, None, None):
        recording.write_search(user=user, request=SearchRequest(query="海报"), result_count=3, seen=seen)
    assert list(SearchHistory.objects.order_by("pk").values_list("user", flat=True)) == [buyer.pk, None]
