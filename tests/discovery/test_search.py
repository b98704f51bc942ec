import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from marketplace.accounts.models import ConsentDocument, User
from marketplace.accounts.services import give_consent
from marketplace.discovery import services
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.models import GigDocument, SearchHistory
from marketplace.discovery.suggestion_table import rebuild_suggestions
from marketplace.discovery.tasks import SETTLED, catch_up
from marketplace.gigs import services as gigs
from marketplace.gigs.models import GigStats
from tests.factories import make_category, make_gig, make_seller


def listed(title, *, tags=(), price_fen=50_000, category=None, seller=None, orders=0):
    gig = make_gig(title=title, price_fen=price_fen, category=category, seller=seller)
    gig.tags.set(tags)
    gig.save()
    GigStats.objects.filter(gig=gig).update(orders_completed=orders)
    return gig


@pytest.fixture
def catalogue(db):
    design = make_category(name="设计")
    code = make_category(name="编程开发")
    logo = make_category(name="LOGO与品牌", parent=design)
    mini = make_category(name="小程序开发", parent=code)
    found = {
        "logo": listed(
            "餐饮茶饮品牌LOGO设计", tags=["logo", "茶饮"], category=logo, seller=make_seller(name="白鹤设计"), orders=40
        ),
        "sign": listed("手写字标 商标设计", tags=["字标"], category=logo, price_fen=32_000),
        "shop": listed("微信小程序商城 分销拼团", tags=["小程序", "商城"], category=mini, price_fen=260_000),
        "posts": listed("公众号排版 图文美化", tags=["公众号", "排版"], price_fen=8_000),
        "c": listed("C++ 算法辅导", tags=["c++"], price_fen=20_000),
    }
    services.rebuild_index()
    return found


def found(query="", **fields):
    return list(services.search(SearchRequest(query=query, **fields)).ids)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("logo设计", "logo"),
        ("ＬＯＧＯ", "logo"),  # full width
        ("公眾號排版", "posts"),  # traditional
        ("xiaochengxu", "shop"),  # pinyin of a tag
        ("logo sheji", "logo"),
        ("gzhpb", "posts"),  # first letters
        ("小程续", "shop"),  # sounds right
        ("微信推文", "posts"),  # means the same
        ("c++", "c"),  # signs belong to names
        ("白鹤设计", "logo"),  # a seller
    ],
)
def test_a_gig_is_found_however_it_is_typed(catalogue, query, name):
    assert found(query)[0] == catalogue[name].pk


@pytest.mark.parametrize("query", ["想给我家猫画一张画", "画猫", "给猫画画", "给我家狗画一幅画", "画一张我家的狗"])
def test_whose_it_is_and_a_picture_that_is_painted_take_nothing_away(db, query):
    pet, other = listed("卡通头像定制 宠物情侣", tags=["插画"]), listed("CAD图纸代画 平面图")
    services.rebuild_index()
    assert found(query)[0] == pet.pk
    assert other.pk not in found(query)[:1]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("给宝宝拍照", "上门拍照 全家福摄影"),  # whom it is done for counts less
        ("孩子起名", "宝宝取名 诗经楚辞"),
        ("给孩子补数学", "中小学数学辅导"),  # 补数 is a word of the language, and was no slip for 部署
        ("写一首歌", "原创歌曲 作曲编曲"),  # and 一首歌 one of the dictionary
        ("网站被黑了", "网站中毒挂马清理"),
    ],
)
def test_what_is_wanted_stands_before_what_shares_a_word(db, query, title):
    titles = (
        "宝宝取名 诗经楚辞",
        "上门拍照 全家福摄影",
        "中小学数学辅导",
        "服务器部署",
        "原创歌曲 作曲编曲",
        "混音 一首歌起接",
        "网站中毒挂马清理",
        "网站开发 企业官网",
    )
    gigs = {one: listed(one) for one in titles}
    services.rebuild_index()
    assert found(query)[0] == gigs[title].pk


@pytest.mark.parametrize("query", ["航空母舰", "hjklqwer", "🙂", "' | !& \\", "((", "a:*"])
def test_what_nobody_sells_finds_nothing_and_breaks_nothing(catalogue, query):
    result = services.search(SearchRequest(query=query))
    assert result.plan is not None
    assert catalogue["shop"].pk not in result.ids or query in {"🙂", "' | !& \\", "(("}


