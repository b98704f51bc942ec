"""Both engines answer every search with the same services in the same order: the scorer sees the same candidates."""

import itertools

import pytest

from marketplace.discovery import services
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.engines.elasticsearch import ElasticsearchEngine
from marketplace.discovery.engines.postgres import PostgresSearchEngine
from marketplace.discovery.replica import state
from marketplace.discovery.replica.rebuild import build_index
from marketplace.gigs.models import GigStats
from tests.discovery.test_search import listed
from tests.factories import make_category, make_seller

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("search server")]

STYLES = ["简约", "国潮", "手绘", "科技感"]
WORKS = ["LOGO设计", "小程序开发", "短视频剪辑", "公众号排版", "PPT美化", "C++ 辅导"]
QUERIES = [
    "", "logo", "国潮logo设计", "小程序", "xiaochengxu", "短视频剪辑 便宜", "ppt", "公眾號排版", "手绘", "c++", "设计",
    "青禾", "300元以内 logo", "好评 小程序开发", "视频", "航空母舰", "科技感ppt美化", "* OR 1",
]  # fmt: skip


@pytest.fixture
def catalogue(elasticsearch):
    category = make_category(name="设计与开发")
    sellers = [make_seller(name=name) for name in ("青禾品牌", "白鹤设计", "一木工作室")]
    for number, (style, work) in enumerate(itertools.product(STYLES, WORKS)):
        gig = listed(
            f"{style}{work}", tags=[style, work[:4]], category=category, seller=sellers[number % 3],
            price_fen=10_000 + 7_000 * number, orders=number * 3 % 17,
        )  # fmt: skip
        GigStats.objects.filter(gig=gig).update(rating_sum=number % 5 * 24, rating_count=number % 5 * 5)
    services.rebuild_index()
    build_index()


def by_each(answer):
    """What `answer` says with PostgreSQL and with the cluster."""
    said = []
    for engine in (PostgresSearchEngine(), ElasticsearchEngine()):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(services, "search_engine", lambda engine=engine: engine)
            said.append(answer())
    return said


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"sort": "price"},
        {"price_max_fen": 60_000},
        {"min_rating": 4.5, "sort": "orders"},
        {"page": 2, "page_size": 5},
    ],
    ids=str,
)
def test_they_answer_alike(catalogue, fields):
    def answer():
        results = {query: services.search(SearchRequest(query=query, **fields)) for query in QUERIES}
        return {query: (result.ids, result.total, result.facets) for query, result in results.items()}

    ours, theirs = by_each(answer)
    assert [query for query in QUERIES if ours[query] != theirs[query]] == []
    assert sum(bool(ids) for ids, _total, _facets in ours.values()) >= 3
    assert state.trouble() is None  # PostgreSQL did not answer for both


def test_counts_over_more_than_can_be_scored_are_the_same(catalogue, monkeypatch):
    monkeypatch.setattr(services, "CANDIDATE_LIMIT", 5)

    def answer():
        results = [services.search(SearchRequest(query=query)) for query in QUERIES]
        return [(result.total, result.facets) for result in results]

    ours, theirs = by_each(answer)
    assert ours == theirs
    assert state.trouble() is None
