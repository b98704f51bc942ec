"""Pages of results that stand together below each other: where they lead, and what of them is a condition of the search."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils import timezone

from marketplace.core import clock
from marketplace.discovery import saved_searches, services
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.engines.postgres import candidates_of
from marketplace.discovery.models import SearchHistory
from marketplace.discovery.page import search_page
from marketplace.discovery.params import MAXIMUM_TOGETHER, read_request
from marketplace.discovery.suggestion_models import SearchAlert
from tests.discovery.analytics.conftest import BROWSER
from tests.discovery.test_search import listed
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PAGES = MAXIMUM_TOGETHER + 2


@pytest.fixture
def posters():
    """Enough for as many pages of two as stand together, and for two more."""
    found = [listed(f"宣传海报{number}号", price_fen=9_000 + 9_000 * number) for number in range(2 * PAGES)]
    services.rebuild_index()
    return found


def page_of(**fields):
    return search_page(SearchRequest(query="海报", page_size=2, **fields), user=AnonymousUser())


def addressed(url):
    return read_request(QueryDict(url.partition("?")[2]))


def test_the_next_page_comes_below_and_the_first_of_too_many_goes(posters):
    few = addressed(page_of(page=1, through=3).below_url)
    assert (few.page, few.through) == (1, 4)
    most = addressed(page_of(page=1, through=MAXIMUM_TOGETHER).below_url)
    assert (most.page, most.through) == (2, MAXIMUM_TOGETHER + 1)
    assert addressed(page_of(page=2, through=MAXIMUM_TOGETHER + 1).below_url).page == 3


def test_before_several_pages_stands_the_page_before_the_first_of_them_alone(posters):
    before = addressed(page_of(page=4, through=6).previous_url)
    assert (before.page, before.through) == (3, 0)
    assert page_of(page=1, through=6).previous_url == ""


def test_places_are_counted_on_from_the_pages_before(posters, django_user_model):
    staff = django_user_model.objects.create_superuser(username="root-of-places", password="x")
    request = SearchRequest(query="海报", page=3, page_size=2)
    explained = search_page(request, user=staff, explain=True).explanations
    assert [one.place for one in explained] == [5, 6]


def test_bars_of_prices_name_round_sums(posters):
    edges = [bar.edge for bar in page_of().filters.bars]
    assert [edge for edge in edges if edge] == ["¥100", "¥1,000", "¥10,000"]


def test_how_far_somebody_scrolled_is_no_condition_of_what_they_keep(posters):
    person = make_user()
    scrolled = read_request(QueryDict("q=海报&price_max=500&through=3"))
    kept = saved_searches.save_search(user=person, request=scrolled, alerts=SearchAlert.NONE)
    assert set(kept.filters) == {"price_max"}
    assert saved_searches.saved_as(person, read_request(QueryDict("q=海报&price_max=500"))) == kept


def test_the_history_knows_how_far_somebody_came_and_no_filter_of_that_name(client, posters):
    for index in range(30):
        listed(f"活动海报{index}号")
    services.rebuild_index()
    client.get("/search/", {"q": "海报"}, headers={"user-agent": BROWSER})
    client.get("/search/", {"q": "海报", "through": "2"}, headers={"user-agent": BROWSER})
    line = SearchHistory.objects.get()
    assert line.page == 2
    assert "through" not in line.filters


def test_a_seller_who_takes_no_orders_is_no_candidate_unless_asked_for(posters):
    one, other = posters[:2]
    today = timezone.localdate(clock.now())
    profile = one.seller.profile
    profile.away_from, profile.away_until = today, today + timedelta(days=3)
    profile.save()
    assert set(candidates_of([one.pk, other.pk])) == {other.pk}
    assert set(candidates_of([one.pk, other.pk], only_listed=False)) == {one.pk, other.pk}