def test_a_condition_in_words_is_kept(catalogue):
    result = services.search(SearchRequest(query="400元以内logo"))
    assert catalogue["sign"].pk in result.ids
    assert catalogue["logo"].pk not in result.ids
    assert result.plan.constraints[0].value == 40_000


def test_filters_narrow_and_each_facet_counts_without_itself(catalogue):
    result = services.search(SearchRequest(price_max_fen=10_000))
    assert list(result.ids) == [catalogue["posts"].pk]
    assert sum(band.count for band in result.facets["price"]) == len(catalogue)
    assert sum(item.count for item in result.facets["category"]) == 1


def test_a_category_holds_what_its_subcategories_hold(catalogue):
    slug = catalogue["logo"].category.parent.slug
    assert set(found(category_slug=slug)) == {catalogue["logo"].pk, catalogue["sign"].pk}


def test_beside_a_chosen_category_stand_its_own_before_what_there_is_more_of(catalogue):
    design, mini = catalogue["logo"].category.parent, catalogue["shop"].category
    for number in range(3):
        listed(f"小程序{number}", category=mini)
    poster = listed("海报", category=make_category(parent=design)).category
    services.rebuild_index()
    lists = {
        slug: [item.value for item in services.search(SearchRequest(category_slug=slug)).facets["category"]]
        for slug in ("", design.slug, poster.slug)
    }
    logo = catalogue["logo"].category.slug
    assert lists[""][:2] == [mini.slug, logo]
    assert lists[design.slug][:4] == [design.slug, logo, poster.slug, mini.slug]
    assert lists[poster.slug][:3] == [logo, poster.slug, mini.slug]


def test_sorting_by_price_starts_with_the_cheapest(catalogue):
    assert found(sort="price")[0] == catalogue["posts"].pk


def test_sorting_by_age_starts_with_the_newest(catalogue):
    by_age = sorted(catalogue.values(), key=lambda gig: gig.created_at, reverse=True)
    assert found(sort="newest") == [gig.pk for gig in by_age]
    assert found(sort="newest") != found()


def test_a_paused_gig_is_not_found_and_comes_back(catalogue):
    gig = catalogue["shop"]
    gigs.pause_gig(gig_id=gig.pk, seller=gig.seller)
    assert gig.pk not in found("小程序")
    gigs.resume_gig(gig_id=gig.pk, seller=gig.seller)
    assert gig.pk in found("小程序")


def test_pages_do_not_overlap_and_cover_everything(catalogue):
    pages = [found(page=number, page_size=2) for number in (1, 2, 3)]
    assert sorted(gig_id for page in pages for gig_id in page) == sorted(gig.pk for gig in catalogue.values())


def test_one_seller_does_not_fill_the_first_page(db):
    seller = make_seller(name="一家店")
    own = [listed(f"海报设计第{number}款", seller=seller, orders=900) for number in range(5)]
    other = listed("海报设计", orders=1)
    services.rebuild_index()
    ids = found("海报")
    assert set(ids) == {gig.pk for gig in own} | {other.pk}
    assert ids.index(other.pk) <= 3


def test_publishing_indexes_after_the_commit(db, monkeypatch, django_capture_on_commit_callbacks):
    indexed = []
    monkeypatch.setattr("marketplace.discovery.tasks.index_gig.delay", indexed.append)
    with django_capture_on_commit_callbacks(execute=True):
        gig = make_gig()
        assert not indexed
    assert indexed == [gig.pk]


def test_the_clock_catches_up_with_what_the_signal_missed(db, time_machine):
    gig = make_gig(title="漏掉的海报设计")
    assert catch_up() == 1
    assert catch_up() == 1  # so soon after it was published, something under way might have been missed
    time_machine.move_to(timezone.now() + SETTLED)
    assert catch_up() == 1
    assert catch_up() == 0
    assert found("海报") == [gig.pk]
    gigs.archive_gig(gig_id=gig.pk, seller=gig.seller)
    assert catch_up() == 1
    assert not GigDocument.objects.exists()


