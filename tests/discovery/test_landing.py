"""Which addresses of the search are for search engines, and that head, header and robots.txt say the same of each."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from marketplace.discovery import params, services
from tests.discovery.test_search import listed
from tests.factories import make_category, make_seller

CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)">')
ALTERNATE = re.compile(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">')


@pytest.fixture
def posters(db, monkeypatch):
    """A category with five services, two a page, and an empty one."""
    monkeypatch.setattr(params, "PAGE_SIZE", 2)
    category = make_category(name="海报")
    for number in range(5):
        listed(f"海报设计第{number}款", category=category, seller=make_seller(name=f"卖家{number}"))
    empty = make_category(name="空的分类")
    empty.slug = "empty"
    empty.save()
    services.rebuild_index()
    return category


def head_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode().partition("</head>")[0]


def lets_in(robots, address):
    """Whether the robots.txt lets a crawler read the address: the longest rule that fits counts (RFC 9309)."""
    fitting = [
        (len(path), verb == "Allow")
        for verb, path in re.findall(r"^(Allow|Disallow): (\S+)$", robots, re.MULTILINE)
        if re.match(".*".join(map(re.escape, path.split("*"))), address)
    ]
    return max(fitting, default=(0, True))[1]


def test_a_category_alone_and_its_later_pages_are_found_by_their_own_short_address(client, posters):
    robots = client.get("/robots.txt").content.decode()
    for tail in ("", "&page=2", "&page=3"):
        address = f"/search/?category={posters.slug}{tail}"
        head = head_of(client, address)
        assert CANONICAL.findall(head) == [f"{settings.SITE_URL}{address}".replace("&", "&amp;")]
        assert "noindex" not in head
        assert 'property="og:url"' in head
        assert lets_in(robots, address)


def test_what_changes_nothing_in_an_address_is_left_out_of_its_names(client, posters):
    tail = f"?category={posters.slug}"
    head = head_of(client, f"/search/{tail}&q=&sort=relevance&page=1&utm_source=wechat&exact=1")
    assert CANONICAL.findall(head) == [f"{settings.SITE_URL}/search/{tail}"]
    assert dict(ALTERNATE.findall(head)) == {
        "zh-Hans": f"{settings.SITE_URL}/search/{tail}",
        "x-default": f"{settings.SITE_URL}/search/{tail}",
        "en": f"{settings.SITE_URL}/en/search/{tail}",
    }


def test_each_language_of_a_category_names_itself(client, posters):
    with translation.override("en"):
        address = f"{reverse('discovery:search')}?category={posters.slug}"
    assert CANONICAL.findall(head_of(client, address)) == [f"{settings.SITE_URL}{address}"]
    assert lets_in(client.get("/robots.txt").content.decode(), address)


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "page=2",
        "q=海报",
        "q=海报&category={slug}",
        "category={slug}&price_max=900",
        "category={slug}&days=30",
        "category={slug}&level=new",
        "category={slug}&sort=price",
        "category={slug}&sort=newest&page=2",
        "category=nowhere",
        "category=empty",
    ],
)
def test_every_other_address_is_not_to_be_found_and_names_no_other_in_its_place(client, posters, tail):
    address = "/search/?" + tail.format(slug=posters.slug)
    head = head_of(client, address)
    assert 'name="robots" content="noindex, follow"' in head
    assert not CANONICAL.findall(head)
    assert not ALTERNATE.findall(head)
    assert "og:url" not in head


def test_the_other_language_stays_one_press_away_where_nothing_is_to_be_found(client, posters):
    page = client.get("/search/", {"q": "海报"}).content.decode()
    assert re.search(r'<a href="[^"]*/en/search/\?q=[^"]+"\s+hreflang="en"', page)


def test_crawlers_do_not_walk_through_words_and_filters(client, db):
    robots = client.get("/robots.txt").content.decode()
    for start in ("/search/", "/en/search/"):
        for tail in (
            "",
            "?q=海报",
            "?category=logo&price_max=900",
            "?category=logo&attr=style:flat",
            "?category=logo&price_max=900&page=2",
            "?category=logo&sort=price&page=3",
            "?category=logo&page=2&through=5",
            "suggest/?q=a",
            "saved/",
        ):
            assert not lets_in(robots, start + tail), start + tail
    assert lets_in(robots, "/")
