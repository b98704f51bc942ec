"""A list without typed words is searched once for all who are not signed in, and anew when the index changes."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from marketplace.core import live, page_cache
from marketplace.discovery import services
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.engines.postgres import PostgresSearchEngine
from marketplace.gigs.services import pause_gig
from tests.discovery.test_search import listed
from tests.factories import make_category, make_user
from tests.logins import log_in

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def at_once(monkeypatch) -> None:
    """What a test changes right before it asks is no second old, and lists are no older than it."""
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)
    monkeypatch.setattr(page_cache, "LISTINGS_SECONDS", 0)


@pytest.fixture
def design():
    design = make_category(name="设计")
    listed("宣传海报一号", category=design, price_fen=10_000)
    services.rebuild_index()
    Client().get(reverse("discovery:search"))  # the first page of all makes the site's settings
    return design


@pytest.fixture
def searched(monkeypatch) -> list[SearchRequest]:
    """What was searched for in the index, each time."""
    searched, search = [], services.search

    def noting(request, user=None):
        searched.append(request)
        return search(request, user)

    monkeypatch.setattr(services, "search", noting)
    return searched


def page_of(client=None, **asked):
    return (client or Client()).get(reverse("discovery:search"), asked)


def titles(client=None, **asked) -> list[str]:
    return [card.title for card, _why in page_of(client, **asked).context["page"].cards]


def test_it_is_searched_once_for_visitors_and_for_each_who_is_signed_in(design, searched):
    for _visitor in range(3):
        assert titles(category=design.slug, price_max="500") == ["宣传海报一号"]
    assert len(searched) == 1
    for _person in range(2):
        assert titles(log_in(make_user()), category=design.slug, price_max="500") == ["宣传海报一号"]
    assert len(searched) == 3


def test_other_filters_are_another_list_and_words_are_searched_each_time(design, searched):
    assert titles(category=design.slug, price_max="500") == ["宣传海报一号"]
    assert titles(category=design.slug, price_max="50") == []
    assert len(searched) == 2
    for _time in range(2):
        assert titles(q="海报") == ["宣传海报一号"]
    assert len(searched) == 4


def test_who_is_online_now_is_asked_each_time(design, searched, monkeypatch):
    seller = services.published_gigs().get().seller_id
    for online, found in (({seller}, ["宣传海报一号"]), (set(), [])):
        monkeypatch.setattr(live, "online_people", lambda online=online: frozenset(online))
        assert titles(category=design.slug, online="1") == found


def test_a_new_service_and_one_that_is_gone_are_seen(design):
    assert titles(category=design.slug) == ["宣传海报一号"]
    second = listed("宣传海报二号", category=design)
    services.index_gig(second.pk)
    assert sorted(titles(category=design.slug)) == ["宣传海报一号", "宣传海报二号"]
    services.remove_gig(second.pk)
    assert titles(category=design.slug) == ["宣传海报一号"]


def test_one_that_is_paused_leaves_before_the_index_knows(design, monkeypatch):
    monkeypatch.setattr(page_cache, "LISTINGS_SECONDS", 5)
    assert titles(category=design.slug) == ["宣传海报一号"]
    gig = services.published_gigs().get()
    pause_gig(gig_id=gig.pk, seller=gig.seller)
    assert titles(category=design.slug) == []


def test_the_reasons_are_in_the_language_of_the_reader(design):
    address = reverse("discovery:search")
    reasons = [
        Client().get(start + address, {"category": design.slug}).context["page"].cards[0][1]
        for start in ("", "/en", "")
    ]
    assert [reason.split(".")[0].split("。")[0] for reason in reasons] == ["新上架", "newly listed", "新上架"]


def test_another_engine_answers_for_itself_and_a_transaction_too(design, searched):
    request = SearchRequest(category_slug=design.slug)
    for _time in range(2):
        assert services.browsed(request).total == 1
    assert len(searched) == 1
    with services.use_engine(PostgresSearchEngine()):
        for _time in range(2):
            services.browsed(request)
    with transaction.atomic():
        services.browsed(request)
    assert len(searched) == 4
