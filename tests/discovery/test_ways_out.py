"""What the search page offers where little or nothing fits, and how one goes on where much does."""

import re
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.urls import reverse

from marketplace.discovery import params, services
from marketplace.discovery.engines.base import SearchRequest
from marketplace.discovery.page import BY_ITSELF, FEW
from tests.discovery.test_search import listed
from tests.factories import make_category, make_seller, make_user
from tests.logins import log_in

SEARCH = reverse("discovery:search")


@pytest.fixture
def posters(db):
    design = make_category(name="设计")
    posters = make_category(name="海报", parent=design)
    cheap = [
        listed(f"门店开业海报 第{n}款", tags=["海报"], category=posters, seller=make_seller(), price_fen=9_000)
        for n in range(3)
    ]
    dear = [
        listed(f"电影风格海报 第{n}款", tags=["海报"], category=posters, seller=make_seller(), price_fen=90_000)
        for n in range(2)
    ]
    services.rebuild_index()
    return cheap, dear


def search(**fields):
    return services.search(SearchRequest(query="海报", **fields))


def test_where_conditions_leave_nothing_each_says_what_there_is_without_it(posters):
    found = search(price_min_fen=20_000, price_max_fen=30_000, levels=("top",))
    assert found.total == 0
    # The price alone is not what empties it: no seller has that level.
    assert found.without == {"price": 0, "level": 0}
    assert search(price_min_fen=20_000, price_max_fen=30_000).without == {"price": 5}
    assert search(price_max_fen=10_000, levels=("top",)).without == {"price": 0, "level": 3}


def test_where_something_fits_nothing_is_to_be_taken_away(posters):
    assert search(price_max_fen=10_000).without == {}


def test_the_page_leads_to_what_there_is_without_a_condition(client, posters):
    page = client.get(SEARCH, {"q": "海报", "price_max": "100", "level": "top"}, headers={"Accept-Language": "zh-hans"})
    text = page.content.decode()
    way = re.search(r'<a class="chip" href="([^"]+)"[^>]*>去掉“[^”]+”：3项服务</a>', text)
    assert way
    assert "level" not in way[1]
    assert "price_max=100" in way[1]
    assert "门店开业海报" in client.get(SEARCH + way[1].replace("&amp;", "&")).content.decode()
    assert "去掉“¥100" not in text  # that would leave nothing either


def test_a_condition_in_words_can_be_taken_away_too(client, posters):
    text = client.get(SEARCH, {"q": "海报 200到300元"}).content.decode()
    assert re.search(r'<a class="chip" href="\?q=%E6%B5%B7%E6%8A%A5"[^>]*>去掉“¥200[^”]*”：5项服务</a>', text)


def test_a_search_that_finds_little_offers_a_brief_with_its_words(posters):
    browser = log_in(make_user())
    text = browser.get(SEARCH, {"q": "电影海报 800元以上"}).content.decode()
    assert search().total < FEW
    address = re.search(r'href="([^"]+briefs/new/\?title=[^"]+)"', text)[1]
    form = browser.get(address).content.decode()
    assert re.search(r'name="title"[^>]*value="电影海报 800元以上"', form)


def test_what_nobody_sells_can_be_asked_for_and_nothing_else_stands_in_the_way(client, posters):
    page = client.get(SEARCH, {"q": "航空母舰"}, headers={"Accept-Language": "zh-hans"}).content.decode()
    assert f"briefs/new/?{urlencode({'title': '航空母舰'})}" in page
    assert re.search(rf'<a class="button" href="{SEARCH}">看全部服务</a>', page)
    # Neither an order nor filters would bring anything here.
    for there_is_none in ("data-more", "sortbar", 'id="facets"', 'popovertarget="facets"'):
        assert there_is_none not in page


def test_where_conditions_leave_nothing_the_filters_stay_within_reach_and_a_brief_is_offered(client, posters):
    page = client.get(SEARCH, {"price_min": "900000"}).content.decode()
    assert re.search(r'href="[^"]+briefs/new/"', page)  # without words there is no title to begin with
    assert 'id="facets"' in page
    assert page.count('popovertarget="facets"') == 3  # what opens it, its × and its button
    assert 'class="tabs"' not in page


