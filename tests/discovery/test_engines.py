"""What every engine must do: one file for PostgreSQL, Elasticsearch and OpenSearch, on a real server each."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.accounts.models import UserProfile
from marketplace.discovery import services
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.replica import outbox
from marketplace.discovery.replica.rebuild import build_index
from marketplace.gigs import services as gigs
from marketplace.gigs.models import GigStats
from tests.discovery.test_search import listed
from tests.factories import make_category, make_seller

pytestmark = pytest.mark.xdist_group("search server")


@pytest.fixture(params=["postgres", "elasticsearch", "opensearch"])
def engine(request, db):
    """The engine under test; for the cluster with an index that changes are written to."""
    if request.param != "postgres":
        request.getfixturevalue(request.param)
        build_index()
    return request.param


def settle():
    """What a commit and a second of waiting do on a running site."""
    outbox.send_changes()


def found(query="", **fields):
    return list(services.search(SearchRequest(query=query, **fields)).ids)


@pytest.fixture
def catalogue(engine):
    design = make_category(name="设计")
    code = make_category(name="编程开发")
    logo = make_category(name="LOGO与品牌", parent=design)
    mini = make_category(name="小程序开发", parent=code)
    gigs_by_name = {
        "logo": listed(
            "餐饮茶饮品牌LOGO设计", tags=["logo", "茶饮"], category=logo, seller=make_seller(name="白鹤设计"), orders=40
        ),
        "sign": listed("手写字标 商标设计", tags=["字标"], category=logo, price_fen=32_000),
        "shop": listed("微信小程序商城 分销拼团", tags=["小程序", "商城"], category=mini, price_fen=260_000),
        "posts": listed("公众号排版 图文美化", tags=["公众号", "排版"], price_fen=8_000),
        "c": listed("C++ 算法辅导", tags=["c++"], price_fen=20_000),
    }
    services.rebuild_index()
    settle()
    return gigs_by_name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("logo设计", "logo"),
        ("ＬＯＧＯ", "logo"),  # full width
        ("公眾號排版", "posts"),  # traditional
        ("xiaochengxu", "shop"),  # pinyin of a tag
        ("小程续", "shop"),  # sounds right
        ("微信推文", "posts"),  # means the same
        ("c++", "c"),  # signs belong to names
        ("白鹤设计", "logo"),  # a seller
        ("白鹤", "logo"),  # a part of a name
    ],
)
def test_it_finds_what_the_plan_means(catalogue, query, name):
    assert found(query)[0] == catalogue[name].pk


@pytest.mark.parametrize("query", ["航空母舰", "hjklqwer", "🙂", "' | !& \\", "((", "a:*", "*", "?", "\\", '"'])
def test_signs_of_its_query_language_are_words_like_others(catalogue, query):
    assert services.search(SearchRequest(query=query)).plan is not None


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"price_max_fen": 20_000}, {"posts", "c"}),
        ({"price_min_fen": 32_000, "price_max_fen": 60_000}, {"logo", "sign"}),
        ({"category_slug": "logo与品牌"}, {"logo", "sign"}),
        ({"min_rating": 4.5}, set()),
        ({"levels": ("top",)}, set()),
    ],
)
def test_filters_leave_what_fits(catalogue, fields, names):
    category = catalogue["logo"].category
    if "category_slug" in fields:
        fields = {"category_slug": category.slug}
    assert set(found(**fields)) == {catalogue[name].pk for name in names}


def test_filters_reach_beyond_the_candidates_that_the_words_alone_find(catalogue, monkeypatch):
    engine = services.search_engine()
    wide = services.understand("", services.current_lexicon())
    only_one = engine.retrieve(wide, SearchRequest(price_max_fen=8_000), limit=1)
    assert catalogue["posts"].pk in {one.gig_id for one in only_one}


@pytest.mark.parametrize(
    ("sort", "first"), [("price", "posts"), ("orders", "logo"), ("newest", "c"), ("speed", None), ("rating", None)]
)
def test_it_chooses_candidates_in_the_order_that_was_asked_for(catalogue, sort, first):
    engine = services.search_engine()
    plan = services.understand("", services.current_lexicon())
    chosen = engine.retrieve(plan, SearchRequest(sort=sort), limit=1)
    assert len(chosen) == 1
    if first:
        assert chosen[0].gig_id == catalogue[first].pk


def test_facet_rows_say_what_postgresql_knows_of_each_gig_that_matches(catalogue):
    GigStats.objects.filter(gig=catalogue["logo"]).update(rating_sum=47, rating_count=10)
    settle()
    rows = {
        row.gig_id: row
        for row in services.search_engine().facet_rows(services.understand("设计", services.current_lexicon()))
    }
    assert set(rows) == {catalogue["logo"].pk, catalogue["sign"].pk}
    row = rows[catalogue["logo"].pk]
    assert (row.subcategory_slug, row.price_fen, row.level, row.rating) == (
        catalogue["logo"].category.slug, 50_000, "new", 4.7,
    )  # fmt: skip


def test_a_paused_gig_is_gone_at_once_and_back_when_it_is_resumed(catalogue):
    gigs.pause_gig(gig_id=catalogue["c"].pk, seller=catalogue["c"].seller)
    assert catalogue["c"].pk not in found("c++")
    settle()
    assert catalogue["c"].pk not in found("c++")
    gigs.resume_gig(gig_id=catalogue["c"].pk, seller=catalogue["c"].seller)
    settle()
    assert found("c++")[0] == catalogue["c"].pk


def test_what_a_seller_who_is_away_offers_is_not_found(catalogue):
    seller = catalogue["c"].seller
    tomorrow = timezone.localdate() + timedelta(days=2)
    UserProfile.objects.filter(user=seller).update(away_until=tomorrow, away_takes_orders=False)
    assert catalogue["c"].pk not in found("c++")
    rows = services.search_engine().facet_rows(services.understand("c++", services.current_lexicon()))
    assert catalogue["c"].pk not in {row.gig_id for row in rows}


def test_a_document_that_is_written_again_replaces_the_old_one(catalogue):
    gig = catalogue["c"]
    gig.title = "手缝皮具 真皮钱包"
    gig.tags.set(["皮具"])
    gig.save()
    services.index_gig(gig.pk)
    settle()
    assert found("皮具") == [gig.pk]
    assert gig.pk not in found("c++")


def test_what_was_removed_is_found_no_more_and_removing_twice_is_no_error(catalogue):
    for _time in range(2):
        services.remove_gig(catalogue["shop"].pk)
        settle()
    assert catalogue["shop"].pk not in found("小程序")
