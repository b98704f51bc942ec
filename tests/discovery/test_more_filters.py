"""Who is online now, what the seller speaks, and the dearest first: counted, removable, the same in both engines."""

import pytest
from django.urls import reverse

from marketplace.accounts.models import UserProfile
from marketplace.core import live
from marketplace.discovery import services
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.models import GigDocument, SearchHistory
from marketplace.discovery.params import read_request
from marketplace.discovery.saved_searches import save_search
from marketplace.discovery.suggestion_models import SearchAlert
from marketplace.discovery.tasks import catch_up
from tests.discovery.test_engines_agree import by_each
from tests.discovery.test_search import listed
from tests.factories import make_seller

ENGLISH, CHINESE = (
    [{"code": "en", "level": "fluent"}],
    [{"code": "zh", "level": "native"}, {"code": "en", "level": "basic"}],
)


@pytest.fixture
def online(monkeypatch):
    """Name who has a window open."""
    people = set()
    monkeypatch.setattr(live, "online_people", lambda: frozenset(people))
    return people


@pytest.fixture
def gigs(db, online):
    found = []
    for number, spoken in enumerate((ENGLISH, CHINESE, ENGLISH, CHINESE)):
        seller = make_seller(name=f"卖家{number}")
        UserProfile.objects.filter(user=seller).update(languages=spoken)
        seller.profile.refresh_from_db()
        found.append(listed(f"手绘海报{number}号", seller=seller, price_fen=10_000 * (number + 1)))
    services.rebuild_index()
    online.update({found[0].seller_id, found[1].seller_id})
    return found


def ids(**fields):
    return list(services.search(SearchRequest(query="海报", **fields)).ids)


def test_who_is_online_now_can_be_asked_for(gigs):
    assert set(ids(online_now=True)) == {gigs[0].pk, gigs[1].pk}
    (count,) = services.search(SearchRequest(query="海报", price_min_fen=15_000)).facets["online"]
    assert (count.count, count.is_chosen) == (1, False)


def test_nobody_online_leads_out_again(gigs, online, client):
    online.clear()
    page = client.get(reverse("discovery:search"), {"q": "海报", "online": "1"}).context["page"]
    assert page.result.total == 0
    assert [(chip.url, count) for chip, count in page.ways_out] == [("?q=%E6%B5%B7%E6%8A%A5", 4)]


def test_the_languages_of_the_seller_are_counted_and_asked_for(gigs, client):
    response = client.get(reverse("discovery:search"), {"q": "海报", "attr": "speaks:en"})
    page = response.context["page"]
    assert {card.gig_id for card, _why in page.cards} == {gigs[0].pk, gigs[2].pk}
    (spoken,) = page.filters.languages
    assert {choice.value: choice.count for choice in spoken.choices} == {"speaks:zh": 2, "speaks:en": 2}
    assert "英语" in response.content.decode()


def test_a_language_that_was_added_is_found_within_a_minute(gigs):
    UserProfile.objects.filter(user=gigs[1].seller).update(languages=ENGLISH)
    assert GigDocument.objects.get(gig=gigs[1]).attributes == ["speaks:zh"]
    assert catch_up() >= 1
    assert GigDocument.objects.get(gig=gigs[1]).attributes == ["speaks:en"]


def test_the_dearest_first(gigs, client):
    assert ids(sort="price_down") == [gig.pk for gig in reversed(gigs)]
    url = reverse("discovery:search")

    def tab(**query):
        sorts = client.get(url, {"q": "海报", **query}).context["page"].sorts
        return next((sort.url.split("sort=")[1], sort.is_current) for sort in sorts if "sort=price" in sort.url)

    # One tab: pressed again, it turns.
    assert tab() == ("price", False)
    assert tab(sort="price") == ("price_down", True)
    assert tab(sort="price_down") == ("price", True)


def test_a_search_is_kept_without_what_is_of_the_moment(gigs, buyer, client, buyer_client):
    request = read_request(client.get("/?q=海报&online=1").wsgi_request.GET)
    assert request.online_now
    kept = save_search(user=buyer, request=request, alerts=SearchAlert.DAILY)
    assert kept.filters == {}
    buyer_client.get(
        reverse("discovery:search"), {"q": "海报", "online": "1"}, headers={"User-Agent": "Mozilla/5.0 Firefox/140"}
    )
    assert SearchHistory.objects.get().filters == {"online_now": True}


@pytest.mark.xdist_group("search server")
def test_both_engines_answer_alike(elasticsearch, gigs):
    from marketplace.discovery.replica.rebuild import build_index

    build_index()
    asked = [{"online_now": True}, {"sort": "price_down"}, {"attributes": (("speaks", ("en",)),)}]

    def answer():
        results = [services.search(SearchRequest(query="海报", **fields)) for fields in asked]
        return [(result.ids, result.facets) for result in results]

    ours, theirs = by_each(answer)
    assert ours == theirs
    assert len(ours[0][0]) == 2
