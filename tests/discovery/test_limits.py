"""Programs that ask more than the people behind an address could are told to wait."""

import pytest
from django.urls import reverse

from marketplace.discovery import views

SEARCH = reverse("discovery:search")


@pytest.mark.parametrize(
    ("action", "address"),
    [
        ("search", SEARCH + "?q=海报"),
        ("search_far", SEARCH + "?q=海报&through=5"),
        ("search_count", reverse("discovery:count") + "?q=海报"),
        ("suggest", reverse("discovery:suggest") + "?q=海"),
    ],
)
def test_an_address_that_asks_too_much_waits_and_costs_no_search(client, db, settings, monkeypatch, action, address):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {action: "2/m/ip"}
    assert [client.get(address).status_code for _time in range(2)] == [200, 200]
    monkeypatch.setattr(views, "search_page", None)
    monkeypatch.setattr(views, "suggestions_for", None)
    assert client.get(address).status_code == 429
    assert client.get("/").status_code == 200
