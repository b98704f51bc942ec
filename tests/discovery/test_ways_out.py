import re
from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from tests.discovery.test_search import catalogue  # noqa: F401

pytestmark = pytest.mark.usefixtures("catalogue")


def ways(client, **parameters):
    page = client.get(reverse("discovery:search"), parameters).context["page"]
    return [(chip.url, count) for chip, count in page.ways_out]


def test_the_condition_that_empties_the_list_is_named_with_the_count_without_it(client):
    assert ways(client, q="logo", price_max="1", days="30") == [("?q=logo&days=30", 2)]
    page = client.get(reverse("discovery:search"), {"q": "logo", "price_max": "1"})
    assert re.search(r"去掉“[^”]*¥\s?1[^”]*”后有 2 项服务", page.content.decode())


def test_a_condition_in_words_is_a_way_out_too(client):
    assert ways(client, q="1元以内logo") == [("?q=logo", 2)]


def test_where_two_conditions_each_empty_the_list_none_is_promised_to_help(client):
    assert ways(client, q="logo", price_max="1", rating="4.8") == []


def test_where_something_fits_nothing_is_offered_to_give_up(client):
    assert ways(client, q="logo", price_max="100000") == []


def test_a_way_out_leads_to_as_many_results_as_it_says(client):
    ((url, count),) = ways(client, q="logo", price_max="1")
    assert client.get(reverse("discovery:search") + url).context["page"].result.total == count


def test_who_finds_nothing_may_ask_sellers_in_the_same_words(buyer_client):
    page = buyer_client.get(reverse("discovery:search"), {"q": "航空母舰"}).content.decode()
    address = reverse("offers:brief_new") + "?title=%E8%88%AA%E7%A9%BA%E6%AF%8D%E8%88%B0"
    assert f'href="{address}"' in page
    assert 'value="航空母舰"' in buyer_client.get(address).content.decode()


def test_a_total_that_nobody_counted_to_the_end_has_a_plus(client):
    page = client.get(reverse("discovery:search"), {"q": "logo"}).context["page"]
    capped = replace(page, result=replace(page.result, total=5000, total_is_capped=True))
    assert "5000+" in render_to_string("discovery/_results.html", {"page": capped, "LANGUAGE_CODE": "en"})
