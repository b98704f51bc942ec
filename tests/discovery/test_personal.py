"""What somebody bought, keeps and searches for moves results a little, where they let it; nobody else's, and nothing more."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import ConsentDocument
from marketplace.accounts.services import give_consent
from marketplace.core.config import set_config
from marketplace.discovery import personal, services
from marketplace.discovery.engines.base import SORTS, SearchRequest
from marketplace.discovery.history import pause_history
from marketplace.discovery.own_data import DiscoverySection
from marketplace.discovery.scorer import Weights
from marketplace.discovery.suggestion_models import SearchPreference
from marketplace.gigs.models import Favourite
from tests.discovery.test_scorer import POSTER, candidate, order, score_candidates
from tests.discovery.test_search import listed
from tests.factories import make_category, make_order, make_paid_order, make_user, staff_group
from tests.logins import log_in

NOW = timezone.now()


@pytest.fixture
def pair(db):
    """Two services that fit alike, in two categories: the later one stands second for everybody."""
    above = make_category(name="设计")
    first, second = (make_category(name=name, parent=above) for name in ("印刷", "插图"))
    gigs = [listed("龙舟赛门票图样", category=one, orders=orders) for one, orders in ((first, 6), (second, 5))]
    other = listed("皮影戏台", category=second)
    services.rebuild_index()
    return [*gigs, other]


def asked(user=None, **fields):
    return services.search(SearchRequest(query="龙舟赛门票图样", **fields), user)


def keeps(user, gig):
    return Favourite.objects.create(user=user, gig=gig)


def test_what_one_keeps_moves_its_category_up_and_nobody_elses_results(pair):
    first, second, other = pair
    person, somebody = make_user(), make_user()
    keeps(person, other)
    assert list(asked().ids) == [first.pk, second.pk]
    assert list(asked(person).ids) == [second.pk, first.pk]
    assert list(asked(somebody).ids) == [first.pk, second.pk]


def test_what_one_paid_for_counts_and_an_unpaid_order_does_not(pair):
    first, second, other = pair
    person, shopper = make_user(), make_user()
    make_order(buyer=shopper, gig=other)
    make_paid_order(buyer=person, gig=other)
    assert list(asked(shopper).ids) == [first.pk, second.pk]
    assert list(asked(person).ids) == [second.pk, first.pk]


def test_kept_searches_count_while_they_are_kept_and_not_while_that_is_paused(pair):
    first, second, _other = pair
    person = make_user()
    wanted = SearchRequest(query="皮影", category_slug=second.category.slug)
    services.record_search(user=person, request=wanted, result_count=1)
    assert list(asked(person).ids) == [first.pk, second.pk]  # without consent nothing is under their name
    give_consent(user=person, document=ConsentDocument.SEARCHES)
    services.record_search(user=person, request=wanted, result_count=1)
    assert list(asked(person).ids) == [second.pk, first.pk]
    pause_history(user=person)
    assert list(asked(person).ids) == [first.pk, second.pk]


def test_turned_off_in_the_settings_it_is_as_for_everybody_at_once(pair, buyer_client, buyer):
    first, second, other = pair
    keeps(buyer, other)
    page = buyer_client.get(reverse("discovery:history")).content.decode()
    assert 'name="on" value="0"' in page
    buyer_client.post(reverse("discovery:history_personalise"), {"on": "0"})
    assert list(asked(buyer).ids) == [first.pk, second.pk]
    assert 'name="on" value="1"' in buyer_client.get(reverse("discovery:history")).content.decode()
    buyer_client.post(reverse("discovery:history_personalise"), {"on": "1"})
    assert list(asked(buyer).ids) == [second.pk, first.pk]


def test_staff_turn_it_off_for_everybody(pair):
    first, second, other = pair
    person = make_user()
    keeps(person, other)
    set_config(key="search.personal", value=0, reason="关闭个性化")
    assert list(asked(person).ids) == [first.pk, second.pk]


@pytest.mark.parametrize("sort", [sort for sort in SORTS if sort != "relevance"])
def test_another_order_is_the_same_for_everybody(pair, sort):
    person = make_user()
    keeps(person, pair[2])
    assert asked(person, sort=sort).ids == asked(sort=sort).ids
    assert {score.personal for score in asked(person, sort=sort).scores.values()} == {1.0}


def test_it_costs_strangers_and_other_orders_nothing_and_others_two_queries(pair, django_assert_num_queries):
    person = make_user()
    relevance = SearchRequest(query="海报")
    with django_assert_num_queries(0):
        assert personal.leanings(None, relevance, Weights()) == {}
        assert personal.leanings(person, SearchRequest(sort="price"), Weights()) == {}
        assert personal.leanings(person, relevance, Weights(personal=0)) == {}
    with django_assert_num_queries(2):
        personal.leanings(person, relevance, Weights())


def test_what_is_longer_ago_counts_less_and_after_three_months_nothing(pair):
    first, second, _other = pair
    person = make_user()
    keeps(person, first)
    old = keeps(person, second)
    Favourite.objects.filter(pk=old.pk).update(created_at=NOW - timedelta(days=30))
    about = personal.lately_about(person, now=NOW)
    assert about[first.category.slug] == 1.0
    assert about[second.category.slug] == pytest.approx(0.5, abs=0.01)
    Favourite.objects.filter(pk=old.pk).update(created_at=NOW - timedelta(days=91))
    assert second.category.slug not in personal.lately_about(person, now=NOW)


def test_it_lifts_nothing_over_what_fits_a_tenth_better_whatever_staff_set():
    worse = candidate(2, title="别的", title_tokens=frozenset(["别的"]), tag_tokens=frozenset(["海报"]))
    own = {"posters": 1.0}
    scores = score_candidates([candidate(1), worse], POSTER, now=NOW, weights=Weights(personal=5.0), leanings=own)
    assert {score.personal for score in scores} == {1.1}
    assert [score.gig_id for score in scores] == order([candidate(1), worse], POSTER)


def test_the_card_says_so_and_staff_see_the_part(pair, buyer_client, buyer):
    keeps(buyer, pair[2])
    sentences = list(asked(buyer).reasons.values())
    assert "你自己的订单、收藏和保留的搜索" in sentences[0]
    assert "没有使用浏览记录" in sentences[1]
    marketer = make_user()
    marketer.groups.add(staff_group("marketer"))
    keeps(marketer, pair[2])
    page = log_in(marketer).get(reverse("discovery:search"), {"q": "龙舟赛门票图样", "explain": "1"}).content.decode()
    assert "×1.060" in page


def test_the_choice_goes_along_with_the_account_and_is_erased_with_it(db):
    person = make_user()
    personal.set_personalised_search(user=person, is_on=False)
    section = DiscoverySection()
    taken = {table.name: list(table.rows()) for table in section.tables(person)}
    assert taken["search_preference"][0]["personalised_search"] is False
    section.erase(person)
    assert not SearchPreference.objects.filter(user=person).exists()
