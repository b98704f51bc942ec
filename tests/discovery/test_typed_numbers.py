"""Prices and days as a Chinese keyboard gives them, and what the search page says where it cannot read one."""

import re
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.urls import reverse

from marketplace.discovery import services
from marketplace.discovery.params import MAXIMUM_YUAN, query_string, read_request, unread_prices
from marketplace.discovery.typed_numbers import read_days, read_yuan
from tests.discovery.test_search import listed

SEARCH, COUNT = reverse("discovery:search"), reverse("discovery:count")
LANGUAGES = {"zh": ("zh-hans", "无法识别"), "en": ("en", "could not be read as a price")}


@pytest.mark.parametrize(
    ("typed", "lower", "upper"),
    [
        ("100", 100, 100),
        ("１００", 100, 100),
        (" 100元 ", 100, 100),
        ("¥100", 100, 100),
        ("￥１００", 100, 100),
        ("100块钱", 100, 100),
        ("1,000", 1000, 1000),
        ("1，000", 1000, 1000),
        ("1 000", 1000, 1000),
        ("99.5", 99, 100),
        ("99。5元", 99, 100),
        ("99．50", 99, 100),
        ("100.", 100, 100),
        ("0", 0, 0),
        ("1千", 1000, 1000),
        ("2万", 20_000, 20_000),
        ("1.5万元", 15_000, 15_000),
        ("2W", 20_000, 20_000),
        ("RMB 300", 300, 300),
        ("999999999999", MAXIMUM_YUAN, MAXIMUM_YUAN),
        *(
            (senseless, None, None)
            for senseless in ("", "abc", "-5", "100-200", "99,5", "1,00", "²", "10²", "①", "½", "٣", "$5", "1" * 5000)
        ),
    ],
)
def test_a_price_is_read_as_it_is_typed_and_rounded_outward(typed, lower, upper):
    assert read_yuan(typed, bound="lower", maximum=MAXIMUM_YUAN) == lower
    assert read_yuan(typed, bound="upper", maximum=MAXIMUM_YUAN) == upper


@pytest.mark.parametrize(("typed", "days"), [("3", 3), ("３", 3), ("3天", 3), ("7 days", 7), ("²", None), ("x", None)])
def test_days_are_read_as_they_are_typed(typed, days):
    assert read_days(typed, maximum=365) == days


def test_the_address_people_copy_has_plain_numbers():
    typed = QueryDict(urlencode({"price_min": "￥９９.5", "price_max": "2千", "days": "７天"}))
    assert query_string(read_request(typed)) == "?price_min=99&price_max=2000&days=7"
    assert unread_prices(typed) == {}
    # Whoever mixes them up means the span all the same.
    assert query_string(read_request(QueryDict("price_min=500&price_max=100"))) == "?price_min=100&price_max=500"


@pytest.fixture
def posters(db):
    for price in (9_000, 90_000):
        listed("开业海报", tags=["海报"], price_fen=price)
    services.rebuild_index()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["whole", "part"])
def test_what_is_no_price_stays_in_its_field_and_is_said(client, posters, language, headers):
    accepted, said = LANGUAGES[language]
    prefix = "" if language == "zh" else "/en"
    parameters = {"q": "海报", "price_min": "<一百>", "price_max": "5００元"}
    response = client.get(prefix + SEARCH, parameters, headers={"Accept-Language": accepted, **headers})
    page = response.content.decode()
    field = re.search(r'<input[^>]*name="price_min"[^>]*>', page)[0]
    assert 'value="&lt;一百&gt;"' in field
    assert 'aria-invalid="true" aria-describedby="price-unread"' in field
    note = re.search(r'<p class="field__error" id="price-unread"([^>]*)>(.*?)</p>', page, re.S)
    assert "hidden" not in note[1]
    assert said in note[2]
    # Beside the heading too: on a phone the sheet with the field is closed by then.
    assert re.search(r'narrow-only">.*“&lt;一百&gt;”', page)
    # The other bound was understood, and holds.
    other = re.search(r'<input[^>]*name="price_max"[^>]*>', page)[0]
    assert 'value="500"' in other
    assert "aria-invalid" not in other
    assert response.context["page"].result.total == 1


def test_where_everything_is_read_nothing_is_said(client, posters):
    page = client.get(SEARCH, {"q": "海报", "price_max": "１００元"}).content.decode()
    assert re.search(r'id="price-unread" hidden', page)
    assert "aria-invalid" not in page
    assert "narrow-only field__error" not in page


def test_the_button_of_the_sheet_counts_by_the_same_reader(client, posters):
    read = client.get(COUNT, {"q": "海报", "price_max": "￥１００"})
    assert "1" in read.content.decode()
    assert read.headers["X-Unread-Prices"] == ""
    unread = client.get(COUNT, {"q": "海报", "price_min": "a", "price_max": "b"})
    assert "2" in unread.content.decode()
    assert unread.headers["X-Unread-Prices"] == "price_min price_max"