def test_the_page_works_whole_and_in_part(client, catalogue):
    url = reverse("discovery:search")
    whole = client.get(url, {"q": "logo"}).content.decode()
    assert "<html" in whole
    assert "餐饮茶饮品牌LOGO设计" in whole
    assert 'name="robots" content="noindex' in whole
    part = client.get(url, {"q": "logo", "price_min": "", "days": ""}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert part.headers["HX-Push-Url"] == f"{url}?q=logo"


def test_a_category_alone_is_for_search_engines(client, catalogue):
    slug = catalogue["logo"].category.slug
    page = client.get(reverse("discovery:search"), {"category": slug}).content.decode()
    assert "noindex" not in page
    assert f'rel="canonical" href="{settings.SITE_URL}/search/?category={slug}"' in page


@pytest.mark.parametrize(
    "query",
    [
        "page=999999",
        "page=-1",
        "price_min=abc",
        "price_min=²",
        "price_min=" + "9" * 5000,
        "rating=nan",
        "days=0",
        "level=x&sort=y",
        "category=none",
        "q=%00",
        "q=a%00b&category=a%00",
        "q=logo&attr=a%00:b",
    ],
)
def test_a_senseless_address_is_no_error(client, catalogue, query):
    assert client.get(reverse("discovery:search") + "?" + query).status_code in (200, 302)


def test_a_page_past_the_end_leads_to_the_last_one_of_the_same_search(client, catalogue):
    url = reverse("discovery:search")
    response = client.get(url, {"q": "logo", "price_max": "9000", "page": "50"})
    assert (response.status_code, response.url) == (302, f"{url}?q=logo&price_max=9000")
    assert client.get(response.url).context["page"].cards


def test_a_picture_alone_is_nothing_typed(client, catalogue):
    assert client.get("/search/", {"q": "🐱"}).context["page"].request.query == ""


def test_an_empty_result_says_what_to_do(client, catalogue):
    response = client.get(reverse("discovery:search"), {"q": "logo", "price_max": "1"})
    assert response.context["page"].result.total == 0
    assert response.context["page"].clear_url == "?q=logo"


def test_the_cost_does_not_grow_with_the_cards(client, catalogue, django_assert_max_num_queries):
    url = reverse("discovery:search")
    for number in range(12):
        listed(f"海报设计{number}", tags=["海报"])
    services.rebuild_index()
    client.get(url, {"q": "海报"})
    with django_assert_max_num_queries(11):
        response = client.get(url, {"q": "海报"})
    assert len(response.context["page"].cards) == 12


def test_a_search_is_remembered_once_with_its_yield(buyer_client, buyer, catalogue):
    give_consent(user=buyer, document=ConsentDocument.SEARCHES)
    buyer_client.get(reverse("discovery:search"), {"q": "logo"})
    buyer_client.get(reverse("discovery:search"))
    remembered = SearchHistory.objects.get()
    assert (remembered.user, remembered.query, remembered.result_count) == (buyer, "logo", 2)


@pytest.mark.parametrize(
    ("typed", "offered"), [("小程", "小程序"), ("xiaoc", "小程序"), ("xcx", "小程序"), ("LO", "logo")]
)
def test_suggestions_follow_letters_and_sounds(client, catalogue, typed, offered):
    rebuild_suggestions()
    page = client.get(reverse("discovery:suggest"), {"q": typed}).content.decode()
    assert offered in strip_tags(page)  # the typed part is marked
    assert page.count('role="option"') <= 8


def test_nothing_typed_suggests_nothing(client, catalogue):
    assert 'role="option"' not in client.get(reverse("discovery:suggest"), {"q": " "}).content.decode()


def test_what_a_closed_account_offered_is_not_found(client, catalogue):
    gig = catalogue["shop"]
    User.objects.filter(pk=gig.seller_id).update(is_active=False)
    assert gig.pk not in found("小程序")
    page = client.get(reverse("discovery:suggest"), {"q": "小程"}).content.decode()
    assert gig.title not in page
    catch_up()
    assert not GigDocument.objects.filter(gig=gig).exists()
    User.objects.filter(pk=gig.seller_id).update(is_active=True)
    catch_up()
    assert gig.pk in found("小程序")


def test_among_many_that_begin_alike_the_most_used_tag_is_offered(client, catalogue):
    for number in range(30):
        listed(f"别的服务{number}", tags=[f"海报{number:02}"])
    for number in range(2):
        listed(f"又一个服务{number}", tags=["海选"])
    rebuild_suggestions()
    for typed in ("海", "hai", "hx"):
        assert "海选" in strip_tags(client.get(reverse("discovery:suggest"), {"q": typed}).content.decode())
