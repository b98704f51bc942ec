"""The button of the filter sheet: how many there would be, before anybody asks to see them."""

import re

import pytest
from django.urls import reverse

from marketplace.accounts.models import ConsentDocument
from marketplace.accounts.services import give_consent
from marketplace.discovery import services
from marketplace.discovery.models import SearchHistory
from marketplace.gigs import counting
from tests.discovery.test_search import listed
from tests.factories import make_category, make_seller, make_user
from tests.logins import log_in

COUNT, SEARCH = reverse("discovery:count"), reverse("discovery:search")


@pytest.fixture
def posters(db):
    category = make_category(name="海报", parent=make_category(name="设计"))
    for number in range(5):
        price = 9_000 if number < 3 else 90_000
        listed(f"开业海报 第{number}款", tags=["海报"], category=category, seller=make_seller(), price_fen=price)
    services.rebuild_index()
    return category


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"q": "海报"}, 5),
        ({"q": "海报", "price_max": "100"}, 3),
        ({"q": "海报", "price_max": "100", "page": "7"}, 3),  # the sheet does not know of pages
        ({"q": "海报", "level": "top"}, 0),
        ({"q": "航空母舰", "price_max": "100"}, 0),  # without a condition there is no sheet
    ],
)
def test_the_button_says_what_the_page_will_say(client, posters, conditions, expected):
    chinese = {"Accept-Language": "zh-hans"}
    said = client.get(COUNT, conditions, headers=chinese).content.decode().strip()
    assert said == f"看{expected}项结果"
    page = client.get(SEARCH, {**conditions, "page": "1"}, headers=chinese).content.decode()
    assert re.search(r"data-count[^>]*>\s*([^<]*?)\s*</button>", page)[1] == said


def test_a_count_is_no_search_and_nobody_has_seen_anything(posters, monkeypatch):
    somebody = make_user()
    give_consent(user=somebody, document=ConsentDocument.SEARCHES)
    seen = []
    monkeypatch.setattr(counting, "seen", lambda ids: seen.extend(ids))
    browser = log_in(somebody)
    browser.get(COUNT, {"q": "海报"})
    assert not SearchHistory.objects.exists()
    assert seen == []
    browser.get(SEARCH, {"q": "海报"})
    assert SearchHistory.objects.filter(user=somebody).exists()
    assert len(seen) == 5


def test_a_count_is_kept_by_nobody_on_the_way(client, posters):
    assert "no-store" in client.get(COUNT, {"q": "海报"}).headers["Cache-Control"]
    assert client.post(COUNT).status_code == 405