@pytest.mark.parametrize(
    ("parameters", "is_lit"), [({}, True), ({"category": "none"}, True), ({"q": "，"}, True), ({"q": "海报"}, False)]
)
def test_the_bar_at_the_thumb_says_browse_only_to_those_who_browse(client, posters, parameters, is_lit):
    page = client.get(SEARCH, parameters).content.decode()
    bar = re.search(r'<nav class="bottom tabbar".*?</nav>', page, re.S)[0]
    assert (f'href="{SEARCH}" aria-current="page"' in bar) is is_lit
    assert bar.count("aria-current") == is_lit


@pytest.fixture
def many(db):
    sticker = make_category(name="贴纸", parent=make_category(name="设计"))
    made = [listed(f"手机贴纸 图样{n}", tags=["贴纸"], category=sticker, seller=make_seller()) for n in range(30)]
    services.rebuild_index()
    return {gig.title for gig in made}


def titles(text):
    return re.findall(r"手机贴纸 图样\d+", re.sub(r'(alt|aria-label|title)="[^"]*"', "", text))


def ways_on(page):
    """The address of the next page by itself, and of this and the next together."""
    found = re.search(r'<a class="button" rel="next" href="([^"]+)" hx-get="([^"]+)"', page)
    return [address.replace("&amp;", "&") for address in found.groups()]


def test_the_next_page_comes_below_the_first_and_is_a_page_of_its_own_without_script(client, many):
    first = client.get(SEARCH, {"q": "贴纸"}).content.decode()
    more, onward = ways_on(first)
    below = client.get(SEARCH + onward, headers={"HX-Request": "true", "HX-Target": "cards"})
    text = below.content.decode()
    assert set(titles(first)) | set(titles(text)) == many
    assert not set(titles(first)) & set(titles(text))
    assert "<h1" not in text
    assert 'hx-swap-oob="true"' in text
    assert below.headers["HX-Replace-Url"].endswith("through=2")
    assert "HX-Push-Url" not in below.headers
    whole = client.get(SEARCH + more).content.decode()
    assert "<h1" in whole
    assert set(titles(whole)) == set(titles(text))


def test_who_comes_back_finds_all_the_pages_that_had_come_one_below_the_other(client, many, monkeypatch):
    monkeypatch.setattr(params, "PAGE_SIZE", 7)
    first = client.get(SEARCH, {"q": "贴纸"}).content.decode()
    seen, (_more, onward) = titles(first), ways_on(first)
    for number in (2, 3):
        assert onward.endswith(f"through={number}")
        below = client.get(SEARCH + onward, headers={"HX-Request": "true", "HX-Target": "cards"})
        assert below.headers["HX-Replace-Url"] == SEARCH + onward
        seen += titles(below.content.decode())
        _more, onward = ways_on(below.content.decode())
    back = client.get(below.headers["HX-Replace-Url"]).content.decode()
    assert titles(back) == seen
    assert len(set(seen)) == 21
    # From there it goes on as before, and a new condition begins at the first page.
    more, onward = ways_on(back)
    assert more.endswith("page=4")
    assert onward.endswith("through=4")
    assert "through" not in re.search(r'<nav class="tabs".*?</nav>', back, re.S)[0]


@pytest.mark.parametrize(
    ("typed", "words"), [("，。！", ""), ("… ?!", ""), ("c++", "c++"), ("¥500", "¥500"), ("海报！", "海报！")]
)
def test_marks_alone_are_nothing_typed(typed, words):
    assert params.read_request(QueryDict(urlencode({"q": typed}))).query == words


@pytest.mark.parametrize(
    ("typed", "page", "through"),
    [
        ({"through": "3"}, 1, 3),
        ({"page": "2", "through": "3"}, 2, 3),
        ({"page": "3", "through": "3"}, 3, 0),
        ({"page": "3", "through": "2"}, 3, 0),
        ({"through": "9999"}, 1, 10),
        ({"through": "-1"}, 1, 0),
        ({"through": "²"}, 1, 0),
        ({"page": "200", "through": "250"}, 200, 0),
    ],
)
def test_an_address_shows_a_few_pages_together_and_never_thousands_of_cards(typed, page, through):
    request = params.read_request(QueryDict(urlencode(typed)))
    assert (request.page, request.through) == (page, through)


def test_a_few_pages_come_by_themselves_and_then_one_presses(client, many, monkeypatch):
    assert BY_ITSELF > 1
    assert "near once" in client.get(SEARCH, {"q": "贴纸"}).content.decode()
    monkeypatch.setattr("marketplace.discovery.page.BY_ITSELF", 1)
    page = client.get(SEARCH, {"q": "贴纸"}).content.decode()
    assert "data-more" in page
    assert "data-near" not in page
