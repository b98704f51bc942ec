"""The order of a page: no seller fills it, and what is equal stands the same each time, in every order."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.discovery import services
from marketplace.discovery.engines.base import SORTS, SearchRequest
from marketplace.discovery.engines.postgres import PostgresSearchEngine
from marketplace.discovery.services import CAP_WITHIN, SELLER_CAP
from marketplace.gigs.models import Gig
from tests.discovery.test_search import listed
from tests.factories import make_seller

NOW = timezone.now()


def asked(**fields):
    return list(services.search(SearchRequest(query="漆器", **fields)).ids)


def test_where_there_are_enough_three_of_a_seller_stand_on_the_first_page(db):
    busy = make_seller(name="大作坊")
    best = [listed("漆器补绘漆器", tags=["漆器"], seller=busy, orders=900) for _number in range(6)]
    others = [listed("漆器", seller=make_seller(name=f"小铺{number}"), orders=3) for number in range(CAP_WITHIN)]
    services.rebuild_index()
    every = asked(page_size=50)
    own = {gig.pk for gig in best}
    assert len(every) == len(best) + len(others)
    assert sum(gig_id in own for gig_id in every[:CAP_WITHIN]) == SELLER_CAP
    assert set(every[:SELLER_CAP]) <= own
    # Who asks for a seller, or for the most orders, gets what was asked for.
    assert set(asked(sort="orders")[: len(best)]) == own


@pytest.mark.parametrize("sort", SORTS)
def test_equal_ones_stand_the_same_each_time_whatever_the_engine_brings_first(db, monkeypatch, sort):
    gigs = [listed("漆器", seller=make_seller(name=f"铺{number}"), orders=5) for number in range(9)]
    moment = NOW - timedelta(days=9)
    Gig.objects.filter(pk__in=[gig.pk for gig in gigs]).update(created_at=moment)
    services.rebuild_index()
    first = asked(sort=sort)
    retrieve = PostgresSearchEngine.retrieve

    def shuffled(self, plan, request, **options):
        found = retrieve(self, plan, request, **options)
        random.Random(7).shuffle(found)
        return found

    monkeypatch.setattr(PostgresSearchEngine, "retrieve", shuffled)
    assert asked(sort=sort) == first == sorted(first)
    pages = [asked(sort=sort, page=number, page_size=4) for number in (1, 2, 3)]
    assert [gig_id for page in pages for gig_id in page] == first


def test_a_newcomer_is_helped_for_a_while_and_by_little(db):
    old, fresh = (listed("漆器", seller=make_seller(name=name)) for name in ("老铺", "新铺"))
    Gig.objects.filter(pk=old.pk).update(created_at=NOW - timedelta(days=200))
    services.rebuild_index()
    result = services.search(SearchRequest(query="漆器"))
    assert list(result.ids) == [fresh.pk, old.pk]
    assert 1 < result.scores[fresh.pk].total / result.scores[old.pk].total <= 1.015
