"""What is the same for a whole page is read once for it, and never longer."""

import pytest
from django.urls import reverse

from marketplace.core import one_page, page_cache
from marketplace.core.config import DEFINITIONS, get_config, set_config
from marketplace.core.remembered import remember
from tests.asked_keys import keys_asked
from tests.factories import make_gig

CONFIG = "jiangji:1:core:system_config"


@pytest.fixture
def asked(monkeypatch):
    """How often each key was read."""
    return keys_asked(monkeypatch)


def test_a_page_asks_for_the_constants_once_however_many_of_its_parts_do(client, db, asked):
    gig = make_gig()
    address = reverse("gigs:detail", args=[gig.pk, gig.slug])
    client.get(address)
    asked.clear()
    assert client.get(address).status_code == 200
    assert asked[CONFIG] == 1


def test_a_change_is_seen_by_the_next_part_and_nothing_is_held_outside_a_page(db, asked):
    key = "messaging.per_minute"
    before = get_config(key)
    get_config(key)
    assert asked[CONFIG] == 2
    with one_page.while_one_page_is_made("/test/"):
        assert get_config(key) == get_config(key) == before
        assert asked[CONFIG] == 3
        set_config(key=key, value=before + 1, reason="test")
        assert get_config(key) == before + 1 <= DEFINITIONS[key].maximum
    assert get_config(key) == before + 1
    assert one_page.once("test:key", lambda: 1) == 1
    assert one_page.once("test:key", lambda: 2) == 2


def test_what_shows_nothing_that_changes_costs_one_question(db, asked):
    for _time in range(2):
        assert remember("test:nothing", lambda: 7, seconds=60) == 7
    assert not [key for key in asked if "page-tag" in key]
    for _time in range(2):
        remember("test:tagged", lambda: page_cache.shows("seller:1"), seconds=60)
    assert [asked[key] for key in asked if "page-tag" in key] == [1]
